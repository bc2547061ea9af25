import { type Attributes, type Dim, numbersOf, type Tensor } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { given, resultOf } from '../elements.ts';
import { badAttribute } from '../errors.ts';
import { type Inputs, value } from '../inference.ts';
import type { BoundOp, OpDef, Value } from '../op-def.ts';
import { type Activation, activationsFor } from './recurrent-activations.ts';

/** LSTM, GRU and RNN: one driver over time, batch and direction; a cell per operator. */

interface RecurrentAttributes {
  readonly directions: 1 | 2;
  readonly reverseFirst: boolean;
  readonly hidden: number | undefined;
  readonly batchFirst: boolean;
  /** One list per direction. */
  readonly activations: readonly (readonly Activation[])[];
  readonly clip: number;
  readonly inputForget: boolean;
  readonly linearBeforeReset: boolean;
}

/** Parameters of one direction, and the state of one sequence while it runs. */
interface CellContext {
  readonly hidden: number;
  /** R · h for gate rows [from, to), added to `into`. */
  readonly recur: (h: Float64Array, from: number, to: number, into: Float64Array) => void;
  /** Recurrent bias by gate row, or 0. */
  readonly recurrentBias: (row: number) => number;
  /** Peephole weight by row, or 0. */
  readonly peephole: (row: number) => number;
  readonly activations: readonly Activation[];
  readonly clip: (x: number) => number;
  readonly attributes: RecurrentAttributes;
}

/** One step: `gates` holds W · x + Wb for all rows; changes h (and c) in place. */
interface Cell {
  readonly gates: number;
  /** Defaults per direction. */
  readonly activations: readonly string[];
  readonly hasCellState: boolean;
  step(ctx: CellContext, gates: Float64Array, h: Float64Array, c: Float64Array): void;
}

function readRecurrent(op: string, cell: Cell, attributes: Attributes): RecurrentAttributes {
  const read = new AttributeReader(op, attributes);
  const direction = read.oneOf('direction', ['forward', 'reverse', 'bidirectional']);
  const directions = direction === 'bidirectional' ? 2 : 1;
  return {
    directions,
    reverseFirst: direction === 'reverse',
    hidden: read.int('hidden_size'),
    batchFirst: read.flag('layout'),
    activations: activationsFor(op, read, cell.activations, directions),
    clip: read.float('clip') ?? Number.POSITIVE_INFINITY,
    inputForget: read.flag('input_forget'),
    linearBeforeReset: read.flag('linear_before_reset'),
  };
}

/** Output shapes: all states, the last state, and (LSTM) the last cell state. */
function recurrentShapes(op: string, cell: Cell, a: RecurrentAttributes, [x, , r]: Inputs, count: number): Value[] {
  const [first, second] = x?.shape ?? [];
  const hidden: Dim | undefined = a.hidden ?? r?.shape?.[2];
  if (first === undefined || second === undefined || hidden === undefined)
    return Array.from({ length: count }, () => value(x?.type, undefined));
  if (x?.shape?.length !== 3) throw badAttribute(op, 'X', 'must have three dimensions');
  const [steps, batch] = a.batchFirst ? [second, first] : [first, second];
  const all = a.batchFirst ? [batch, steps, a.directions, hidden] : [steps, a.directions, batch, hidden];
  const last = a.batchFirst ? [batch, a.directions, hidden] : [a.directions, batch, hidden];
  return [all, last, ...(cell.hasCellState ? [last] : [])].slice(0, count).map((shape) => value(x.type, shape));
}

/** Adds matrix rows [from, to) · v to `into`; the matrix is row-major with rows of v's length. */
function addRows(
  matrix: ArrayLike<number>,
  at: number,
  v: ArrayLike<number>,
  vAt: number,
  width: number,
  from: number,
  to: number,
  into: Float64Array,
): void {
  for (let row = from; row < to; row++) {
    let sum = 0;
    const start = at + row * width;
    for (let i = 0; i < width; i++) sum += (matrix[start + i] as number) * (v[vAt + i] as number);
    into[row] = (into[row] as number) + sum;
  }
}

