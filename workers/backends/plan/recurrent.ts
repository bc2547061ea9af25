import { attributeOf, elementCount, type TensorId } from '../../../src/ir/index.ts';
import { RecurrentCell, RecurrentField, UnaryFunction } from '../../kernels/assembly/memory.ts';
import { packColumns } from '../pack-float.ts';
import {
  bindFields,
  type FastNode,
  floatBits,
  inOrder,
  type NodeView,
  type Places,
  type PlannerTable,
} from './fast-node.ts';
import type { Unary } from './unary.ts';

export const recurrentPlanners: PlannerTable = {
  RNN: (view) => recurrent(view, RecurrentCell.rnn),
  GRU: (view) => recurrent(view, RecurrentCell.gru),
  LSTM: (view) => recurrent(view, RecurrentCell.lstm),
};

const GATES: Readonly<Record<RecurrentCell, number>> = {
  [RecurrentCell.rnn]: 1,
  [RecurrentCell.gru]: 3,
  [RecurrentCell.lstm]: 4,
};
const DEFAULTS: Readonly<Record<RecurrentCell, readonly string[]>> = {
  [RecurrentCell.rnn]: ['Tanh'],
  [RecurrentCell.gru]: ['Sigmoid', 'Tanh'],
  [RecurrentCell.lstm]: ['Sigmoid', 'Tanh', 'Tanh'],
};

/** By name in lower case: the function, and the defaults of the parameters that attributes list for it. */
const ACTIVATIONS: Readonly<Record<string, readonly [UnaryFunction, ...number[]]>> = {
  relu: [UnaryFunction.relu],
  tanh: [UnaryFunction.tanh],
  sigmoid: [UnaryFunction.sigmoid],
  affine: [UnaryFunction.affine, 1, 0],
  leakyrelu: [UnaryFunction.leakyRelu, 0.01],
  thresholdedrelu: [UnaryFunction.thresholdedRelu, 1],
  hardsigmoid: [UnaryFunction.hardSigmoid, 0.2, 0.5],
  elu: [UnaryFunction.elu, 1],
  softsign: [UnaryFunction.softsign],
  softplus: [UnaryFunction.softplus],
};

/** All activations, direction by direction; `undefined` where the kernel lacks one. */
function activationsOf(view: NodeView, defaults: readonly string[], directions: number): readonly Unary[] | undefined {
  const stated = attributeOf(view.node.attributes, 'activations', 'strings');
  const names = stated ?? Array.from({ length: directions }, () => defaults).flat();
  const alphas = [...(view.floats('activation_alpha') ?? [])];
  const betas = [...(view.floats('activation_beta') ?? [])];
  const found = names.flatMap((name): Unary[] => {
    const key = name.toLowerCase();
    const known = Object.hasOwn(ACTIVATIONS, key) ? ACTIVATIONS[key] : undefined;
    if (!known) return [];
    const [operation, alpha, beta] = known;
    return [
      {
        operation,
        alpha: alpha === undefined ? 0 : (alphas.shift() ?? alpha),
        beta: beta === undefined ? 0 : (betas.shift() ?? beta),
      },
    ];
  });
  const isWhole = found.length === names.length && found.length === defaults.length * directions;
  // A threshold below 0 would let zeros through that the kernel does not see.
  return isWhole && found.every((f) => f.operation !== UnaryFunction.thresholdedRelu || (f.alpha ?? 0) >= 0)
    ? found
    : undefined;
}

/** Sizes of a recurrent node; `layout` 1 has the batch first. */
interface Sizes {
  readonly cell: RecurrentCell;
  readonly steps: number;
  readonly batch: number;
  readonly inputs: number;
  readonly hidden: number;
  readonly rows: number;
  readonly directions: number;
  readonly batchFirst: boolean;
}

const NAMES = ['forward', 'reverse', 'bidirectional'];

