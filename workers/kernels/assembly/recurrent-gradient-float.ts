// Gradients of RNN, GRU and LSTM, one direction: the steps are computed again with their gates kept, then gone through
// backwards; gates become gradients in their place. Weights get theirs at the end, from one product over all steps and samples.
// Buffers that hold something per step and sample lie in the order of X's rows.
import { gemmStrided } from './gemm-float';
import { sigmoid4, storeFirst, tanh4 } from './math-float';
import { RecurrentCell, RecurrentGradientField, UnaryFunction } from './memory';
import { packPanels } from './pack-float';

export function recurrentGradientFloat(call: usize): void {
  const steps = load<i32>(call, RecurrentGradientField.steps);
  const reverse = load<i32>(call, RecurrentGradientField.reverse) != 0;
  sumInputs(call);
  packRecurrent(call);
  startStates(call, reverse ? steps - 1 : 0);
  for (let s = 0; s < steps; s++) {
    const t = reverse ? steps - 1 - s : s;
    forward(call, t, s + 1 < steps ? (reverse ? t - 1 : t + 1) : -1);
  }
  startGradient(call, RecurrentGradientField.lastHGradient, RecurrentGradientField.dh);
  startGradient(call, RecurrentGradientField.lastCGradient, RecurrentGradientField.dc);
  for (let s = steps - 1; s >= 0; s--) backward(call, reverse ? steps - 1 - s : s);
  endGradient(call, RecurrentGradientField.initialHGradient, RecurrentGradientField.dh);
  endGradient(call, RecurrentGradientField.initialCGradient, RecurrentGradientField.dc);
  sumWeights(call);
}

@inline
function cellOf(call: usize): i32 {
  return load<i32>(call, RecurrentGradientField.cell);
}

@inline
function hiddenOf(call: usize): i32 {
  return load<i32>(call, RecurrentGradientField.hidden);
}

@inline
function gateRows(call: usize): i32 {
  const cell = cellOf(call);
  return (cell == RecurrentCell.lstm ? 4 : cell == RecurrentCell.gru ? 3 : 1) * hiddenOf(call);
}

@inline
function rowCount(call: usize): i32 {
  return load<i32>(call, RecurrentGradientField.steps) * load<i32>(call, RecurrentGradientField.batch);
}

/** Whether the reset gate is applied after the recurrent product. */
@inline
function isLate(call: usize): bool {
  return load<i32>(call, RecurrentGradientField.late) != 0;
}

/** Address of step `t`'s first row in a buffer whose rows have `width` elements. */
@inline
function rowAt(call: usize, buffer: usize, t: i32, width: i32): usize {
  return <usize>load<u32>(call + buffer) + (<usize>(t * load<i32>(call, RecurrentGradientField.timeRows) * width) << 2);
}

/** Bytes from sample to sample of a step. */
@inline
function rowStep(call: usize, width: i32): usize {
  return <usize>(load<i32>(call, RecurrentGradientField.batchRows) * width) << 2;
}

/** The elements of a vector that belong to the row. */
@inline
function put(at: usize, v: v128, left: i32): void {
  if (left >= 4) v128.store(at, v);
  else storeFirst(at, v, left);
}

/** Gate sums of all steps from the inputs and the biases. */
function sumInputs(call: usize): void {
  const inputs = load<i32>(call, RecurrentGradientField.inputs);
  const rows = gateRows(call);
  const hidden = hiddenOf(call);
  const bias = <usize>load<u32>(call, RecurrentGradientField.bias);
  const sums = <usize>load<u32>(call, RecurrentGradientField.biasSums);
  const panels = <usize>load<u32>(call, RecurrentGradientField.inputPanels);
  for (let i = 0; i < rows; i++) {
    const at = <usize>i << 2;
    let sum: f32 = bias ? load<f32>(bias + at) : 0;
    if (bias && !(isLate(call) && i >= 2 * hidden)) sum += load<f32>(bias + (<usize>rows << 2) + at);
    store<f32>(sums + at, sum);
  }
  packPanels(<usize>load<u32>(call, RecurrentGradientField.weights), 4, <usize>inputs << 2, inputs, rows, 1, panels);
  gemmStrided(
    <usize>load<u32>(call, RecurrentGradientField.input), <usize>inputs << 2, 4, rowCount(call), inputs, panels, <usize>inputs << 5, 32,
    rows, <usize>load<u32>(call, RecurrentGradientField.gates), <usize>rows << 2, 0, sums, false, -Infinity, Infinity,
  );
}

