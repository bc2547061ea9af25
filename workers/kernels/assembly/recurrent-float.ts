// RNN, GRU and LSTM, one direction: the inputs' part of all gates is one product over all steps, then each step adds the
// states' part to its rows and goes on. A sample's numbers do not depend on the others of its batch.
import { gemmStrided } from './gemm-float';
import { sigmoid4, storeFirst, tanh4 } from './math-float';
import { RecurrentCell, RecurrentField, UnaryFunction } from './memory';
import { packPanels } from './pack-float';
import { unary4 } from './unary-float';

export function recurrentFloat(call: usize): void {
  const cell = load<i32>(call, RecurrentField.cell);
  const steps = load<i32>(call, RecurrentField.steps);
  const reverse = load<i32>(call, RecurrentField.reverse);
  packWeights(call);
  sumBiases(call);
  const inputs = load<i32>(call, RecurrentField.inputs);
  const width = gateRows(call);
  gemmStrided(
    <usize>load<u32>(call, RecurrentField.input), <usize>inputs << 2, 4, steps * load<i32>(call, RecurrentField.batch), inputs,
    <usize>load<u32>(call, RecurrentField.inputPanels), <usize>inputs << 5, 32, width,
    <usize>load<u32>(call, RecurrentField.sums), <usize>width << 2,
    0, <usize>load<u32>(call, RecurrentField.biasSums), false, -Infinity, Infinity,
  );
  const h = <usize>load<u32>(call, RecurrentField.h);
  startState(call, <usize>load<u32>(call, RecurrentField.initialH), h);
  if (cell == RecurrentCell.lstm) startState(call, <usize>load<u32>(call, RecurrentField.initialC), <usize>load<u32>(call, RecurrentField.c));
  for (let step = 0; step < steps; step++) {
    const t = reverse ? steps - 1 - step : step;
    if (cell == RecurrentCell.lstm) stepLstm(call, t);
    else if (cell == RecurrentCell.gru) stepGru(call, t);
    else stepRnn(call, t);
    const output = <usize>load<u32>(call, RecurrentField.output);
    if (output) {
      const to = output + <usize>t * load<u32>(call, RecurrentField.outputTimeStep);
      copyState(call, h, to, <usize>load<u32>(call, RecurrentField.outputBatchStep));
    }
  }
  const stateStep = <usize>load<u32>(call, RecurrentField.stateStep);
  const lastH = <usize>load<u32>(call, RecurrentField.lastH);
  const lastC = <usize>load<u32>(call, RecurrentField.lastC);
  if (lastH) copyState(call, h, lastH, stateStep);
  if (lastC) copyState(call, <usize>load<u32>(call, RecurrentField.c), lastC, stateStep);
}

@inline
function gateRows(call: usize): i32 {
  const cell = load<i32>(call, RecurrentField.cell);
  return (cell == RecurrentCell.lstm ? 4 : cell == RecurrentCell.gru ? 3 : 1) * load<i32>(call, RecurrentField.hidden);
}

/** Weights that are computed at run time. */
function packWeights(call: usize): void {
  const hidden = load<i32>(call, RecurrentField.hidden);
  const inputs = load<i32>(call, RecurrentField.inputs);
  const w = <usize>load<u32>(call, RecurrentField.inputSource);
  const r = <usize>load<u32>(call, RecurrentField.recurrentSource);
  if (w) packPanels(w, 4, <usize>inputs << 2, inputs, gateRows(call), 1, <usize>load<u32>(call, RecurrentField.inputPanels));
  if (!r) return;
  const rowBytes = <usize>hidden << 2;
  const panels = <usize>load<u32>(call, RecurrentField.recurrentPanels);
  if (load<i32>(call, RecurrentField.cell) != RecurrentCell.gru) {
    packPanels(r, 4, rowBytes, hidden, gateRows(call), 1, panels);
    return;
  }
  packPanels(r, 4, rowBytes, hidden, 2 * hidden, 1, panels);
  packPanels(r + <usize>(2 * hidden) * rowBytes, 4, rowBytes, hidden, hidden, 1, <usize>load<u32>(call, RecurrentField.candidatePanels));
}