function sizesOf(view: NodeView, cell: RecurrentCell): Sizes | undefined {
  const [x, , r] = view.node.inputs.map((id) => view.floatShape(id));
  if (x?.length !== 3 || r?.length !== 3 || elementCount(x) === 0) return undefined;
  const [first, second, inputs] = x as readonly [number, number, number];
  const batchFirst = view.int('layout', 0) !== 0;
  const [steps, batch] = batchFirst ? [second, first] : [first, second];
  const hidden = r[2] as number;
  const directions = direction(view) === 'bidirectional' ? 2 : 1;
  return { cell, steps, batch, inputs, hidden, rows: GATES[cell] * hidden, directions, batchFirst };
}

const direction = (view: NodeView): string => view.text('direction') ?? 'forward';

function recurrent(view: NodeView, cell: RecurrentCell): FastNode | undefined {
  const { inputs, outputs } = view.node;
  const sizes = sizesOf(view, cell);
  const given = inputs.filter((id) => id !== '');
  if (!sizes || !NAMES.includes(direction(view))) return undefined;
  const { steps, directions } = sizes;
  // Sequences of different lengths run on the reference; a constant that says all are whole says nothing.
  const lengths = view.numbers(4);
  if (view.has(4) && !lengths?.every((length) => length === steps)) return undefined;
  const floats = given.filter((id) => id !== inputs[4]);
  if (floats.some((id) => !view.floatShape(id)) || outputs.some((id) => id !== '' && !view.floatShape(id)))
    return undefined;
  const activations = activationsOf(view, DEFAULTS[cell], directions);
  if (!activations) return undefined;
  const layout = scratchOf(view, sizes);
  return {
    reads: floats.filter((id) => !isPacked(view, inputs.indexOf(id))),
    scratchBytes: layout.bytes,
    bind: (places) => {
      const perDirection = DEFAULTS[cell].length;
      return inOrder(
        Array.from({ length: directions }, (_, d) =>
          bindDirection(view, places, sizes, layout, d, activations.slice(d * perDirection, (d + 1) * perDirection)),
        ),
      );
    },
  };
}

/** Weights that are constants are packed once. */
const isPacked = (view: NodeView, index: number): boolean => (index === 1 || index === 2) && !view.isActivation(index);

const panelBytes = (rows: number, depth: number): number => Math.ceil(rows / 8) * depth * 32;
const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16 + 32;

/** Where the kernel works, from the start of the node's working memory. */
function scratchOf(view: NodeView, { cell, steps, batch, inputs, hidden, rows }: Sizes) {
  let bytes = 0;
  const take = (size: number): number => {
    const at = bytes;
    bytes += aligned(size);
    return at;
  };
  const together = cell === RecurrentCell.gru ? 2 * hidden : rows;
  const state = batch * hidden * 4;
  const places = {
    biasSums: take(rows * 4),
    sums: take(steps * batch * rows * 4),
    h: take(state),
    c: take(state),
    extra: take(state),
    inputPanels: take(isPacked(view, 1) ? 0 : panelBytes(rows, inputs)),
    recurrentPanels: take(isPacked(view, 2) ? 0 : panelBytes(together, hidden)),
    candidatePanels: take(isPacked(view, 2) || cell !== RecurrentCell.gru ? 0 : panelBytes(hidden, hidden)),
  };
  return { ...places, bytes };
}

/** Panels of the weights of direction `d`: in working memory, or of constants in a place of their own. */
function bindWeights(view: NodeView, places: Places, sizes: Sizes, layout: ReturnType<typeof scratchOf>, d: number) {
  const { cell, inputs, hidden, rows } = sizes;
  const matrix = (index: 1 | 2, depth: number) => {
    const data = isPacked(view, index)
      ? view.constant(index)?.data.subarray(d * rows * depth, (d + 1) * rows * depth)
      : undefined;
    return data
      ? { data, source: 0 }
      : { data, source: places.operand(view.node.inputs[index] as TensorId) + d * rows * depth * 4 };
  };
  const [w, r] = [matrix(1, inputs), matrix(2, hidden)];
  const together = cell === RecurrentCell.gru ? 2 * hidden : rows;
  const placed = (
    data: Float32Array | undefined,
    depth: number,
    from: number,
    to: number,
    otherwise: number,
  ): number =>
    data
      ? places.memory.place(packColumns(data.subarray(from * depth, to * depth), depth, to - from, 'columns'))
      : places.scratch + otherwise;
  return {
    inputSource: w.source,
    inputPanels: placed(w.data, inputs, 0, rows, layout.inputPanels),
    recurrentSource: r.source,
    recurrentPanels: placed(r.data, hidden, 0, together, layout.recurrentPanels),
    candidatePanels: cell === RecurrentCell.gru ? placed(r.data, hidden, together, rows, layout.candidatePanels) : 0,
  };
}