function packRecurrent(call: usize): void {
  const hidden = hiddenOf(call);
  const bytes = <usize>hidden << 2;
  const r = <usize>load<u32>(call, RecurrentGradientField.recurrent);
  const together = cellOf(call) == RecurrentCell.gru ? 2 * hidden : gateRows(call);
  packPanels(r, 4, bytes, hidden, together, 1, <usize>load<u32>(call, RecurrentGradientField.recurrentPanels));
  if (cellOf(call) == RecurrentCell.gru) {
    packPanels(r + <usize>together * bytes, 4, bytes, hidden, hidden, 1, <usize>load<u32>(call, RecurrentGradientField.candidatePanels));
  }
}

/** The states before the first step `t`. */
function startStates(call: usize, t: i32): void {
  const hidden = hiddenOf(call);
  startRows(call, <usize>load<u32>(call, RecurrentGradientField.initialH), rowAt(call, RecurrentGradientField.before, t, hidden));
  if (cellOf(call) != RecurrentCell.lstm) return;
  startRows(call, <usize>load<u32>(call, RecurrentGradientField.initialC), rowAt(call, RecurrentGradientField.cellBefore, t, hidden));
}

function startRows(call: usize, from: usize, to: usize): void {
  const bytes = <usize>hiddenOf(call) << 2;
  const step = rowStep(call, hiddenOf(call));
  for (let b = load<i32>(call, RecurrentGradientField.batch); b > 0; b--) {
    if (from) memory.copy(to, from, bytes);
    else memory.fill(to, 0, bytes);
    if (from) from += <usize>load<u32>(call, RecurrentGradientField.stateStep);
    to += step;
  }
}

/** Rows `a` of `depth` elements times panels, added to rows of `columns` elements. */
function addProduct(call: usize, a: usize, step: usize, panels: usize, columns: i32, to: usize, toStep: usize): void {
  const hidden = hiddenOf(call);
  gemmStrided(
    a, step, 4, load<i32>(call, RecurrentGradientField.batch), hidden, panels, <usize>hidden << 5, 32, columns, to, toStep, 0, 0, true,
    -Infinity, Infinity,
  );
}

/** Rows of gradients times `depth` rows of R from `from` on: a gradient of the state before, put or added. */
function throughRecurrent(call: usize, a: usize, step: usize, from: i32, depth: i32, to: usize, adds: bool): void {
  const hidden = hiddenOf(call);
  const bytes = <usize>hidden << 2;
  gemmStrided(
    a, step, 4, load<i32>(call, RecurrentGradientField.batch), depth,
    <usize>load<u32>(call, RecurrentGradientField.recurrent) + <usize>from * bytes, 32, bytes, hidden, to, bytes, 0, 0, adds, -Infinity, Infinity,
  );
}

/** Gates of step `t`; the states go to the rows of step `next`, if there is one. */
function forward(call: usize, t: i32, next: i32): void {
  const hidden = hiddenOf(call);
  const rows = gateRows(call);
  const gates = rowAt(call, RecurrentGradientField.gates, t, rows);
  const step = rowStep(call, rows);
  const before = rowAt(call, RecurrentGradientField.before, t, hidden);
  const after = next < 0 ? 0 : rowAt(call, RecurrentGradientField.before, next, hidden);
  const together = cellOf(call) == RecurrentCell.gru ? 2 * hidden : rows;
  addProduct(call, before, rowStep(call, hidden), <usize>load<u32>(call, RecurrentGradientField.recurrentPanels), together, gates, step);
  if (cellOf(call) == RecurrentCell.lstm) forwardLstm(call, t, next, gates, after);
  else if (cellOf(call) == RecurrentCell.gru) forwardGru(call, t, gates, before, after);
  else forwardRnn(call, gates, after);
}