interface Sizes {
  readonly steps: number;
  readonly batch: number;
  readonly inputs: number;
  readonly hidden: number;
}

function runRecurrent(
  op: string,
  cell: Cell,
  a: RecurrentAttributes,
  inputs: readonly (Tensor | undefined)[],
): Tensor[] {
  const x = given(op, inputs, 0, 'X');
  const r = given(op, inputs, 2, 'R');
  const [first, second, width] = x.shape as readonly [number, number, number];
  const [steps, batch] = a.batchFirst ? [second, first] : [first, second];
  const sizes: Sizes = { steps, batch, inputs: width, hidden: r.shape[2] as number };
  const { hidden } = sizes;
  const all = new Float64Array(steps * a.directions * batch * hidden);
  const lastH = new Float64Array(a.directions * batch * hidden);
  const lastC = new Float64Array(a.directions * batch * hidden);
  for (let d = 0; d < a.directions; d++)
    for (let b = 0; b < batch; b++) {
      const stateAt = (a.batchFirst ? b * a.directions + d : d * batch + b) * hidden;
      const h = initialState(inputs[5], stateAt, hidden);
      const c = cell.hasCellState ? initialState(inputs[6], stateAt, hidden) : new Float64Array(0);
      const emit = (t: number) => {
        const row = a.batchFirst ? (b * steps + t) * a.directions + d : (t * a.directions + d) * batch + b;
        all.set(h, row * hidden);
      };
      runSequence(cell, a, inputs, sizes, d, b, h, c, emit);
      lastH.set(h, stateAt);
      if (cell.hasCellState) lastC.set(c, stateAt);
    }
  const state = a.batchFirst ? [batch, a.directions, hidden] : [a.directions, batch, hidden];
  const every = a.batchFirst ? [batch, steps, a.directions, hidden] : [steps, a.directions, batch, hidden];
  return [
    resultOf(x.type, every, all),
    resultOf(x.type, state, lastH),
    ...(cell.hasCellState ? [resultOf(x.type, state, lastC)] : []),
  ];
}

const initialState = (stored: Tensor | undefined, at: number, hidden: number): Float64Array =>
  stored ? Float64Array.from(numbersOf(stored).subarray(at, at + hidden)) : new Float64Array(hidden);

/** One sequence in one direction. Steps beyond its length are not run: their outputs stay 0. */
function runSequence(
  cell: Cell,
  a: RecurrentAttributes,
  inputs: readonly (Tensor | undefined)[],
  { steps, batch, inputs: width, hidden }: Sizes,
  d: number,
  b: number,
  h: Float64Array,
  c: Float64Array,
  emit: (t: number) => void,
): void {
  const [x, w, r, bias, lengths, , , peepholes] = inputs.map((t) => t && numbersOf(t));
  if (!x || !w || !r) return;
  const rows = cell.gates * hidden;
  const length = lengths ? (lengths[b] as number) : steps;
  const reverse = d === 1 || a.reverseFirst;
  const ctx: CellContext = {
    hidden,
    recur: (state, from, to, into) => addRows(r, d * rows * hidden, state, 0, hidden, from, to, into),
    recurrentBias: (row) => (bias?.[d * 2 * rows + rows + row] as number | undefined) ?? 0,
    peephole: (row) => (peepholes?.[d * 3 * hidden + row] as number | undefined) ?? 0,
    activations: a.activations[d] ?? [],
    clip: (v) => Math.min(a.clip, Math.max(-a.clip, v)),
    attributes: a,
  };
  const gates = new Float64Array(rows);
  for (let step = 0; step < length; step++) {
    const t = reverse ? length - 1 - step : step;
    for (let row = 0; row < rows; row++) gates[row] = (bias?.[d * 2 * rows + row] as number | undefined) ?? 0;
    addRows(w, d * rows * width, x, (a.batchFirst ? b * steps + t : t * batch + b) * width, width, 0, rows, gates);
    cell.step(ctx, gates, h, c);
    emit(t);
  }
}

