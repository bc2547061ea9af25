import { UserError } from '../base/index.ts';
import type { DataSource } from '../jobs/protocol.ts';
import type { EpochRecord, Optimizer, Schedule, TrainingEvent, TrainingRecipe } from '../train/index.ts';
import type { Command, CommandHost, CommandOption, Invocation } from './command.ts';
import { filesOf, SETTINGS_OPTIONS, settingsOf } from './data-settings.ts';
import { badUsage } from './errors.ts';
import { modelPath } from './invocation.ts';
import { openModel, parseShapes, SHAPE_OPTION } from './open-model.ts';

const OPTIMIZERS = ['sgd', 'adam', 'adamw', 'rmsprop'] as const;
const SCHEDULES = ['constant', 'step', 'cosine'] as const;
const LOSSES = ['cross-entropy', 'mse', 'distillation'] as const;

const DATA: readonly CommandOption[] = [
  { name: 'data', value: 'F[,F…]', help: 'Samples x and labels y to train on (.npz, MNIST idx, CIFAR binary, …)' },
  {
    name: 'validation',
    value: 'F[,F…]',
    help: 'Samples and labels to judge on after each epoch; default: a part of --data that is not trained on',
  },
  { name: 'generator', value: 'ID', help: 'A labelled data set made from the seed, in place of --data' },
  {
    name: 'samples',
    value: 'N',
    help: 'Training samples to generate; a quarter as many are judged on',
    default: '4000',
  },
  ...SETTINGS_OPTIONS,
];

const RECIPE: readonly CommandOption[] = [
  { name: 'epochs', value: 'N', help: 'How often every sample is seen', default: '10' },
  {
    name: 'batch',
    value: 'N',
    help: 'Samples per step; the last, smaller batch of an epoch is left out',
    default: '32',
  },
  { name: 'optimizer', value: OPTIMIZERS.join('|'), help: 'How a gradient becomes a step', default: 'adam' },
  { name: 'learning-rate', value: 'X', help: 'Length of a step; default 0.001, for sgd 0.01' },
  { name: 'momentum', value: 'X', help: 'Of sgd and rmsprop; default 0.9 and 0' },
  { name: 'nesterov', help: 'Nesterov momentum (sgd)' },
  { name: 'schedule', value: SCHEDULES.join('|'), help: 'How the rate goes over the run', default: 'cosine' },
  { name: 'warm-up', value: 'EPOCHS', help: 'Linear growth of the rate from 0 first', default: '0' },
  { name: 'step-epochs', value: 'EPOCHS', help: "Epochs between two falls of the schedule 'step'", default: '2' },
  { name: 'step-factor', value: 'X', help: "Factor of each fall of the schedule 'step'", default: '0.3' },
  { name: 'floor', value: 'X', help: 'Share of the rate that the cosine ends at', default: '0.01' },
  { name: 'weight-decay', value: 'X', help: 'On weights, not on biases and normalizations', default: '0' },
  { name: 'clip', value: 'X', help: 'Largest norm of all gradients together; default: not clipped' },
  { name: 'loss', value: LOSSES.join('|'), help: 'What is made small', default: 'cross-entropy' },
  { name: 'smoothing', value: 'X', help: 'Share of a label that is spread over all classes', default: '0' },
  { name: 'temperature', value: 'X', help: 'Of distillation from the network as it was', default: '4' },
  { name: 'share', value: 'X', help: 'Weight of the teacher in distillation', default: '0.5' },
  { name: 'shift', value: 'PIXELS', help: 'Augmentation: largest shift along each axis', default: '0' },
  { name: 'flip', help: 'Augmentation: mirror left and right half of the time' },
  { name: 'noise', value: 'X', help: 'Augmentation: noise, as a share of the spread of the data', default: '0' },
  { name: 'cut-out', value: 'PIXELS', help: 'Augmentation: side of a square set to the mean', default: '0' },
  { name: 'freeze', value: 'ID[,ID…]', help: 'Layers whose parameters stay' },
  { name: 'freeze-statistics', help: 'Batch normalization uses its running statistics as they are' },
];

export const train: Command = {
  id: 'train',
  summary: 'Train or fine-tune a network: same seed, same weights',
  usage: 'MODEL --data F.npz [--validation F.npz] [--epochs N] [--out trained.onnx]',
  options: [...DATA, ...RECIPE, { name: 'out', value: 'F.onnx', help: 'Write the trained network' }, SHAPE_OPTION],
  async run(call, host) {
    const path = modelPath(call, train);
    const recipe = recipeOf(call);
    const data = dataOf(call, host);
    const { modelId } = await openModel(path, parseShapes(call.text('shape')), host);
    for (const source of data.sources) host.client().hold('data', source.id, source);
    const { dataId, validationId } = data;
    const reply = await host.client().run(
      'train',
      { modelId, dataId, validationId, recipe },
      {
        seed: call.seed,
        onWarning: (d) => host.note(`${d.severity}: ${d.message}`),
        onPartial: (event) => note(event, host),
      },
    );
    const out = call.text('out');
    if (out) host.write(out, reply.model);
    const { epochs, weightsSha256, engine, kept, plainNodes, plannedBytes, peakBytes, seconds } = reply;
    const json = { epochs, kept, weightsSha256, engine, plainNodes, plannedBytes, peakBytes, seconds, recipe };
    const text = [
      ...epochs.map(lineOf),
      `kept     epoch ${kept}`,
      `weights  ${weightsSha256}`,
      `engine   ${engine}${plainNodes.length === 0 ? '' : `; without a fast kernel: ${plainNodes.length} nodes`}`,
    ].join('\n');
    return { json, text };
  },
};