function forwardRnn(call: usize, gates: usize, after: usize): void {
  const hidden = hiddenOf(call);
  const step = rowStep(call, hidden);
  const f = load<i32>(call, RecurrentGradientField.activation);
  for (let b = load<i32>(call, RecurrentGradientField.batch); b > 0; b--) {
    for (let i = 0; i < hidden; i += 4) {
      const at = <usize>i << 2;
      const z = v128.load(gates + at);
      const y = f == UnaryFunction.tanh ? tanh4(z) : f == UnaryFunction.relu ? f32x4.max(z, f32x4.splat(0)) : sigmoid4(z);
      put(gates + at, y, hidden - i);
      if (after) put(after + at, y, hidden - i);
    }
    gates += step;
    if (after) after += step;
  }
}

/** Gates input, output, forget, cell. */
function forwardLstm(call: usize, t: i32, next: i32, gates: usize, after: usize): void {
  const hidden = hiddenOf(call);
  const bytes = <usize>hidden << 2;
  const step = rowStep(call, hidden);
  let cell = rowAt(call, RecurrentGradientField.cellBefore, t, hidden);
  let cellAfter = next < 0 ? 0 : rowAt(call, RecurrentGradientField.cellBefore, next, hidden);
  let seen = rowAt(call, RecurrentGradientField.extra, t, hidden);
  for (let b = load<i32>(call, RecurrentGradientField.batch); b > 0; b--) {
    for (let i = 0; i < hidden; i += 4) {
      const at = gates + (<usize>i << 2);
      const input = sigmoid4(v128.load(at));
      const output = sigmoid4(v128.load(at + bytes));
      const forget = sigmoid4(v128.load(at + bytes * 2));
      const candidate = tanh4(v128.load(at + bytes * 3));
      const state = f32x4.add(f32x4.mul(forget, v128.load(cell + (<usize>i << 2))), f32x4.mul(input, candidate));
      const shown = tanh4(state);
      const left = hidden - i;
      put(at, input, left);
      put(at + bytes, output, left);
      put(at + bytes * 2, forget, left);
      put(at + bytes * 3, candidate, left);
      put(seen + (<usize>i << 2), shown, left);
      if (after) {
        put(cellAfter + (<usize>i << 2), state, left);
        put(after + (<usize>i << 2), f32x4.mul(output, shown), left);
      }
    }
    gates += step << 2;
    cell += step;
    seen += step;
    if (after) {
      cellAfter += step;
      after += step;
    }
  }
}

/** Gates update, reset, candidate. `extra` becomes the reset state or, with a late reset, the candidate's recurrent sum. */
function forwardGru(call: usize, t: i32, gates: usize, before: usize, after: usize): void {
  const hidden = hiddenOf(call);
  const bytes = <usize>hidden << 2;
  const step = rowStep(call, hidden);
  const batch = load<i32>(call, RecurrentGradientField.batch);
  const bias = <usize>load<u32>(call, RecurrentGradientField.bias);
  const panels = <usize>load<u32>(call, RecurrentGradientField.candidatePanels);
  const extra = rowAt(call, RecurrentGradientField.extra, t, hidden);
  const late = isLate(call);
  for (let b = 0; b < batch; b++) {
    const row = gates + <usize>b * step * 3;
    for (let i = 0; i < 2 * hidden; i += 4) put(row + (<usize>i << 2), sigmoid4(v128.load(row + (<usize>i << 2))), 2 * hidden - i);
    for (let i = 0; i < hidden; i += 4) {
      const at = <usize>i << 2;
      let v = f32x4.splat(0);
      if (!late) v = f32x4.mul(v128.load(before + <usize>b * step + at), v128.load(row + bytes + at));
      else if (bias) v = v128.load(bias + bytes * 5 + at);
      put(extra + <usize>b * step + at, v, hidden - i);
    }
  }
  if (late) addProduct(call, before, step, panels, hidden, extra, step);
  else addProduct(call, extra, step, panels, hidden, gates + bytes * 2, step * 3);
  for (let b = 0; b < batch; b++) {
    const row = gates + <usize>b * step * 3;
    for (let i = 0; i < hidden; i += 4) {
      const at = <usize>i << 2;
      let sum = v128.load(row + bytes * 2 + at);
      if (late) sum = f32x4.add(sum, f32x4.mul(v128.load(row + bytes + at), v128.load(extra + <usize>b * step + at)));
      const candidate = tanh4(sum);
      put(row + bytes * 2 + at, candidate, hidden - i);
      const update = v128.load(row + at);
      const kept = f32x4.mul(update, v128.load(before + <usize>b * step + at));
      if (after) put(after + <usize>b * step + at, f32x4.add(f32x4.mul(f32x4.sub(f32x4.splat(1), update), candidate), kept), hidden - i);
    }
  }
}