/** Biases of inputs and states are one, but for a reset that comes after the state's part of the candidate. */
function sumBiases(call: usize): void {
  const rows = gateRows(call);
  const hidden = load<i32>(call, RecurrentField.hidden);
  const bias = <usize>load<u32>(call, RecurrentField.bias);
  const sums = <usize>load<u32>(call, RecurrentField.biasSums);
  const late = load<i32>(call, RecurrentField.cell) == RecurrentCell.gru && load<i32>(call, RecurrentField.linearBeforeReset) != 0;
  for (let i = 0; i < rows; i++) {
    const at = <usize>i << 2;
    let sum: f32 = 0;
    if (bias) sum = load<f32>(bias + at);
    if (bias && !(late && i >= 2 * hidden)) sum += load<f32>(bias + (<usize>rows << 2) + at);
    store<f32>(sums + at, sum);
  }
}

function startState(call: usize, initial: usize, state: usize): void {
  const bytes = <usize>load<i32>(call, RecurrentField.hidden) << 2;
  const batch = load<i32>(call, RecurrentField.batch);
  for (let b = 0; b < batch; b++) {
    if (initial) memory.copy(state, initial, bytes);
    else memory.fill(state, 0, bytes);
    if (initial) initial += load<u32>(call, RecurrentField.stateStep);
    state += bytes;
  }
}

function copyState(call: usize, state: usize, to: usize, step: usize): void {
  const bytes = <usize>load<i32>(call, RecurrentField.hidden) << 2;
  const batch = load<i32>(call, RecurrentField.batch);
  for (let b = 0; b < batch; b++) {
    memory.copy(to, state, bytes);
    state += bytes;
    to += step;
  }
}

/** The first of a step's rows of gate sums. */
@inline
function rowsAt(call: usize, t: i32): usize {
  const row = t * load<i32>(call, RecurrentField.timeRows);
  return <usize>load<u32>(call, RecurrentField.sums) + (<usize>(row * gateRows(call)) << 2);
}

@inline
function rowStep(call: usize): usize {
  return <usize>(load<i32>(call, RecurrentField.batchRows) * gateRows(call)) << 2;
}

/** Adds `state` · panels to `columns` columns of rows `step` bytes apart. */
function addProduct(call: usize, state: usize, panels: usize, columns: i32, to: usize, step: usize): void {
  const hidden = load<i32>(call, RecurrentField.hidden);
  gemmStrided(
    state, <usize>hidden << 2, 4, load<i32>(call, RecurrentField.batch), hidden, panels, <usize>hidden << 5, 32,
    columns, to, step, 0, 0, true, -Infinity, Infinity,
  );
}

@inline
function clipped(call: usize, x: v128): v128 {
  const clip = v128.load32_splat(call, RecurrentField.clip);
  return f32x4.min(f32x4.max(x, f32x4.neg(clip)), clip);
}

/** Function `field` (f, g or out) of the clipped values. `standard`, a constant: sigmoid, tanh, tanh, and no clipping. */
@inline
function gate(standard: bool, call: usize, field: usize, x: v128): v128 {
  if (standard) return field == RecurrentField.f ? sigmoid4(x) : tanh4(x);
  return activated(load<i32>(call + field), clipped(call, x), load<f32>(call + field + 4), load<f32>(call + field + 8));
}

