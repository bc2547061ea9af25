import type { Diagnostic, Estimate, Figure } from '../../../ir/index.ts';
import type { Platform } from '../../../platforms/index.ts';
import type { AppState } from '../../state/types.ts';

/** One line of the list: an estimate with the platform it is for. */
export interface TargetRow {
  readonly estimate: Estimate;
  readonly platform: Platform | undefined;
  readonly name: string;
  readonly runtimeName: string;
}

export type KindFilter = 'all' | Platform['kind'];

export const kindTitles: Readonly<Record<Platform['kind'], string>> = {
  microcontroller: 'Microcontrollers',
  accelerator: 'Accelerators',
  fpga: 'FPGA',
  gpu: 'GPU',
  cpu: 'CPU',
};

export function rowsOf(session: AppState['session']): readonly TargetRow[] {
  const rows = session.estimates.map((estimate) => {
    const platform = session.catalog?.platforms.find((p) => p.id === estimate.platform);
    const runtime = platform?.runtimes.find((r) => r.id === estimate.runtime);
    return {
      estimate,
      platform,
      name: platform?.name ?? estimate.platform,
      runtimeName: runtime?.name ?? estimate.runtime,
    };
  });
  return rows.sort((a, b) => rank(a.estimate) - rank(b.estimate));
}

/** Those that fit by latency, then unknown ones, then those that do not fit. */
function rank(e: Estimate): number {
  const group = e.fits === 'no' ? 2e9 : e.latency ? 0 : 1e9;
  return group + (e.latency?.value ?? 0);
}

/** Latency as far as it may be shown: not of a network that does not fit. */
export const shownLatency = ({ estimate }: TargetRow): Figure | undefined =>
  estimate.fits === 'no' ? undefined : estimate.latency;

/** Powers of ten around all values, at least one decade. */
export function logDomain(values: readonly number[]): readonly [number, number] {
  const known = values.filter((v) => v > 0);
  if (known.length === 0) return [1e-3, 1];
  const low = 10 ** Math.floor(Math.log10(Math.min(...known)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...known)));
  return [low, high > low ? high : low * 10];
}

/** 'RAM: needs 52.3 KiB, has 20 KiB (conv2d_2); …' */
export const reasonText = (reasons: readonly Diagnostic[]): string => reasons.map((r) => r.message).join('; ');
