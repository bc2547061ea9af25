import type { TargetChoice } from '../../explore/index.ts';
import type { Estimate } from '../../ir/index.ts';
import type { Catalog } from '../../jobs/protocol.ts';
import { inText } from '../format/index.ts';
import { act, getState } from '../state/store.ts';
import type { AppState } from '../state/types.ts';
import { estimateAll } from './estimate.ts';

/** Names a device × runtime × clock: what rows and options are keyed by. */
export const targetId = ({ platform, runtime, clockHertz }: TargetChoice): string =>
  `${platform}/${runtime}/${clockHertz}`;

export interface TargetOption {
  readonly id: string;
  readonly label: string;
  readonly target: TargetChoice;
}

/** Every device × runtime × clock of the catalog. */
export function targetOptions(catalog: Catalog | undefined): readonly TargetOption[] {
  return (catalog?.platforms ?? []).flatMap((platform) =>
    platform.runtimes.map((runtime) => ({
      id: targetId({ platform: platform.id, runtime: runtime.id, clockHertz: runtime.clockHertz }),
      label: `${platform.name}, ${platform.runtimes.length > 1 ? `${runtime.name}, ` : ''}${inText(runtime.clockHertz, 'hertz')}`,
      target: { platform: platform.id, runtime: runtime.id, clockHertz: runtime.clockHertz },
    })),
  );
}

export const targetOf = (e: Estimate): TargetChoice => ({
  platform: e.platform,
  runtime: e.runtime,
  clockHertz: e.clockHertz,
});

export function setTarget(target: TargetChoice): void {
  const { session } = getState();
  const before = session.target;
  if (before && targetId(before) === targetId(target)) return;
  const name = session.catalog?.platforms.find((p) => p.id === target.platform)?.name ?? target.platform;
  act(`Target ${name}`, { session: { target } }, { key: 'target' });
}

export function setGoal(goalSeconds: number | undefined): void {
  const words = goalSeconds === undefined ? 'No latency goal' : `Latency goal ${inText(goalSeconds, 'seconds')}`;
  act(words, { session: { goalSeconds } }, { key: 'goal' });
}

export function setBits(bits: number): void {
  if (getState().session.bits === bits) return;
  act(`Verdict at ${bits} bits`, { session: { bits } });
  void estimateAll();
}

/** The estimate of the chosen target: same device, runtime and clock. */
export function targetEstimate(state: AppState = getState()): Estimate | undefined {
  const { estimates, target } = state.session;
  return target && estimates.find((e) => targetId(e) === targetId(target));
}

/** The same of the other model of a comparison; absent until it is estimated. */
export function otherEstimate(state: AppState = getState()): Estimate | undefined {
  const { target } = state.session;
  return target && state.model.compare?.estimates?.list.find((e) => targetId(e) === targetId(target));
}

/** Whether an id (of a target, or of a platform whatever its runtime) means this estimate. */
export const isTarget = (estimate: Estimate, id: string | undefined): boolean =>
  id !== undefined && (id === targetId(estimate) || id === estimate.platform);