function activated(f: i32, x: v128, alpha: f32, beta: f32): v128 {
  const a = f32x4.splat(alpha);
  const b = f32x4.splat(beta);
  if (f == UnaryFunction.sigmoid) return unary4(UnaryFunction.sigmoid, x, a, b);
  if (f == UnaryFunction.tanh) return unary4(UnaryFunction.tanh, x, a, b);
  if (f == UnaryFunction.relu) return unary4(UnaryFunction.relu, x, a, b);
  if (f == UnaryFunction.hardSigmoid) return unary4(UnaryFunction.hardSigmoid, x, a, b);
  if (f == UnaryFunction.leakyRelu) return unary4(UnaryFunction.leakyRelu, x, a, b);
  if (f == UnaryFunction.thresholdedRelu) return unary4(UnaryFunction.thresholdedRelu, x, a, b);
  if (f == UnaryFunction.elu) return unary4(UnaryFunction.elu, x, a, b);
  if (f == UnaryFunction.softsign) return unary4(UnaryFunction.softsign, x, a, b);
  if (f == UnaryFunction.softplus) return unary4(UnaryFunction.softplus, x, a, b);
  return unary4(UnaryFunction.affine, x, a, b);
}

/** The elements of a vector that belong to the row. */
@inline
function put(at: usize, v: v128, left: i32): void {
  if (left >= 4) v128.store(at, v);
  else storeFirst(at, v, left);
}

function stepRnn(call: usize, t: i32): void {
  const hidden = load<i32>(call, RecurrentField.hidden);
  const step = rowStep(call);
  let h = <usize>load<u32>(call, RecurrentField.h);
  let row = rowsAt(call, t);
  addProduct(call, h, <usize>load<u32>(call, RecurrentField.recurrentPanels), hidden, row, step);
  const batch = load<i32>(call, RecurrentField.batch);
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < hidden; i += 4) {
      const at = <usize>i << 2;
      put(h + at, gate(false, call, RecurrentField.f, v128.load(row + at)), hidden - i);
    }
    row += step;
    h += <usize>hidden << 2;
  }
}

/** Whether all activations are the usual ones, for which there are loops of their own. */
function isStandard(call: usize): bool {
  return (
    load<f32>(call, RecurrentField.clip) == Infinity &&
    load<i32>(call, RecurrentField.f) == UnaryFunction.sigmoid &&
    load<i32>(call, RecurrentField.g) == UnaryFunction.tanh &&
    load<i32>(call, RecurrentField.out) == UnaryFunction.tanh
  );
}

function stepLstm(call: usize, t: i32): void {
  if (isStandard(call)) stepLstmWith(true, call, t);
  else stepLstmWith(false, call, t);
}

/** Gates in the order input, output, forget, cell. */
@inline
function stepLstmWith(standard: bool, call: usize, t: i32): void {
  const hidden = load<i32>(call, RecurrentField.hidden);
  const bytes = <usize>hidden << 2;
  const step = rowStep(call);
  const peepholes = <usize>load<u32>(call, RecurrentField.peepholes);
  const inputForget = load<i32>(call, RecurrentField.inputForget);
  let h = <usize>load<u32>(call, RecurrentField.h);
  let c = <usize>load<u32>(call, RecurrentField.c);
  let row = rowsAt(call, t);
  addProduct(call, h, <usize>load<u32>(call, RecurrentField.recurrentPanels), 4 * hidden, row, step);
  const batch = load<i32>(call, RecurrentField.batch);
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < hidden; i += 4) {
      const at = <usize>i << 2;
      const before = v128.load(c + at);
      let input = v128.load(row + at);
      let output = v128.load(row + bytes + at);
      let forget = v128.load(row + bytes * 2 + at);
      if (peepholes) {
        input = f32x4.add(input, f32x4.mul(v128.load(peepholes + at), before));
        forget = f32x4.add(forget, f32x4.mul(v128.load(peepholes + bytes * 2 + at), before));
      }
      input = gate(standard, call, RecurrentField.f, input);
      forget = inputForget ? f32x4.sub(f32x4.splat(1), input) : gate(standard, call, RecurrentField.f, forget);
      const candidate = gate(standard, call, RecurrentField.g, v128.load(row + bytes * 3 + at));
      const state = f32x4.add(f32x4.mul(forget, before), f32x4.mul(input, candidate));
      if (peepholes) output = f32x4.add(output, f32x4.mul(v128.load(peepholes + bytes + at), state));
      output = gate(standard, call, RecurrentField.f, output);
      const seen = standard ? tanh4(state) : cellOutput(call, state);
      put(c + at, state, hidden - i);
      put(h + at, f32x4.mul(output, seen), hidden - i);
    }
    row += step;
    h += bytes;
    c += bytes;
  }
}

