import { elementCount, type Tensor } from '../../ir/index.ts';
import { type AttributeReader, given } from '../../ops/index.ts';
import { noDerivative } from '../errors.ts';
import { float, floatTensor, trainingOperator } from './operator.ts';
import {
  gruCell,
  lstmCell,
  type Recurrence,
  type RecurrentCell,
  rnnActivations,
  rnnCell,
  type Saved,
} from './recurrent-cells.ts';

/** Gradients of LSTM, GRU and RNN: every step is computed again, then the steps are gone through backwards. */

/** Sums of gradients while they grow, in double precision; absent where the input is. */
interface Totals {
  readonly x: Float64Array;
  readonly w: Float64Array;
  readonly r: Float64Array;
  readonly b: Float64Array | undefined;
  readonly h: Float64Array | undefined;
  readonly c: Float64Array | undefined;
}

interface Layer {
  readonly cell: RecurrentCell;
  readonly steps: number;
  readonly batch: number;
  readonly directions: number;
  readonly width: number;
  readonly hidden: number;
  readonly batchFirst: boolean;
  readonly reverseFirst: boolean;
  readonly x: Float32Array;
  readonly w: Float32Array;
  readonly r: Float32Array;
  readonly b: Float32Array | undefined;
  readonly h: Float32Array | undefined;
  readonly c: Float32Array | undefined;
  readonly dy: Float32Array | undefined;
  readonly dh: Float32Array | undefined;
  readonly dc: Float32Array | undefined;
}

/** One sequence in one direction: where its rows begin in each tensor. */
interface Sequence {
  readonly direction: number;
  readonly order: readonly number[];
  readonly stateAt: number;
  xAt(step: number): number;
  yAt(step: number): number;
}

function sequenceOf(
  { steps, batch, directions, width, hidden, batchFirst, reverseFirst }: Layer,
  d: number,
  b: number,
): Sequence {
  const isReverse = d === 1 || reverseFirst;
  return {
    direction: d,
    order: Array.from({ length: steps }, (_, i) => (isReverse ? steps - 1 - i : i)),
    stateAt: (batchFirst ? b * directions + d : d * batch + b) * hidden,
    xAt: (t) => (batchFirst ? b * steps + t : t * batch + b) * width,
    yAt: (t) => (batchFirst ? (b * steps + t) * directions + d : (t * directions + d) * batch + b) * hidden,
  };
}

const part = (from: Float32Array | undefined, start: number, size: number): Float64Array =>
  from ? Float64Array.from(from.subarray(start, start + size)) : new Float64Array(size);

function addTo(to: Float64Array | undefined, start: number, values: Float64Array): void {
  if (!to) return;
  for (let i = 0; i < values.length; i++) to[start + i] = (to[start + i] as number) + (values[i] as number);
}

/** Rows of a matrix times a vector. */
function times(matrix: Float32Array, start: number, rows: number, v: Float64Array): Float64Array {
  return new Float64Array(rows).map((_, row) => {
    let sum = 0;
    for (let i = 0; i < v.length; i++) sum += (matrix[start + row * v.length + i] as number) * (v[i] as number);
    return sum;
  });
}

/** The gradient of a product: adds gradient · vᵀ to the matrix' total, gives matrixᵀ · gradient. */
function backThrough(
  matrix: Float32Array,
  total: Float64Array,
  start: number,
  gradient: Float64Array,
  v: Float64Array,
): Float64Array {
  const dv = new Float64Array(v.length);
  gradient.forEach((g, row) => {
    const at = start + row * v.length;
    for (let i = 0; i < v.length; i++) {
      total[at + i] = (total[at + i] as number) + g * (v[i] as number);
      dv[i] = (dv[i] as number) + g * (matrix[at + i] as number);
    }
  });
  return dv;
}