const note = (event: TrainingEvent, host: CommandHost): void => {
  if (event.type === 'epoch') host.note(lineOf(event.record));
};

function lineOf({ epoch, training, validation, learningRate }: EpochRecord): string {
  const score = (name: string, s: EpochRecord['training']): string =>
    s
      ? `  ${name} loss ${s.loss.toFixed(4)}${s.accuracy === undefined ? '' : `, ${(100 * s.accuracy).toFixed(2)} %`}`
      : '';
  return `epoch ${String(epoch).padStart(3)}${score('training', training)}${score('validation', validation)}  rate ${learningRate.toPrecision(3)}`;
}

/** Where the samples come from. Without validation data of its own, files give parts that share no sample, and a generator other seeds. */
function dataOf(
  call: Invocation,
  host: CommandHost,
): { readonly sources: readonly DataSource[]; readonly dataId: string; readonly validationId: string } {
  const files = filesOf(call.text('data'), host);
  const validation = filesOf(call.text('validation'), host);
  const generator = call.text('generator');
  if (files.length === 0 && generator === undefined) {
    throw new UserError(
      'cli/usage',
      'Training takes samples with labels: --data is missing.',
      `Give --data F.npz with arrays x and y, or --generator ID. Usage: paretoscope ${train.id} ${train.usage}`,
    );
  }
  const count = call.whole('samples', 1) ?? 4000;
  const made = generator === undefined ? {} : { generator, files: [] };
  const settings = settingsOf(call);
  const base = { seed: call.seed, files, count, ...made, ...settings };
  const own = validation.length > 0;
  const sources: DataSource[] = [
    { ...base, id: 'training', ...(own ? {} : { part: 'training' as const }) },
    own
      ? { id: 'validation', seed: call.seed, files: validation, count, ...settings }
      : { ...base, id: 'validation', part: 'validation', count: Math.max(1, Math.floor(count / 4)) },
  ];
  return { sources, dataId: 'training', validationId: 'validation' };
}

function recipeOf(call: Invocation): TrainingRecipe {
  const optimizer = optimizerOf(call);
  const clip = real(call, 'clip');
  return {
    version: 1,
    epochs: call.whole('epochs', 1) ?? 10,
    batch: call.whole('batch', 1) ?? 32,
    optimizer,
    learningRate: real(call, 'learning-rate') ?? (optimizer.id === 'sgd' ? 0.01 : 0.001),
    schedule: scheduleOf(call),
    weightDecay: real(call, 'weight-decay') ?? 0,
    ...(clip === undefined ? {} : { clipNorm: clip }),
    loss: lossOf(call),
    augmentation: {
      shift: call.whole('shift', 0) ?? 0,
      flip: call.flag('flip'),
      noise: real(call, 'noise') ?? 0,
      cutOut: call.whole('cut-out', 0) ?? 0,
    },
    batchNormalization: call.flag('freeze-statistics') ? 'frozen' : 'batch',
    frozen: (call.text('freeze') ?? '').split(',').filter(Boolean),
    seed: call.seed,
  };
}

function optimizerOf(call: Invocation): Optimizer {
  const id = oneOf(call, 'optimizer', OPTIMIZERS);
  const momentum = real(call, 'momentum');
  if (id === 'sgd') return { id, momentum: momentum ?? 0.9, nesterov: call.flag('nesterov') };
  if (id === 'rmsprop') return { id, decay: 0.9, momentum: momentum ?? 0, epsilon: 1e-8 };
  return { id, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
}

function scheduleOf(call: Invocation): Schedule {
  const id = oneOf(call, 'schedule', SCHEDULES);
  const warmUpEpochs = real(call, 'warm-up') ?? 0;
  if (id === 'constant') return { id, warmUpEpochs };
  if (id === 'cosine') return { id, warmUpEpochs, floor: real(call, 'floor') ?? 0.01 };
  return { id, warmUpEpochs, everyEpochs: real(call, 'step-epochs') ?? 2, factor: real(call, 'step-factor') ?? 0.3 };
}

function lossOf(call: Invocation): TrainingRecipe['loss'] {
  const id = oneOf(call, 'loss', LOSSES);
  if (id === 'mse') return { id };
  if (id === 'cross-entropy') return { id, smoothing: real(call, 'smoothing') ?? 0 };
  return { id, temperature: real(call, 'temperature') ?? 4, share: real(call, 'share') ?? 0.5 };
}

function oneOf<T extends string>(call: Invocation, name: string, known: readonly T[]): T {
  const given = call.text(name);
  const found = known.find((id) => id === given);
  if (!found) throw badUsage(`--${name} is one of ${known.join(', ')}, not '${given}'.`);
  return found;
}

/** A number ≥ 0, as the recipe takes it; its range is checked where the recipe is. */
function real(call: Invocation, name: string): number | undefined {
  const given = call.text(name);
  if (given === undefined) return undefined;
  const value = Number(given);
  if (given.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw badUsage(`--${name} takes a number from 0 on, not '${given}'.`);
  }
  return value;
}