function cellOutput(call: usize, state: v128): v128 {
  return activated(load<i32>(call, RecurrentField.out), state, load<f32>(call, RecurrentField.outAlpha), load<f32>(call, RecurrentField.outBeta));
}

function stepGru(call: usize, t: i32): void {
  if (isStandard(call)) stepGruWith(true, call, t);
  else stepGruWith(false, call, t);
}

/** Gates in the order update, reset, candidate. */
@inline
function stepGruWith(standard: bool, call: usize, t: i32): void {
  const hidden = load<i32>(call, RecurrentField.hidden);
  const bytes = <usize>hidden << 2;
  const step = rowStep(call);
  const batch = load<i32>(call, RecurrentField.batch);
  const late = load<i32>(call, RecurrentField.linearBeforeReset) != 0;
  const candidatePanels = <usize>load<u32>(call, RecurrentField.candidatePanels);
  const h = <usize>load<u32>(call, RecurrentField.h);
  const extra = <usize>load<u32>(call, RecurrentField.extra);
  const first = rowsAt(call, t);
  addProduct(call, h, <usize>load<u32>(call, RecurrentField.recurrentPanels), 2 * hidden, first, step);
  for (let b = 0; b < batch; b++) resetAndUpdate(standard, call, first + <usize>b * step, h + <usize>b * bytes, extra + <usize>b * bytes, late);
  // Early: the reset state, times its weights, joins the candidate's sum. Late: the state times its weights, kept apart.
  if (late) addProduct(call, h, candidatePanels, hidden, extra, bytes);
  else addProduct(call, extra, candidatePanels, hidden, first + bytes * 2, step);
  for (let b = 0; b < batch; b++) {
    const row = first + <usize>b * step;
    const state = h + <usize>b * bytes;
    for (let i = 0; i < hidden; i += 4) {
      const at = <usize>i << 2;
      let sum = v128.load(row + bytes * 2 + at);
      if (late) sum = f32x4.add(sum, f32x4.mul(v128.load(row + bytes + at), v128.load(extra + <usize>b * bytes + at)));
      const candidate = gate(standard, call, RecurrentField.g, sum);
      const update = v128.load(row + at);
      const kept = f32x4.mul(update, v128.load(state + at));
      put(state + at, f32x4.add(f32x4.mul(f32x4.sub(f32x4.splat(1), update), candidate), kept), hidden - i);
    }
  }
}

/** Turns a row's first two sums into gates; `extra` becomes the reset state, or (late) the state's bias of the candidate. */
@inline
function resetAndUpdate(standard: bool, call: usize, row: usize, h: usize, extra: usize, late: bool): void {
  const hidden = load<i32>(call, RecurrentField.hidden);
  const bytes = <usize>hidden << 2;
  const bias = <usize>load<u32>(call, RecurrentField.bias);
  for (let i = 0; i < 2 * hidden; i += 4) {
    const at = row + (<usize>i << 2);
    put(at, gate(standard, call, RecurrentField.f, v128.load(at)), 2 * hidden - i);
  }
  for (let i = 0; i < hidden; i += 4) {
    const at = <usize>i << 2;
    let v = f32x4.splat(0);
    if (!late) v = f32x4.mul(v128.load(h + at), v128.load(row + bytes + at));
    else if (bias) v = v128.load(bias + bytes * 5 + at);
    put(extra + at, v, hidden - i);
  }
}