function startGradient(call: usize, given: usize, buffer: usize): void {
  const bytes = <usize>hiddenOf(call) << 2;
  let from = <usize>load<u32>(call + given);
  let to = <usize>load<u32>(call + buffer);
  for (let b = load<i32>(call, RecurrentGradientField.batch); b > 0; b--) {
    if (from) memory.copy(to, from, bytes);
    else memory.fill(to, 0, bytes);
    if (from) from += <usize>load<u32>(call, RecurrentGradientField.stateStep);
    to += bytes;
  }
}

function endGradient(call: usize, wanted: usize, buffer: usize): void {
  const bytes = <usize>hiddenOf(call) << 2;
  let to = <usize>load<u32>(call + wanted);
  let from = <usize>load<u32>(call + buffer);
  if (!to) return;
  for (let b = load<i32>(call, RecurrentGradientField.batch); b > 0; b--) {
    memory.copy(to, from, bytes);
    to += <usize>load<u32>(call, RecurrentGradientField.stateStep);
    from += bytes;
  }
}

/** Gates of step `t` become their gradients; `dh` (and `dc`) become those of the states before. */
function backward(call: usize, t: i32): void {
  const hidden = hiddenOf(call);
  const rows = gateRows(call);
  addOutputGradient(call, t);
  const gates = rowAt(call, RecurrentGradientField.gates, t, rows);
  const dh = <usize>load<u32>(call, RecurrentGradientField.dh);
  if (cellOf(call) == RecurrentCell.gru) {
    backwardGru(call, t, gates, dh);
    return;
  }
  if (cellOf(call) == RecurrentCell.lstm) backwardLstm(call, t, gates, dh);
  else backwardRnn(call, gates, dh);
  throughRecurrent(call, gates, rowStep(call, rows), 0, rows, dh, false);
}

function addOutputGradient(call: usize, t: i32): void {
  const hidden = hiddenOf(call);
  let from = <usize>load<u32>(call, RecurrentGradientField.outputGradient);
  if (!from) return;
  from += <usize>t * <usize>load<u32>(call, RecurrentGradientField.outputTimeStep);
  let to = <usize>load<u32>(call, RecurrentGradientField.dh);
  for (let b = load<i32>(call, RecurrentGradientField.batch); b > 0; b--) {
    for (let i = 0; i < hidden; i += 4) {
      const at = <usize>i << 2;
      put(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)), hidden - i);
    }
    from += <usize>load<u32>(call, RecurrentGradientField.outputBatchStep);
    to += <usize>hidden << 2;
  }
}

/** y · (1 − y) */
@inline
function logisticSlope(y: v128): v128 {
  return f32x4.mul(y, f32x4.sub(f32x4.splat(1), y));
}

/** 1 − y² */
@inline
function tanhSlope(y: v128): v128 {
  return f32x4.sub(f32x4.splat(1), f32x4.mul(y, y));
}

function backwardRnn(call: usize, gates: usize, dh: usize): void {
  const hidden = hiddenOf(call);
  const f = load<i32>(call, RecurrentGradientField.activation);
  for (let b = load<i32>(call, RecurrentGradientField.batch); b > 0; b--) {
    for (let i = 0; i < hidden; i += 4) {
      const at = <usize>i << 2;
      const y = v128.load(gates + at);
      const open = v128.and(f32x4.gt(y, f32x4.splat(0)), f32x4.splat(1));
      const slope = f == UnaryFunction.tanh ? tanhSlope(y) : f == UnaryFunction.relu ? open : logisticSlope(y);
      put(gates + at, f32x4.mul(v128.load(dh + at), slope), hidden - i);
    }
    gates += rowStep(call, hidden);
    dh += <usize>hidden << 2;
  }
}

