/** LSTM, GRU and SimpleRNN, in one direction or both. ONNX has the steps first and one direction's gates in another order. */
import type { Attribute, Dim } from '../../../ir/index.ts';
import { tooFewInputs, unsupportedLayer } from '../../errors.ts';
import { isObject, member } from '../../json.ts';
import { floats, int, ints, text, texts } from '../../network-builder.ts';
import { Config } from '../config.ts';
import {
  asKeras,
  computedWeight,
  constant,
  kerasValue,
  type LayerReader,
  type LayerScope,
  only,
  permuted,
  put,
} from '../layer-scope.ts';
import type { Value } from '../value.ts';
import type { LayerWeights, RawWeight } from '../weights.ts';
import { activationName, hardSigmoidSlope } from './activation.ts';
import { knownChannels } from './convolution.ts';

interface Cell {
  readonly op: 'LSTM' | 'GRU' | 'RNN';
  /** Which of Keras' gates stands at each place of ONNX. Keras: LSTM i f c o, GRU z r h. ONNX: i o f c, z r h. */
  readonly gates: readonly number[];
  /** Settings that name the activations, in ONNX' order. */
  readonly activations: readonly ('activation' | 'recurrent_activation')[];
}

const LSTM: Cell = {
  op: 'LSTM',
  gates: [0, 3, 1, 2],
  activations: ['recurrent_activation', 'activation', 'activation'],
};
const GRU: Cell = { op: 'GRU', gates: [0, 1, 2], activations: ['recurrent_activation', 'activation'] };
const RNN: Cell = { op: 'RNN', gates: [0], activations: ['activation'] };

const CELLS: Readonly<Record<string, Cell>> = { LSTM, GRU, SimpleRNN: RNN };

/** ONNX' names of activations, with what they need besides. */
function activationOf(scope: LayerScope, config: Config, key: Cell['activations'][number]) {
  const name = activationName(config, key, key === 'activation' ? 'tanh' : 'sigmoid');
  const simple: Readonly<Record<string, string>> = {
    sigmoid: 'Sigmoid',
    tanh: 'Tanh',
    relu: 'Relu',
    softsign: 'Softsign',
    softplus: 'Softplus',
  };
  const found = simple[name];
  if (found !== undefined) return { name: found };
  const slope = hardSigmoidSlope(scope.kerasMajor);
  if (name === 'hard_sigmoid') return { name: 'HardSigmoid', alpha: slope.alpha.value as number, beta: 0.5 };
  if (name === 'linear') return { name: 'Affine', alpha: 1, beta: 0 };
  if (name === 'elu') return { name: 'Elu', alpha: 1 };
  throw unsupportedLayer(scope.file, scope.path, `recurrent layers with the activation '${name}' have no ONNX form`);
}

interface Direction {
  readonly config: Config;
  readonly source: LayerWeights;
}

interface Parameters {
  readonly kernel: RawWeight;
  readonly recurrent: RawWeight;
  readonly bias: RawWeight | undefined;
}

function parametersOf(cell: Cell, { config, source }: Direction, inputs: number): Parameters {
  const units = config.positive('units');
  const rows = cell.gates.length * units;
  const twoBiases = cell === GRU && config.flag('reset_after', true);
  const specs = [
    { name: 'kernel', shape: [inputs, rows] },
    { name: 'recurrent_kernel', shape: [units, rows] },
    ...(config.flag('use_bias', true) ? [{ name: 'bias', shape: twoBiases ? [2, rows] : [rows] }] : []),
  ];
  const [kernel, recurrent, bias] = source.part('cell').take(specs) as [RawWeight, RawWeight, RawWeight | undefined];
  return { kernel, recurrent, bias };
}

/** [inputs, gates · units] → [gates · units, inputs], the gates in ONNX' order. */
function gatesFirst(cell: Cell, raw: RawWeight): Float32Array {
  const [inputs, rows] = raw.shape as [number, number];
  return reordered(cell, permuted(raw.read(), [inputs, rows], [1, 0]), rows, inputs);
}

/** Runs of `rows · width / gates` elements put in ONNX' order. */
function reordered(cell: Cell, data: Float32Array, rows: number, width: number): Float32Array {
  const block = (rows / cell.gates.length) * width;
  const out = new Float32Array(data.length);
  cell.gates.forEach((from, to) => {
    out.set(data.subarray(from * block, (from + 1) * block), to * block);
  });
  return out;
}