/** Byte distances and offsets in [D, B, H] states and in the outputs [T, D, B, H], or with the batch first. */
function stepsOf({ steps, batch, hidden, directions, batchFirst }: Sizes, d: number) {
  const bytes = hidden * 4;
  return batchFirst
    ? {
        state: d * bytes,
        stateStep: directions * bytes,
        output: d * bytes,
        outputTimeStep: directions * bytes,
        outputBatchStep: steps * directions * bytes,
      }
    : {
        state: d * batch * bytes,
        stateStep: bytes,
        output: d * batch * bytes,
        outputTimeStep: directions * batch * bytes,
        outputBatchStep: bytes,
      };
}

/** What a cell has no use for is a tanh. */
function activationFields([f, g, out]: readonly (Unary | undefined)[]) {
  const parts = (of: Unary | undefined) =>
    [of?.operation ?? UnaryFunction.tanh, floatBits(of?.alpha ?? 0), floatBits(of?.beta ?? 0)] as const;
  const [[fId, fAlpha, fBeta], [gId, gAlpha, gBeta], [outId, outAlpha, outBeta]] = [parts(f), parts(g), parts(out)];
  return { f: fId, fAlpha, fBeta, g: gId, gAlpha, gBeta, out: outId, outAlpha, outBeta };
}

function bindDirection(
  view: NodeView,
  places: Places,
  sizes: Sizes,
  layout: ReturnType<typeof scratchOf>,
  d: number,
  activations: readonly Unary[],
): () => void {
  const { inputs: ids, outputs } = view.node;
  const { cell, steps, batch, inputs, hidden, rows, batchFirst } = sizes;
  const at = stepsOf(sizes, d);
  const operand = (index: number, offset: number): number =>
    view.has(index) ? places.operand(ids[index] as TensorId) + offset : 0;
  const output = (index: number, offset: number): number => (outputs[index] ? places.output(index) + offset : 0);
  return bindFields(places, 'recurrentFloat', RecurrentField, {
    cell,
    input: operand(0, 0),
    steps,
    batch,
    inputs,
    hidden,
    timeRows: batchFirst ? 1 : batch,
    batchRows: batchFirst ? steps : 1,
    reverse: d === 1 || direction(view) === 'reverse' ? 1 : 0,
    ...bindWeights(view, places, sizes, layout, d),
    bias: operand(3, d * 2 * rows * 4),
    peepholes: cell === RecurrentCell.lstm ? operand(7, d * 3 * hidden * 4) : 0,
    initialH: operand(5, at.state),
    initialC: cell === RecurrentCell.lstm ? operand(6, at.state) : 0,
    stateStep: at.stateStep,
    output: output(0, at.output),
    outputTimeStep: at.outputTimeStep,
    outputBatchStep: at.outputBatchStep,
    lastH: output(1, at.state),
    lastC: cell === RecurrentCell.lstm ? output(2, at.state) : 0,
    biasSums: places.scratch + layout.biasSums,
    sums: places.scratch + layout.sums,
    h: places.scratch + layout.h,
    c: places.scratch + layout.c,
    extra: places.scratch + layout.extra,
    clip: floatBits(view.float('clip', Number.POSITIVE_INFINITY)),
    inputForget: view.int('input_forget', 0),
    linearBeforeReset: view.int('linear_before_reset', 0),
    ...activationFields(activations),
  });
}
