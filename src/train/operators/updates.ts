import type { Tensor } from '../../ir/index.ts';
import { type AttributeReader, given, type Inputs } from '../../ops/index.ts';
import { float, floats, floatTensor, scalar, trainingOperator } from './operator.ts';

/** What becomes of gradients: their norm, clipping, and one step of each optimizer. */

/** (g₁, g₂, …) → norm []: the root of the sum of all squares, added up in double precision in order. */
export const gradientNorm = trainingOperator('GradientNorm', () => ({
  infer: () => [float([])],
  run(inputs) {
    let sum = 0;
    inputs.forEach((_, i) => {
      for (const g of floats('GradientNorm', inputs, i)) sum += g * g;
    });
    return [scalar(Math.sqrt(sum))];
  },
}));

/** (norm) → scale []: min(1, maximum / norm), 1 where `maximum` is 0; not a number where the norm is not finite. */
export const clipScale = trainingOperator('ClipScale', (read) => {
  const maximum = read.float('maximum') ?? 0;
  return {
    infer: () => [float([])],
    run(inputs) {
      const norm = floats('ClipScale', inputs, 0)[0] as number;
      if (!Number.isFinite(norm)) return [scalar(Number.NaN)];
      return [scalar(maximum > 0 && norm > maximum ? maximum / norm : 1)];
    },
  };
});

/** One element: its value, its gradient (scaled, with coupled weight decay) and its states; gives new value and states. */
type ElementUpdate = (p: number, g: number, states: readonly number[], rates: Float32Array) => readonly number[];

/**
 * (param, gradient, states…, rates, scale) → param', states'…; `rates` = [learning rate, 1/(1 − β₁ᵗ), 1/(1 − β₂ᵗ)]. Where
 * `scale` is not a number nothing changes: a step whose gradients overflowed is not taken.
 */
const update = <Name extends string>(
  name: Name,
  states: number,
  of: (read: AttributeReader) => { readonly coupledDecay: number; readonly element: ElementUpdate },
) =>
  trainingOperator(name, (read) => {
    const { coupledDecay, element } = of(read);
    return {
      ops: 6,
      infer: (inputs: Inputs) => [0, ...stateInputs(states)].map((i) => float(inputs[i]?.shape)),
      run(inputs) {
        const param = given(name, inputs, 0, 'param');
        const held = [param, ...stateInputs(states).map((i) => given(name, inputs, i))];
        const gradient = floats(name, inputs, 1, 'gradient');
        const rates = floats(name, inputs, states + 2, 'rates');
        const scale = floats(name, inputs, states + 3, 'scale')[0] as number;
        if (Number.isNaN(scale)) return held;
        const out = held.map((t): Tensor => floatTensor(t.shape, new Float32Array(t.data.length)));
        const [p, ...old] = held.map((t) => t.data as Float32Array) as [Float32Array, ...Float32Array[]];
        for (let i = 0; i < gradient.length; i++) {
          const value = p[i] as number;
          const g = scale * (gradient[i] as number) + coupledDecay * value;
          const now = element(
            value,
            g,
            old.map((s) => s[i] as number),
            rates,
          );
          out.forEach((t, k) => {
            (t.data as Float32Array)[i] = now[k] as number;
          });
        }
        return out;
      },
    };
  });

const stateInputs = (states: number): number[] => Array.from({ length: states }, (_, i) => i + 2);

/** v' = μ·v + g; p' = p − rate · (nesterov ? g + μ·v' : v'). */
export const sgdUpdate = update('SgdUpdate', 1, (read) => {
  const momentum = read.float('momentum') ?? 0;
  const nesterov = read.flag('nesterov');
  return {
    coupledDecay: read.float('weight_decay') ?? 0,
    element(p, g, [velocity = 0], [rate = 0]) {
      const v = momentum * velocity + g;
      return [p - rate * (nesterov ? g + momentum * v : v), v];
    },
  };
});

/** Adam, and with `decoupled` AdamW, whose decay is no part of the gradient. Source: Loshchilov, Hutter 2019. */
export const adamUpdate = update('AdamUpdate', 2, (read) => {
  const [beta1, beta2] = [read.float('beta1') ?? 0.9, read.float('beta2') ?? 0.999];
  const epsilon = read.float('epsilon') ?? 1e-8;
  const decay = read.float('weight_decay') ?? 0;
  const decoupled = read.flag('decoupled');
  return {
    coupledDecay: decoupled ? 0 : decay,
    element(p, g, [first = 0, second = 0], [rate = 0, correct1 = 1, correct2 = 1]) {
      const m = beta1 * first + (1 - beta1) * g;
      const v = beta2 * second + (1 - beta2) * g * g;
      const step = (m * correct1) / (Math.sqrt(v * correct2) + epsilon);
      return [p - rate * step - (decoupled ? rate * decay * p : 0), m, v];
    },
  };
});

/** s' = decay·s + (1 − decay)·g²; v' = μ·v + g / (√s' + ε); p' = p − rate·v'. */
export const rmsPropUpdate = update('RmsPropUpdate', 2, (read) => {
  const smoothing = read.float('decay') ?? 0.9;
  const momentum = read.float('momentum') ?? 0;
  const epsilon = read.float('epsilon') ?? 1e-8;
  return {
    coupledDecay: read.float('weight_decay') ?? 0,
    element(p, g, [square = 0, velocity = 0], [rate = 0]) {
      const s = smoothing * square + (1 - smoothing) * g * g;
      const v = momentum * velocity + g / (Math.sqrt(s) + epsilon);
      return [p - rate * v, s, v];
    },
  };
});
