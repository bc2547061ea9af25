import type { TargetChoice } from '../../explore/index.ts';
import type { Estimate } from '../../ir/index.ts';
import type { Catalog } from '../../jobs/protocol.ts';
import { inText } from '../format/index.ts';
import { act, getState } from '../state/store.ts';
import { estimateAll } from './estimate.ts';

export interface TargetOption {
  readonly id: string;
  readonly label: string;
  readonly target: TargetChoice;
}

/** Every device × runtime × clock of the catalog. */
export function targetOptions(catalog: Catalog | undefined): readonly TargetOption[] {
  return (catalog?.platforms ?? []).flatMap((platform) =>
    platform.runtimes.map((runtime) => ({
      id: `${platform.id}/${runtime.id}/${runtime.clockHertz}`,
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
  if (
    before?.platform === target.platform &&
    before.runtime === target.runtime &&
    before.clockHertz === target.clockHertz
  )
    return;
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

/** The estimate of the chosen target: its platform's, if the runtime and clock are the same. */
export function targetEstimate(): Estimate | undefined {
  const { estimates, target } = getState().session;
  return estimates.find((e) => e.platform === target?.platform);
}
