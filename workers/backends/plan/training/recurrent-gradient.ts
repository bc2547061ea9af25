import { attributeOf, elementCount, type TensorId } from '../../../../src/ir/index.ts';
import { RecurrentCell, RecurrentGradientField, UnaryFunction } from '../../../kernels/assembly/memory.ts';
import { bindFields, type FastNode, inOrder, type NodeView, type Places, type PlannerTable } from '../fast-node.ts';

export const recurrentGradientPlanners: PlannerTable = {
  'paretoscope.train::RNNGradient': (view) => recurrentGradient(view, RecurrentCell.rnn),
  'paretoscope.train::GRUGradient': (view) => recurrentGradient(view, RecurrentCell.gru),
  'paretoscope.train::LSTMGradient': (view) => recurrentGradient(view, RecurrentCell.lstm),
};

/** What an RNN applies; its default is tanh. */
const ACTIVATIONS: Readonly<Record<string, UnaryFunction>> = {
  tanh: UnaryFunction.tanh,
  relu: UnaryFunction.relu,
  sigmoid: UnaryFunction.sigmoid,
};

interface Sizes {
  readonly cell: RecurrentCell;
  readonly steps: number;
  readonly batch: number;
  readonly inputs: number;
  readonly hidden: number;
  /** Gates times hidden. */
  readonly rows: number;
  readonly directions: number;
  readonly batchFirst: boolean;
}

const GATES: Readonly<Record<RecurrentCell, number>> = {
  [RecurrentCell.rnn]: 1,
  [RecurrentCell.gru]: 3,
  [RecurrentCell.lstm]: 4,
};

const directionOf = (view: NodeView): string => view.text('direction') ?? 'forward';

function sizesOf(view: NodeView, cell: RecurrentCell): Sizes | undefined {
  const x = view.floatShape(view.node.inputs[0]);
  const r = view.floatShape(view.node.inputs[2]);
  if (x?.length !== 3 || r?.length !== 3 || elementCount(x) === 0) return undefined;
  const batchFirst = view.int('layout', 0) !== 0;
  const [first, second, inputs] = x as readonly [number, number, number];
  const [steps, batch] = batchFirst ? [second, first] : [first, second];
  const hidden = r[2] as number;
  const directions = directionOf(view) === 'bidirectional' ? 2 : 1;
  return { cell, steps, batch, inputs, hidden, rows: GATES[cell] * hidden, directions, batchFirst };
}

/** Inputs: X, W, R, B, h, [c,] Y, dY, dY_h[, dY_c]. Y is not read: the steps are computed again. */
function recurrentGradient(view: NodeView, cell: RecurrentCell): FastNode | undefined {
  const sizes = sizesOf(view, cell);
  const name = attributeOf(view.node.attributes, 'activations', 'strings')?.[0]?.toLowerCase() ?? 'tanh';
  const activation = cell === RecurrentCell.rnn ? ACTIVATIONS[name] : UnaryFunction.tanh;
  const answer = cell === RecurrentCell.lstm ? 6 : 5;
  const reads = view.node.inputs.filter((id, i) => id !== '' && i !== answer);
  if (!sizes || activation === undefined || reads.some((id) => !view.floatShape(id))) return undefined;
  const layout = scratchOf(sizes);
  return {
    reads,
    scratchBytes: layout.bytes,
    bind: (places) =>
      inOrder(
        Array.from({ length: sizes.directions }, (_, d) => bindDirection(view, places, sizes, activation, layout, d)),
      ),
  };
}

/** Where the kernel works, from the start of the node's working memory. */
function scratchOf({ cell, steps, batch, inputs, hidden, rows }: Sizes) {
  let bytes = 0;
  const take = (elements: number): number => {
    const at = bytes;
    bytes += Math.ceil(elements / 4) * 16 + 32;
    return at;
  };
  const panels = (count: number, depth: number) => Math.ceil(count / 8) * 8 * depth;
  const together = cell === RecurrentCell.gru ? 2 * hidden : rows;
  const states = steps * batch * hidden;
  const places = {
    biasSums: take(rows),
    inputPanels: take(panels(rows, inputs)),
    recurrentPanels: take(panels(together, hidden)),
    candidatePanels: take(cell === RecurrentCell.gru ? panels(hidden, hidden) : 0),
    gates: take(steps * batch * rows),
    before: take(states),
    cellBefore: take(cell === RecurrentCell.lstm ? states : 0),
    extra: take(cell === RecurrentCell.rnn ? 0 : states),
    dh: take(batch * hidden),
    dc: take(batch * hidden),
    next: take(batch * hidden),
  };
  return { ...places, bytes };
}

/** Byte distances and the direction's offset in [D, B, H] states and in the outputs [T, D, B, H], or with the batch first. */
function stepsOf({ steps, batch, hidden, directions, batchFirst }: Sizes, d: number) {
  const row = hidden * 4;
  return batchFirst
    ? { at: d * row, stateStep: directions * row, timeStep: directions * row, batchStep: steps * directions * row }
    : { at: d * batch * row, stateStep: row, timeStep: directions * batch * row, batchStep: row };
}

function bindDirection(
  view: NodeView,
  places: Places,
  sizes: Sizes,
  activation: UnaryFunction,
  layout: ReturnType<typeof scratchOf>,
  d: number,
): () => void {
  const { inputs: ids, outputs } = view.node;
  const { cell, steps, batch, inputs, hidden, rows, batchFirst } = sizes;
  const isLstm = cell === RecurrentCell.lstm;
  const { at, stateStep, timeStep, batchStep } = stepsOf(sizes, d);
  const operand = (index: number, offset: number): number =>
    view.has(index) ? places.operand(ids[index] as TensorId) + offset : 0;
  // What is not given has no gradient.
  const output = (index: number, offset: number): number =>
    outputs[index] && view.has(index) ? places.output(index) + offset : 0;
  const upstream = isLstm ? 7 : 6;
  const { bytes: _, ...working } = layout;
  return bindFields(places, 'recurrentGradientFloat', RecurrentGradientField, {
    ...{ cell, steps, batch, inputs, hidden, activation },
    timeRows: batchFirst ? 1 : batch,
    batchRows: batchFirst ? steps : 1,
    reverse: d === 1 || directionOf(view) === 'reverse' ? 1 : 0,
    late: cell === RecurrentCell.gru ? view.int('linear_before_reset', 0) : 0,
    input: operand(0, 0),
    weights: operand(1, d * rows * inputs * 4),
    recurrent: operand(2, d * rows * hidden * 4),
    bias: operand(3, d * rows * 8),
    initialH: operand(4, at),
    initialC: isLstm ? operand(5, at) : 0,
    stateStep,
    outputTimeStep: timeStep,
    outputBatchStep: batchStep,
    outputGradient: operand(upstream, at),
    lastHGradient: operand(upstream + 1, at),
    lastCGradient: isLstm ? operand(upstream + 2, at) : 0,
    inputGradient: output(0, 0),
    addsInput: d,
    weightGradient: output(1, d * rows * inputs * 4),
    recurrentGradient: output(2, d * rows * hidden * 4),
    biasGradient: output(3, d * rows * 8),
    initialHGradient: output(4, at),
    initialCGradient: isLstm ? output(5, at) : 0,
    ...(Object.fromEntries(
      Object.entries(working).map(([name, offset]) => [name, places.scratch + offset]),
    ) as typeof working),
  });
}
