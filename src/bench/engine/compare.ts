import { type BenchFigure, goal, median } from '../suite.ts';
import type { EngineHost } from './host.ts';

export interface Readings {
  readonly ours: number;
  readonly peer: number;
  readonly runs: number;
}

export interface CompareOptions {
  /** Readings of each; default 15. */
  readonly runs?: number;
  /** Runs per reading, so that the clock's steps do not matter; default 1. */
  readonly repeats?: number;
  readonly peerRepeats?: number;
  /** Readings before those that count, until the optimizing compiler is done; default 5. */
  readonly warmUp?: number;
}

type Action = () => unknown;

/** Median seconds of one run of each; the two take turns, so that a busy machine slows both. */
export async function compare(
  { now }: Pick<EngineHost, 'now'>,
  ours: Action,
  peer: Action,
  { runs = 15, repeats = 1, peerRepeats = repeats, warmUp = 5 }: CompareOptions = {},
): Promise<Readings> {
  const reading = async (action: Action, times: number): Promise<number> => {
    const start = now();
    for (let i = 0; i < times; i++) await action();
    return (now() - start) / times;
  };
  for (let i = 0; i < warmUp; i++) {
    await reading(ours, repeats);
    await reading(peer, peerRepeats);
  }
  const [mine, theirs]: [number[], number[]] = [[], []];
  for (let i = 0; i < runs; i++) {
    mine.push(await reading(ours, repeats));
    theirs.push(await reading(peer, peerRepeats));
  }
  return { ours: median(mine), peer: median(theirs), runs };
}

/** `work` units done in the measured time, against the peer; `least`: the ratio to reach. */
export function rate(
  name: string,
  unit: string,
  work: number,
  { ours, peer, runs }: Readings,
  peerName: string,
  least?: number,
): BenchFigure {
  const ratio = peer / ours;
  return {
    name,
    unit,
    median: work / ours,
    runs,
    reference: work / peer,
    peer: peerName,
    ratio,
    ...(least === undefined ? {} : { goal: { ...goal('>=', least, ratio), of: 'ratio' } }),
  };
}
