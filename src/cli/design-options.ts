import { UserError } from '../base/index.ts';
import type { Choices, DataRecipe, QuantizeChoice, TargetChoice } from '../explore/index.ts';
import type { RescaleMode } from '../ir/index.ts';
import type { DataSource, OpenReply } from '../jobs/protocol.ts';
import type { CommandHost, CommandOption, Invocation } from './command.ts';
import { filesOf, SETTINGS_OPTIONS, settingsOf } from './data-settings.ts';
import { badUsage } from './errors.ts';

/** Flags of every command that quantizes: data, method, widths. */
export const DATA_OPTIONS: readonly CommandOption[] = [
  {
    name: 'calibration',
    value: 'F[,F…]',
    help: 'Inputs to calibrate on (.npz with x, MNIST idx, CIFAR binary, CSV, a folder or zip of pictures); default: part of --data, else generated',
  },
  {
    name: 'data',
    value: 'F[,F…]',
    help: 'Inputs x and labels y to judge on; without labels, agreement with the float model',
  },
  { name: 'samples', value: 'N', help: 'How many samples to generate when there is no data', default: '128' },
  {
    name: 'generator',
    value: 'ID',
    help: 'A labelled data set made from the seed, in place of --data (glyphs, shapes, beats, voice, figures, tones)',
  },
  ...SETTINGS_OPTIONS,
];

const RESCALES: readonly RescaleMode[] = ['fixed32', 'fixed16', 'single-shift', 'double-shift'];

export const QUANTIZE_OPTIONS: readonly CommandOption[] = [
  { name: 'method', value: 'ID', help: 'Observer that sets the thresholds', default: 'mse' },
  { name: 'bits', value: 'W/A', help: "Widths of weights and activations; 'W/A,W/A,…' one per layer", default: '8/8' },
  { name: 'per-channel', help: 'One weight scale per output channel' },
  { name: 'affine', help: 'Activations with a zero point' },
  { name: 'rescale', value: RESCALES.join('|'), help: 'Integer form of the rescaling', default: 'fixed32' },
];

export const PLATFORM_OPTION: CommandOption = {
  name: 'platform',
  value: 'ID',
  help: 'Platform to estimate for',
  default: 'stm32l4r5',
};

/** Choices from flags. Widths are checked here, the rest by the registries that know the ids. */
export async function choicesOf(call: Invocation, opened: OpenReply, host: CommandHost): Promise<Choices> {
  return { version: 1, target: await targetOf(call, host), quantize: quantizeOf(call, opened) };
}

/** The platform's first runtime and clock: its default. */
export async function targetOf(call: Invocation, host: CommandHost): Promise<TargetChoice> {
  const id = call.text('platform') ?? PLATFORM_OPTION.default ?? '';
  const { platforms } = await host.client().run('catalog', {});
  const platform = platforms.find((p) => p.id === id);
  const runtime = platform?.runtimes[0];
  if (!runtime) {
    throw new UserError(
      'base/unknown-platform',
      `There is no platform '${id}'.`,
      `Use one of: ${platforms.map((p) => p.id).join(', ')}.`,
      { id },
    );
  }
  return { platform: id, runtime: runtime.id, clockHertz: runtime.clockHertz };
}

function quantizeOf(call: Invocation, { view }: OpenReply): QuantizeChoice {
  const rescale = RESCALES.find((r) => r === (call.text('rescale') ?? 'fixed32'));
  if (!rescale) throw badUsage(`--rescale is one of ${RESCALES.join(', ')}.`);
  const pairs = (call.text('bits') ?? '8/8').split(',').map(parsePair);
  const layers = view.quantizable.length;
  if (pairs.length !== 1 && pairs.length !== layers) {
    throw badUsage(`--bits gives ${pairs.length} pairs, but the network has ${layers} layers to quantize.`);
  }
  return {
    method: call.text('method') ?? 'mse',
    weights: call.flag('per-channel') ? 'per-channel' : 'per-tensor',
    activations: call.flag('affine') ? 'affine' : 'symmetric',
    rescale,
    bits: view.quantizable.map((_, i) => pairs[pairs.length === 1 ? 0 : i] as readonly [number, number]),
  };
}

function parsePair(text: string): readonly [number, number] {
  const [weights = '', activations = weights, ...rest] = text.split('/');
  const pair = [Number(weights), Number(activations)] as const;
  const legal = (n: number) => (Number.isInteger(n) && n >= 2 && n <= 8) || n === 16;
  if (rest.length > 0 || !pair.every(legal))
    throw badUsage(`--bits takes W/A with widths 2 to 8 or 16, as 4/8, not '${text}'.`);
  return pair;
}

/** Registers the calibration samples a saved design was made with, where numbers alone say what they were. */
export function recipeData(recipe: DataRecipe, host: CommandHost): { readonly calibrationId: string } {
  const source: DataSource = { id: 'calibration', files: [], ...recipe };
  host.client().hold('data', source.id, source);
  return { calibrationId: source.id };
}

/** Registers evaluation and calibration data with the pool; returns their ids. The same files give the same ids. */
export function dataOf(
  call: Invocation,
  host: CommandHost,
): { readonly dataId: string; readonly calibrationId: string } {
  const seed = call.seed;
  const count = call.whole('samples', 1) ?? 128;
  const generator = call.text('generator');
  const data = filesOf(call.text('data'), host);
  const calibration = filesOf(call.text('calibration'), host);
  const base = { seed, count, ...(generator ? { generator } : {}), ...settingsOf(call) };
  const evaluation: DataSource = { id: 'data', files: data, ...base };
  // Without calibration data of its own, calibration takes samples that evaluation does not use: another seed, or another part.
  const source: DataSource =
    calibration.length > 0 || data.length === 0
      ? { id: 'calibration', files: calibration, ...base, seed: seed + 1 }
      : { id: 'calibration', files: data, ...base, part: 'calibration' };
  host
    .client()
    .hold(
      'data',
      'data',
      calibration.length === 0 && data.length > 0 ? { ...evaluation, part: 'evaluation' } : evaluation,
    );
  host.client().hold('data', 'calibration', source);
  return { dataId: 'data', calibrationId: 'calibration' };
}