/** Input biases, then recurrent ones; Keras has only the first, except for GRUs that reset after the product. */
function biasesOf(cell: Cell, raw: RawWeight): Float32Array {
  const rows = raw.shape.at(-1) as number;
  const data = raw.read();
  const out = new Float32Array(2 * rows);
  for (let at = 0; at < data.length; at += rows) out.set(reordered(cell, data.subarray(at, at + rows), rows, 1), at);
  return out;
}

const joined = (parts: readonly Float32Array[]): Float32Array => {
  const out = new Float32Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

/** The recurrent node: all states [steps, directions, batch, units], the last ones [directions, batch, units]. */
function recur(scope: LayerScope, cell: Cell, directions: readonly Direction[], x: Value) {
  const [{ config }] = directions as readonly [Direction];
  const units = config.positive('units');
  const inputs = knownChannels(scope, x);
  const parameters = directions.map((d) => parametersOf(cell, d, inputs));
  const rows = cell.gates.length * units;
  const count = directions.length;
  const all = (name: string, shape: readonly number[], part: (p: Parameters) => Float32Array) =>
    computedWeight(scope, name, [count, ...shape], () => joined(parameters.map(part)));
  const w = all('W', [rows, inputs], (p) => gatesFirst(cell, p.kernel));
  const r = all('R', [rows, units], (p) => gatesFirst(cell, p.recurrent));
  const bias = parameters.every((p) => p.bias)
    ? [all('B', [2 * rows], (p) => biasesOf(cell, p.bias as RawWeight))]
    : [];
  const steps = put(scope, 'Transpose', [x.id], { perm: ints([1, 0, 2]) }, 'steps_first');
  const outputs = scope.builder.nodes(cell.op, [steps, w, r, ...bias], {
    id: scope.name,
    outputs: cell === LSTM ? 3 : 2,
    attributes: { ...attributesOf(scope, cell, directions), hidden_size: int(units) },
  });
  return { units, outputs };
}

function attributesOf(scope: LayerScope, cell: Cell, directions: readonly Direction[]): Record<string, Attribute> {
  const [first] = directions as readonly [Direction];
  const chosen = directions.flatMap(({ config }) => cell.activations.map((key) => activationOf(scope, config, key)));
  const attributes: Record<string, Attribute> = { activations: texts(chosen.map((a) => a.name)) };
  if (chosen.some((a) => a.alpha !== undefined)) {
    attributes['activation_alpha'] = floats(chosen.map((a) => a.alpha ?? 0));
    attributes['activation_beta'] = floats(chosen.map((a) => a.beta ?? 0));
  }
  if (directions.length === 2) attributes['direction'] = text('bidirectional');
  else if (first.config.flag('go_backwards', false)) attributes['direction'] = text('reverse');
  if (cell === GRU && first.config.flag('reset_after', true)) attributes['linear_before_reset'] = int(1);
  return attributes;
}

const recurrent =
  (cell: Cell): LayerReader =>
  (scope) => {
    const { config } = scope;
    if (scope.inputs.length > 1) throw unsupportedLayer(scope.file, scope.path, 'it is given initial states');
    const x = asKeras(scope, only(scope));
    const { units, outputs } = recur(scope, cell, [{ config, source: scope.source }], x);
    const [all, last, lastCell] = outputs;
    const [batch, steps] = x.shape as readonly [Dim, Dim];
    const squeezed = (id: string | undefined, suffix: string): string =>
      put(scope, 'Squeeze', [id as string, constant(scope, `${suffix}_axis`, [1], [0], 'int64')], {}, suffix);
    const state = config.flag('return_state', false);
    const states = state ? [squeezed(last, 'state'), ...(cell === LSTM ? [squeezed(lastCell, 'cell_state')] : [])] : [];
    const output = config.flag('return_sequences', false)
      ? kerasValue(everyStep(scope, all as string), [batch, steps, units])
      : kerasValue(squeezed(last, 'last'), [batch, units]);
    return [output, ...states.map((id) => kerasValue(id, [batch, units]))];
  };

/** [steps, 1, batch, units] → [batch, steps, units]; a layer that goes backwards gives its last step first. */
function everyStep(scope: LayerScope, all: string): string {
  const flat = put(scope, 'Squeeze', [all, constant(scope, 'direction_axis', [1], [1], 'int64')], {}, 'one_direction');
  const sequence = put(scope, 'Transpose', [flat], { perm: ints([1, 0, 2]) }, 'batch_first');
  if (!scope.config.flag('go_backwards', false)) return sequence;
  const list = (name: string, value: number) => constant(scope, name, [1], [value], 'int64');
  const inputs = [sequence, list('from', -1), list('to', -(2 ** 31)), list('along', 1), list('step', -1)];
  return put(scope, 'Slice', inputs, {}, 'reversed');
}

/** One layer run in both directions. The results are put side by side, or added, multiplied or averaged. */
const bidirectional: LayerReader = (scope) => {
  const { config } = scope;
  const inner = member(config.values, 'layer');
  const kind = isObject(inner) ? member(inner, 'class_name') : undefined;
  const settings = isObject(inner) ? member(inner, 'config') : undefined;
  const cell = typeof kind === 'string' ? CELLS[kind] : undefined;
  if (!cell || !isObject(settings)) throw unsupportedLayer(scope.file, scope.path, `it wraps ${JSON.stringify(kind)}`);
  const innerConfig = new Config(scope.file, scope.path, settings);
  if (innerConfig.flag('return_state', false)) throw unsupportedLayer(scope.file, scope.path, 'it returns its states');
  if (scope.inputs.length !== 1) throw tooFewInputs(scope.file, scope.path, 1, scope.inputs.length);
  const x = asKeras(scope, only(scope));
  const directions = ['forward', 'backward'].map((way) => ({
    config: innerConfig,
    source: scope.source.part(`${way}_layer`, way),
  }));
  const { units, outputs } = recur(scope, cell, directions, x);
  const merge = mergeMode(config);
  return innerConfig.flag('return_sequences', false)
    ? mergedSteps(scope, outputs[0] as string, x, units, merge)
    : mergedLast(scope, outputs[1] as string, x, units, merge);
};

const MODES = ['concat', 'sum', 'mul', 'ave'] as const;
type MergeMode = (typeof MODES)[number];

const mergeMode = (config: Config): MergeMode => {
  if ('merge_mode' in config.values && config.get('merge_mode') === undefined)
    throw config.bad('merge_mode', `one of ${MODES.join(', ')}`);
  return config.oneOf('merge_mode', MODES);
};

const REDUCE: Readonly<Record<Exclude<MergeMode, 'concat'>, string>> = {
  sum: 'ReduceSum',
  mul: 'ReduceProd',
  ave: 'ReduceMean',
};

const reduced = (scope: LayerScope, id: string, mode: Exclude<MergeMode, 'concat'>, axis: number): string =>
  put(scope, REDUCE[mode], [id, constant(scope, 'merge_axis', [1], [axis], 'int64')], { keepdims: int(0) }, 'merged');

/** [steps, 2, batch, units] → [batch, steps, 2 · units] or [batch, steps, units]. */
function mergedSteps(scope: LayerScope, all: string, x: Value, units: number, mode: MergeMode): Value {
  const [batch, steps] = x.shape as readonly [Dim, Dim];
  const turned = put(scope, 'Transpose', [all], { perm: ints([2, 0, 1, 3]) }, 'batch_first');
  if (mode !== 'concat') return kerasValue(reduced(scope, turned, mode, 2), [batch, steps, units]);
  const shape = constant(scope, 'merged_shape', [3], [0, 0, 2 * units], 'int64');
  return kerasValue(put(scope, 'Reshape', [turned, shape], {}, 'merged'), [batch, steps, 2 * units]);
}

/** [2, batch, units] → [batch, 2 · units] or [batch, units]. */
function mergedLast(scope: LayerScope, last: string, x: Value, units: number, mode: MergeMode): Value {
  const batch = x.shape[0] as Dim;
  if (mode !== 'concat') return kerasValue(reduced(scope, last, mode, 0), [batch, units]);
  const turned = put(scope, 'Transpose', [last], { perm: ints([1, 0, 2]) }, 'batch_first');
  const shape = constant(scope, 'merged_shape', [2], [0, 2 * units], 'int64');
  return kerasValue(put(scope, 'Reshape', [turned, shape], {}, 'merged'), [batch, 2 * units]);
}

export const recurrents: Readonly<Record<string, LayerReader>> = {
  LSTM: recurrent(LSTM),
  GRU: recurrent(GRU),
  SimpleRNN: recurrent(RNN),
  Bidirectional: bidirectional,
};