/** Gates in the order input, output, forget, cell. */
const lstmCell: Cell = {
  gates: 4,
  activations: ['Sigmoid', 'Tanh', 'Tanh'],
  hasCellState: true,
  step(ctx, gates, h, c) {
    const n = ctx.hidden;
    const [f = Math.tanh, g = Math.tanh, out = Math.tanh] = ctx.activations;
    ctx.recur(h, 0, 4 * n, gates);
    for (let i = 0; i < n; i++) {
      const at = (gate: number) => (gates[gate * n + i] as number) + ctx.recurrentBias(gate * n + i);
      const before = c[i] as number;
      const input = f(ctx.clip(at(0) + ctx.peephole(i) * before));
      const forget = ctx.attributes.inputForget ? 1 - input : f(ctx.clip(at(2) + ctx.peephole(2 * n + i) * before));
      const state = forget * before + input * g(ctx.clip(at(3)));
      c[i] = state;
      h[i] = f(ctx.clip(at(1) + ctx.peephole(n + i) * state)) * out(state);
    }
  },
};

/** Gates in the order update, reset, hidden. */
const gruCell: Cell = {
  gates: 3,
  activations: ['Sigmoid', 'Tanh'],
  hasCellState: false,
  step(ctx, gates, h) {
    const n = ctx.hidden;
    const [f = Math.tanh, g = Math.tanh] = ctx.activations;
    ctx.recur(h, 0, 2 * n, gates);
    const update = new Float64Array(n);
    const reset = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      update[i] = f(ctx.clip((gates[i] as number) + ctx.recurrentBias(i)));
      reset[i] = f(ctx.clip((gates[n + i] as number) + ctx.recurrentBias(n + i)));
    }
    const late = ctx.attributes.linearBeforeReset;
    const recurrent = new Float64Array(3 * n);
    ctx.recur(late ? h : h.map((v, i) => v * (reset[i] as number)), 2 * n, 3 * n, recurrent);
    for (let i = 0; i < n; i++) {
      const row = 2 * n + i;
      const past = (recurrent[row] as number) + ctx.recurrentBias(row);
      const candidate = g(ctx.clip((gates[row] as number) + (late ? (reset[i] as number) * past : past)));
      h[i] = (1 - (update[i] as number)) * candidate + (update[i] as number) * (h[i] as number);
    }
  },
};

const rnnCell: Cell = {
  gates: 1,
  activations: ['Tanh'],
  hasCellState: false,
  step(ctx, gates, h) {
    const [f = Math.tanh] = ctx.activations;
    ctx.recur(h, 0, ctx.hidden, gates);
    for (let i = 0; i < ctx.hidden; i++) h[i] = f(ctx.clip((gates[i] as number) + ctx.recurrentBias(i)));
  },
};

/** steps · batch · directions · gates · H · (I + H) MACs, and about 8 operations per hidden unit and step (methods F.1). */
function recurrentCost(cell: Cell, a: RecurrentAttributes): BoundOp['cost'] {
  return ([x, , r]) => {
    const [first = 0, second = 0, width = 0] = x?.shape ?? [];
    const hidden = r?.shape[2] ?? 0;
    const cells = first * second * a.directions;
    return {
      kind: 'recurrent',
      macs: cells * cell.gates * hidden * (width + hidden),
      extraOps: cells * 8 * hidden,
      params: [1, 2, 3, 7],
      bias: 3,
      geometry: { inChannels: width, outChannels: hidden * a.directions },
    };
  };
}

function recurrent<Id extends string>(id: Id, cell: Cell) {
  return {
    id,
    sinceOpset: 7,
    bind(attributes) {
      const read = readRecurrent(id, cell, attributes);
      return {
        infer: (inputs, outputCount) => recurrentShapes(id, cell, read, inputs, outputCount),
        cost: recurrentCost(cell, read),
        run: (inputs, outputCount) => runRecurrent(id, cell, read, inputs).slice(0, outputCount),
      };
    },
  } as const satisfies OpDef;
}

export const lstm = recurrent('LSTM', lstmCell);
export const gru = recurrent('GRU', gruCell);
export const rnn = recurrent('RNN', rnnCell);
