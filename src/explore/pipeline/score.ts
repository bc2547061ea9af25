import { addSignal, decibels, noError, type SignalError } from '../../quantize/index.ts';

/** What a network is judged by: true labels, the float model's labels, or how near its outputs are to the float ones. */
export type Judged = 'accuracy' | 'agreement' | 'fidelity';

/** Outputs of one network on all samples: per sample, per output, in the graph's order of axes. */
export type Outputs = readonly (readonly Float32Array[])[];

/** Index of the largest element, the first of equals. */
export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}

export const labelsOf = (outputs: Outputs): Int32Array => Int32Array.from(outputs, ([first]) => largest(first ?? []));

/** Share of equal entries, 0 … 1. */
export function sameShare(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let same = 0;
  for (let i = 0; i < a.length; i++) if (a[i] === b[i]) same++;
  return a.length === 0 ? 0 : same / a.length;
}

/** Power of the exact outputs and of the error, over all samples and outputs. */
export function signalOf(exact: Outputs, approximate: Outputs): SignalError {
  let total = noError;
  exact.forEach((sample, i) => {
    sample.forEach((values, o) => {
      total = addSignal(total, values, approximate[i]?.[o] ?? []);
    });
  });
  return total;
}

/** Shown for outputs without any error, whose ratio is infinite: beyond what 16-bit integers reach. */
export const EXACT_DECIBEL = 150;

/** SQNR of outputs, dB; `EXACT_DECIBEL` without error, `undefined` without a signal. */
export const sqnrOf = (exact: Outputs, approximate: Outputs): number | undefined =>
  sqnrOfSignal(signalOf(exact, approximate));

export function sqnrOfSignal(total: SignalError): number | undefined {
  if (total.signal === 0) return undefined;
  return total.error === 0 ? EXACT_DECIBEL : Math.min(EXACT_DECIBEL, decibels(total) ?? EXACT_DECIBEL);
}

/** 1 − RMS error / RMS signal: 1 for exact outputs, 0 or less where the error is as large as the signal. */
export const fidelity = (exact: Outputs, approximate: Outputs): number =>
  fidelityOfSignal(signalOf(exact, approximate));

export const fidelityOfSignal = ({ signal, error }: SignalError): number =>
  signal === 0 ? (error === 0 ? 1 : 0) : 1 - Math.sqrt(error / signal);