/** Runs one sequence again, then backwards, adding to the totals. */
function backSequence(layer: Layer, totals: Totals, s: Sequence): void {
  const { cell, width, hidden } = layer;
  const rows = cell.gates * hidden;
  const [wAt, rAt, bAt] = [s.direction * rows * width, s.direction * rows * hidden, s.direction * 2 * rows];
  const recurrence: Recurrence = {
    hidden,
    apply: (v, from, to) =>
      times(layer.r, rAt + from * hidden, to - from, v).map((x, i) => x + (layer.b?.[bAt + rows + from + i] ?? 0)),
    back(gradient, v, from) {
      addTo(totals.b, bAt + rows + from, gradient);
      return backThrough(layer.r, totals.r, rAt + from * hidden, gradient, v);
    },
  };
  const inputOf = (t: number) => part(layer.x, s.xAt(t), width);
  let before: Saved = { h: part(layer.h, s.stateAt, hidden), c: part(layer.c, s.stateAt, hidden), gates: [] };
  const none = new Float64Array(hidden);
  const trail: { t: number; before: Saved; after: Saved }[] = [];
  for (const t of s.order) {
    const product = times(layer.w, wAt, rows, inputOf(t)).map((x, i) => x + (layer.b?.[bAt + i] ?? 0));
    const after = cell.forward(recurrence, product, before.h, before.c ?? none);
    trail.push({ t, before, after });
    before = after;
  }
  let dh = part(layer.dh, s.stateAt, hidden);
  let dc = part(layer.dc, s.stateAt, hidden);
  for (const { t, before: old, after } of trail.reverse()) {
    addTo(dh, 0, part(layer.dy, s.yAt(t), hidden));
    const gradient = cell.backward(recurrence, after, old.h, old.c ?? none, dh, dc);
    addTo(totals.b, bAt, gradient.input);
    addTo(totals.x, s.xAt(t), backThrough(layer.w, totals.w, wAt, gradient.input, inputOf(t)));
    dh = gradient.h;
    dc = gradient.c ?? none;
  }
  addTo(totals.h, s.stateAt, dh);
  addTo(totals.c, s.stateAt, dc);
}

/** (X, W, R, B, initial_h, [initial_c,] Y, dY, dY_h[, dY_c]) → dX, dW, dR, dB, dInitial_h[, dInitial_c]; '' for what is absent. */
const recurrentGradient = <Name extends string>(
  name: Name,
  hasCellState: boolean,
  cellOf: (read: AttributeReader) => RecurrentCell,
) =>
  trainingOperator(name, (read) => {
    const cell = cellOf(read);
    const direction = read.oneOf('direction', ['forward', 'reverse', 'bidirectional']);
    const states = hasCellState ? 2 : 1;
    return {
      ops: 20,
      infer: (inputs) => [0, 1, 2, 3, 4, ...(hasCellState ? [5] : [])].map((i) => float(inputs[i]?.shape)),
      run(inputs) {
        const tensors = inputs.map((t) => t as Tensor | undefined);
        const data = (i: number) => tensors[i]?.data as Float32Array | undefined;
        const x = given(name, inputs, 0, 'X');
        const r = given(name, inputs, 2, 'R');
        const batchFirst = read.flag('layout');
        const [first, second, width] = x.shape as readonly [number, number, number];
        const layer: Layer = {
          cell,
          steps: batchFirst ? second : first,
          batch: batchFirst ? first : second,
          directions: direction === 'bidirectional' ? 2 : 1,
          width,
          hidden: r.shape[2] as number,
          batchFirst,
          reverseFirst: direction === 'reverse',
          x: x.data as Float32Array,
          w: given(name, inputs, 1, 'W').data as Float32Array,
          r: r.data as Float32Array,
          b: data(3),
          h: data(4),
          c: hasCellState ? data(5) : undefined,
          dy: data(5 + states),
          dh: data(6 + states),
          dc: hasCellState ? data(9) : undefined,
        };
        const zeros = (i: number) => tensors[i] && new Float64Array(elementCount(tensors[i].shape));
        const [dx, dw, dr, db, dh, dc] = [0, 1, 2, 3, 4, ...(hasCellState ? [5] : [])].map(zeros);
        const none = new Float64Array(0);
        const totals = { x: dx ?? none, w: dw ?? none, r: dr ?? none, b: db, h: dh, c: dc };
        for (let d = 0; d < layer.directions; d++)
          for (let b = 0; b < layer.batch; b++) backSequence(layer, totals, sequenceOf(layer, d, b));
        return [dx, dw, dr, db, dh, ...(hasCellState ? [dc] : [])].map((total, i) =>
          floatTensor(tensors[i]?.shape ?? [0], total ?? none),
        );
      },
    };
  });

export const lstmGradient = recurrentGradient('LSTMGradient', true, () => lstmCell);
export const gruGradient = recurrentGradient('GRUGradient', false, (read) => gruCell(read.flag('linear_before_reset')));
export const rnnGradient = recurrentGradient('RNNGradient', false, (read) => {
  const name = read.strings('activations')?.[0]?.toLowerCase() ?? 'tanh';
  const found = Object.hasOwn(rnnActivations, name) ? rnnActivations[name] : undefined;
  if (!found) throw noDerivative(name);
  return rnnCell(...found);
});
