// Losses with their gradients, in double precision. A label that is no class makes the loss not a number.
import { exp64, log64 } from './math-double';
import { ClassLossField, SquaredErrorField } from './memory';

/** log Σ exp(value / temperature − top) + top of a row whose classes lie `step` bytes apart. */
function logSum(values: usize, classes: i32, step: usize, temperature: f64): f64 {
  let top: f64 = -Infinity;
  let at = values;
  for (let k = 0; k < classes; k++) {
    top = max(top, <f64>load<f32>(at) / temperature);
    at += step;
  }
  let sum: f64 = 0;
  at = values;
  for (let k = 0; k < classes; k++) {
    sum += exp64(<f64>load<f32>(at) / temperature - top);
    at += step;
  }
  return top + log64(sum);
}

/** Index of the first largest value. */
function best(values: usize, classes: i32, step: usize): i32 {
  let found = 0;
  let top = load<f32>(values);
  for (let k = 1; k < classes; k++) {
    const value = load<f32>(values + <usize>k * step);
    if (value > top) {
      top = value;
      found = k;
    }
  }
  return found;
}

/** Cross-entropy, softened labels; with a teacher, mixed with the divergence from its probabilities at a temperature. */
export function classLossFloat(call: usize): void {
  const batch = load<i32>(call, ClassLossField.batch);
  const classes = load<i32>(call, ClassLossField.classes);
  const inner = load<i32>(call, ClassLossField.inner);
  const step = <usize>inner << 2;
  const rows = <f64>batch * <f64>inner;
  const logits = <usize>load<u32>(call, ClassLossField.logits);
  const teacher = <usize>load<u32>(call, ClassLossField.teacher);
  const output = <usize>load<u32>(call, ClassLossField.gradient);
  const smoothing = <f64>load<f32>(call, ClassLossField.smoothing);
  const share = teacher ? <f64>load<f32>(call, ClassLossField.share) : 0;
  const temperature = <f64>load<f32>(call, ClassLossField.temperature);
  let labels = <usize>load<u32>(call, ClassLossField.labels);
  let loss: f64 = 0;
  let correct = 0;
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < inner; i++) {
      const first = (<usize>(n * classes * inner + i)) << 2;
      const given = load<f32>(labels);
      const label = given >= 0 && given < <f32>classes && floor(given) == given ? <i32>given : -1;
      labels += 4;
      if (label < 0) loss = NaN;
      if (best(logits + first, classes, step) == label) correct++;
      loss += (1 - share) * hardRow(logits + first, output + first, classes, step, label, smoothing, (1 - share) / rows) / rows;
      if (teacher) {
        loss += share * temperature * temperature *
          softRow(logits + first, teacher + first, output + first, classes, step, temperature, share * temperature / rows) / rows;
      }
    }
  }
  store<f32>(<usize>load<u32>(call, ClassLossField.loss), <f32>loss);
  store<f32>(<usize>load<u32>(call, ClassLossField.correct), <f32>correct);
}

/** Writes `factor` · (p − target); returns −Σ target · log p. */
function hardRow(logits: usize, output: usize, classes: i32, step: usize, label: i32, smoothing: f64, factor: f64): f64 {
  const log = logSum(logits, classes, step, 1);
  let loss: f64 = 0;
  for (let k = 0; k < classes; k++) {
    const logP = <f64>load<f32>(logits) - log;
    let target = smoothing / <f64>classes;
    if (k == label) target += 1 - smoothing;
    if (target != 0) loss -= target * logP;
    store<f32>(output, <f32>(factor * (label < 0 ? NaN : exp64(logP) - target)));
    logits += step;
    output += step;
  }
  return loss;
}

/** Adds `factor` · (p − teacher's p) at the temperature; returns the divergence of the teacher's from the own. */
function softRow(logits: usize, teacher: usize, output: usize, classes: i32, step: usize, temperature: f64, factor: f64): f64 {
  const log = logSum(logits, classes, step, temperature);
  const teacherLog = logSum(teacher, classes, step, temperature);
  let loss: f64 = 0;
  for (let k = 0; k < classes; k++) {
    const own = <f64>load<f32>(logits) / temperature - log;
    const wanted = <f64>load<f32>(teacher) / temperature - teacherLog;
    const p = exp64(wanted);
    loss += p * (wanted - own);
    store<f32>(output, <f32>(<f64>load<f32>(output) + factor * (exp64(own) - p)));
    logits += step;
    teacher += step;
    output += step;
  }
  return loss;
}

/** Mean of squared differences, and its gradient. */
export function squaredErrorFloat(call: usize): void {
  const count = load<i32>(call, SquaredErrorField.count);
  const bytes = <usize>count << 2;
  const prediction = <usize>load<u32>(call, SquaredErrorField.prediction);
  const target = <usize>load<u32>(call, SquaredErrorField.target);
  const output = <usize>load<u32>(call, SquaredErrorField.gradient);
  let sum: f64 = 0;
  for (let i: usize = 0; i < bytes; i += 4) {
    const difference = <f64>load<f32>(prediction + i) - <f64>load<f32>(target + i);
    sum += difference * difference;
    store<f32>(output + i, <f32>(2 * difference / <f64>count));
  }
  store<f32>(<usize>load<u32>(call, SquaredErrorField.loss), <f32>(sum / <f64>count));
}
