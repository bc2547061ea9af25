/** One step of a recurrent layer, forwards and backwards, for one sequence. Gates are stacked in ONNX's order. */

/** What a cell may do with the recurrent weights of its direction; `from` … `to` are rows of R. */
export interface Recurrence {
  readonly hidden: number;
  /** R · v + Rb for those rows. */
  apply(v: Float64Array, from: number, to: number): Float64Array;
  /** Gradient of what `apply` gave: adds to dR and dRb, gives the gradient of v. */
  back(gradient: Float64Array, v: Float64Array, from: number): Float64Array;
}

/** What a step computed and its gradient needs again. */
export interface Saved {
  readonly h: Float64Array;
  readonly c?: Float64Array;
  readonly gates: readonly Float64Array[];
}

export interface StepGradient {
  /** Of W · x + Wb, all rows. */
  readonly input: Float64Array;
  readonly h: Float64Array;
  readonly c?: Float64Array;
}

export interface RecurrentCell {
  readonly gates: number;
  readonly hasCellState: boolean;
  /** `input`: W · x + Wb. `h` and `c` are of the step before. */
  forward(r: Recurrence, input: Float64Array, h: Float64Array, c: Float64Array): Saved;
  /** `dh`, `dc`: gradients of the states after this step. */
  backward(
    r: Recurrence,
    saved: Saved,
    h: Float64Array,
    c: Float64Array,
    dh: Float64Array,
    dc: Float64Array,
  ): StepGradient;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const at = (v: Float64Array, i: number): number => v[i] as number;
const sum = (a: Float64Array, b: Float64Array): Float64Array => a.map((x, i) => x + at(b, i));

function stacked(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((n, p) => n + p.length, 0));
  let from = 0;
  for (const part of parts) {
    out.set(part, from);
    from += part.length;
  }
  return out;
}

/** Gates input, output, forget, cell. */
export const lstmCell: RecurrentCell = {
  gates: 4,
  hasCellState: true,
  forward(r, input, h, c) {
    const n = r.hidden;
    const z = sum(input, r.apply(h, 0, 4 * n));
    const gate = (k: number, f: (x: number) => number) => z.slice(k * n, (k + 1) * n).map(f);
    const [i, o, f, g] = [gate(0, sigmoid), gate(1, sigmoid), gate(2, sigmoid), gate(3, Math.tanh)];
    const state = c.map((before, k) => at(f, k) * before + at(i, k) * at(g, k));
    return { h: state.map((s, k) => at(o, k) * Math.tanh(s)), c: state, gates: [i, o, f, g] };
  },
  backward(r, { c: state = new Float64Array(0), gates }, h, c, dh, dc) {
    const [i, o, f, g] = gates as [Float64Array, Float64Array, Float64Array, Float64Array];
    const dState = dc.map((d, k) => d + at(dh, k) * at(o, k) * (1 - Math.tanh(at(state, k)) ** 2));
    const logistic = (gate: Float64Array, upstream: (k: number) => number) =>
      gate.map((y, k) => upstream(k) * y * (1 - y));
    const dz = stacked([
      logistic(i, (k) => at(dState, k) * at(g, k)),
      logistic(o, (k) => at(dh, k) * Math.tanh(at(state, k))),
      logistic(f, (k) => at(dState, k) * at(c, k)),
      g.map((y, k) => at(dState, k) * at(i, k) * (1 - y * y)),
    ]);
    return { input: dz, h: r.back(dz, h, 0), c: dState.map((d, k) => d * at(f, k)) };
  },
};

/** Gates update, reset, hidden. `late`: the reset gate is applied after the recurrent product (linear_before_reset). */
export const gruCell = (late: boolean): RecurrentCell => ({
  gates: 3,
  hasCellState: false,
  forward(r, input, h) {
    const n = r.hidden;
    const recurrent = r.apply(h, 0, 2 * n);
    const update = input.slice(0, n).map((x, k) => sigmoid(x + at(recurrent, k)));
    const reset = input.slice(n, 2 * n).map((x, k) => sigmoid(x + at(recurrent, n + k)));
    const past = r.apply(late ? h : h.map((x, k) => x * at(reset, k)), 2 * n, 3 * n);
    const candidate = input
      .slice(2 * n)
      .map((x, k) => Math.tanh(x + (late ? at(reset, k) * at(past, k) : at(past, k))));
    return {
      h: candidate.map((y, k) => (1 - at(update, k)) * y + at(update, k) * at(h, k)),
      gates: [update, reset, candidate, past],
    };
  },
  backward(r, { gates }, h, _c, dh) {
    const n = r.hidden;
    const [update, reset, candidate, past] = gates as [Float64Array, Float64Array, Float64Array, Float64Array];
    const dCandidate = candidate.map((y, k) => at(dh, k) * (1 - at(update, k)) * (1 - y * y));
    const dUpdate = update.map((y, k) => at(dh, k) * (at(h, k) - at(candidate, k)) * y * (1 - y));
    const dPast = late ? dCandidate.map((d, k) => d * at(reset, k)) : dCandidate;
    const operand = late ? h : h.map((x, k) => x * at(reset, k));
    const dOperand = r.back(dPast, operand, 2 * n);
    const dReset = reset.map(
      (y, k) => (late ? at(dCandidate, k) * at(past, k) : at(dOperand, k) * at(h, k)) * y * (1 - y),
    );
    const through = r.back(stacked([dUpdate, dReset]), h, 0);
    const dPrevious = through.map(
      (d, k) => d + at(dh, k) * at(update, k) + at(dOperand, k) * (late ? 1 : at(reset, k)),
    );
    return { input: stacked([dUpdate, dReset, dCandidate]), h: dPrevious };
  },
});

/** One gate; its derivative is a function of its result. */
export const rnnCell = (f: (x: number) => number, slope: (y: number) => number): RecurrentCell => ({
  gates: 1,
  hasCellState: false,
  forward: (r, input, h) => ({ h: sum(input, r.apply(h, 0, r.hidden)).map(f), gates: [] }),
  backward(r, { h: y }, h, _c, dh) {
    const dz = y.map((v, k) => at(dh, k) * slope(v));
    return { input: dz, h: r.back(dz, h, 0) };
  },
});

/** The activations an RNN can be trained with: function, and slope by result. */
export const rnnActivations: Readonly<Record<string, readonly [(x: number) => number, (y: number) => number]>> = {
  tanh: [Math.tanh, (y) => 1 - y * y],
  relu: [(x) => Math.max(0, x), (y) => (y > 0 ? 1 : 0)],
  sigmoid: [sigmoid, (y) => y * (1 - y)],
};