function backwardLstm(call: usize, t: i32, gates: usize, dh: usize): void {
  const hidden = hiddenOf(call);
  const bytes = <usize>hidden << 2;
  const step = rowStep(call, hidden);
  let dc = <usize>load<u32>(call, RecurrentGradientField.dc);
  let cell = rowAt(call, RecurrentGradientField.cellBefore, t, hidden);
  let seen = rowAt(call, RecurrentGradientField.extra, t, hidden);
  for (let b = load<i32>(call, RecurrentGradientField.batch); b > 0; b--) {
    for (let i = 0; i < hidden; i += 4) {
      const k = <usize>i << 2;
      const at = gates + k;
      const left = hidden - i;
      const input = v128.load(at);
      const output = v128.load(at + bytes);
      const forget = v128.load(at + bytes * 2);
      const candidate = v128.load(at + bytes * 3);
      const shown = v128.load(seen + k);
      const d = v128.load(dh + k);
      const state = f32x4.add(v128.load(dc + k), f32x4.mul(f32x4.mul(d, output), tanhSlope(shown)));
      put(at, f32x4.mul(f32x4.mul(state, candidate), logisticSlope(input)), left);
      put(at + bytes, f32x4.mul(f32x4.mul(d, shown), logisticSlope(output)), left);
      put(at + bytes * 2, f32x4.mul(f32x4.mul(state, v128.load(cell + k)), logisticSlope(forget)), left);
      put(at + bytes * 3, f32x4.mul(f32x4.mul(state, input), tanhSlope(candidate)), left);
      put(dc + k, f32x4.mul(state, forget), left);
    }
    gates += step << 2;
    cell += step;
    seen += step;
    dh += bytes;
    dc += bytes;
  }
}

function backwardGru(call: usize, t: i32, gates: usize, dh: usize): void {
  const hidden = hiddenOf(call);
  const bytes = <usize>hidden << 2;
  const step = rowStep(call, hidden);
  const batch = load<i32>(call, RecurrentGradientField.batch);
  const late = isLate(call);
  const before = rowAt(call, RecurrentGradientField.before, t, hidden);
  const extra = rowAt(call, RecurrentGradientField.extra, t, hidden);
  const through = <usize>load<u32>(call, RecurrentGradientField.next);
  for (let b = 0; b < batch; b++) {
    candidateGradients(gates + <usize>b * step * 3, before + <usize>b * step, extra + <usize>b * step, dh + <usize>b * bytes, hidden, late);
  }
  // Of what the candidate's weights were multiplied with.
  if (late) throughRecurrent(call, extra, step, 2 * hidden, hidden, through, false);
  else throughRecurrent(call, gates + bytes * 2, step * 3, 2 * hidden, hidden, through, false);
  for (let b = 0; b < batch; b++) {
    const row = gates + <usize>b * step * 3 + bytes;
    for (let i = 0; i < hidden; i += 4) {
      const at = <usize>i << 2;
      const d = v128.load(through + <usize>b * bytes + at);
      const kept = dh + <usize>b * bytes + at;
      if (late) {
        put(kept, f32x4.add(v128.load(kept), d), hidden - i);
      } else {
        const reset = v128.load(row + at);
        put(kept, f32x4.add(v128.load(kept), f32x4.mul(d, reset)), hidden - i);
        put(row + at, f32x4.mul(f32x4.mul(d, v128.load(before + <usize>b * step + at)), logisticSlope(reset)), hidden - i);
      }
    }
  }
  throughRecurrent(call, gates, step * 3, 0, 2 * hidden, dh, true);
}

