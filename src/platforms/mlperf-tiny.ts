import { MLPERF_TINY } from './operators.ts';
import type { Runtime } from './platform.ts';
import { assumed, fitted, measured } from './sourced.ts';

/**
 * Rates of a runtime from its MLPerf Tiny submission: median single-stream latency of the four closed-division
 * networks, explained by three rates, latency = Σ ops of kind / rate of kind, by least squares on relative error.
 * Operations (2 per MAC) of the networks, in millions, convolution / depthwise / dense:
 *   ad 0 / 0 / 0.528384; ic 25.001984 / 0 / 0.00128; kws 4.736 / 0.576 / 0.001536; vww 13.381632 / 1.596672 / 0.001024.
 * ad and ic fix the dense and the convolution rate, so the errors that mean something are those of kws and vww when each
 * is predicted from the other three: they bound the interval. Two such errors cover a third network with probability 2/3.
 */
export interface TinySubmission {
  /** 'MLPerf Tiny v1.1, STMicroelectronics, NUCLEO_L4R5ZI'. */
  readonly source: string;
  /** Operations per second. */
  readonly convolution: number;
  readonly depthwise: number;
  readonly dense: number;
  /** actual / predicted − 1 of kws and vww, each left out in turn. */
  readonly leftOut: readonly [low: number, high: number];
  /** Mean of the submitted medians over the networks, watts; absent: no energy run. */
  readonly powerWatts?: number;
  /** Without an energy run: power of another software on the same board at the same clock, watts, and which. */
  readonly powerLike?: readonly [watts: number, source: string];
}

/** The part of a runtime that a submission tells. */
export function fromTiny(
  s: TinySubmission,
): Pick<Runtime, 'peak' | 'peaks' | 'relativeError' | 'fittedOps' | 'provenOperators' | 'activePowerWatts'> {
  const rate = (value: number) => ({
    opsPerSecond: fitted(value, `${s.source}: three rates fitted to n = 4 networks (ad, ic, kws, vww)`),
  });
  const convolution = rate(s.convolution);
  return {
    peak: convolution,
    peaks: { conv: convolution, depthwise: rate(s.depthwise), dense: rate(s.dense), matmul: rate(s.dense) },
    provenOperators: MLPERF_TINY,
    fittedOps: [528_384, 25_003_264],
    relativeError: {
      low: s.leftOut[0],
      high: s.leftOut[1],
      coverage: 2 / 3,
      source: `${s.source}: errors of kws and vww, each predicted from the other three networks`,
    },
    ...(s.powerWatts === undefined
      ? {}
      : { activePowerWatts: measured(s.powerWatts, `${s.source}: mean power of the energy runs`) }),
    ...(s.powerLike === undefined
      ? {}
      : { activePowerWatts: assumed(s.powerLike[0], `as measured on the same board and clock: ${s.powerLike[1]}`) }),
  };
}