/** Update and candidate become gradients; with a late reset it does too, and `extra` the gradient of the recurrent sum. */
function candidateGradients(row: usize, before: usize, extra: usize, dh: usize, hidden: i32, late: bool): void {
  const bytes = <usize>hidden << 2;
  for (let i = 0; i < hidden; i += 4) {
    const k = <usize>i << 2;
    const at = row + k;
    const left = hidden - i;
    const update = v128.load(at);
    const candidate = v128.load(at + bytes * 2);
    const d = v128.load(dh + k);
    const dCandidate = f32x4.mul(f32x4.mul(d, f32x4.sub(f32x4.splat(1), update)), tanhSlope(candidate));
    const difference = f32x4.sub(v128.load(before + k), candidate);
    if (late) {
      const reset = v128.load(at + bytes);
      put(at + bytes, f32x4.mul(f32x4.mul(dCandidate, v128.load(extra + k)), logisticSlope(reset)), left);
      put(extra + k, f32x4.mul(dCandidate, reset), left);
    }
    put(at, f32x4.mul(f32x4.mul(d, difference), logisticSlope(update)), left);
    put(at + bytes * 2, dCandidate, left);
    put(dh + k, f32x4.mul(d, update), left);
  }
}

/** Gradients of X, W, R and B from those of the gates. */
function sumWeights(call: usize): void {
  const inputs = load<i32>(call, RecurrentGradientField.inputs);
  const hidden = hiddenOf(call);
  const rows = gateRows(call);
  const gates = <usize>load<u32>(call, RecurrentGradientField.gates);
  const gateBytes = <usize>rows << 2;
  const before = <usize>load<u32>(call, RecurrentGradientField.before);
  const extra = <usize>load<u32>(call, RecurrentGradientField.extra);
  const dX = <usize>load<u32>(call, RecurrentGradientField.inputGradient);
  const dW = <usize>load<u32>(call, RecurrentGradientField.weightGradient);
  const dR = <usize>load<u32>(call, RecurrentGradientField.recurrentGradient);
  if (dX) {
    gemmStrided(
      gates, gateBytes, 4, rowCount(call), rows, <usize>load<u32>(call, RecurrentGradientField.weights), 32, <usize>inputs << 2, inputs,
      dX, <usize>inputs << 2, 0, 0, load<i32>(call, RecurrentGradientField.addsInput) != 0, -Infinity, Infinity,
    );
  }
  if (dW) rowProducts(call, gates, gateBytes, rows, <usize>load<u32>(call, RecurrentGradientField.input), inputs, dW);
  if (dR) {
    const isGru = cellOf(call) == RecurrentCell.gru;
    const together = isGru ? 2 * hidden : rows;
    const rest = dR + (<usize>(together * hidden) << 2);
    rowProducts(call, gates, gateBytes, together, before, hidden, dR);
    if (isGru && isLate(call)) rowProducts(call, extra, <usize>hidden << 2, hidden, before, hidden, rest);
    else if (isGru) rowProducts(call, gates + (<usize>together << 2), gateBytes, hidden, extra, hidden, rest);
  }
  const dB = <usize>load<u32>(call, RecurrentGradientField.biasGradient);
  if (!dB) return;
  columnSums(call, gates, gateBytes, rows, dB);
  memory.copy(dB + gateBytes, dB, gateBytes);
  if (cellOf(call) == RecurrentCell.gru && isLate(call)) columnSums(call, extra, <usize>hidden << 2, hidden, dB + gateBytes + (<usize>hidden << 3));
}

/** Σ over all rows of aᵀ · b: [count, columns]. */
function rowProducts(call: usize, a: usize, aStep: usize, count: i32, b: usize, columns: i32, to: usize): void {
  const bytes = <usize>columns << 2;
  gemmStrided(a, 4, aStep, count, rowCount(call), b, 32, bytes, columns, to, bytes, 0, 0, false, -Infinity, Infinity);
}

function columnSums(call: usize, from: usize, step: usize, columns: i32, to: usize): void {
  const rows = rowCount(call);
  for (let i = 0; i < columns; i += 4) {
    let sum = f32x4.splat(0);
    let at = from + (<usize>i << 2);
    for (let r = 0; r < rows; r++) {
      sum = f32x4.add(sum, v128.load(at));
      at += step;
    }
    put(to + (<usize>i << 2), sum, columns - i);
  }
}
