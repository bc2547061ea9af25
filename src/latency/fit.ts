import { inWords, memory } from '../base/index.ts';
import type { Diagnostic, Estimate, Figure, LayerCost } from '../ir/index.ts';
import type { Platform, Runtime } from '../platforms/index.ts';
import { tooWide } from './errors.ts';
import { storedWidths, type Widths, widthsOf } from './widths.ts';

export interface Demand {
  readonly costs: readonly LayerCost[];
  readonly bits: Widths;
  /** Operators whose cost is not known: no runtime is known to run them. */
  readonly unknownOperators?: readonly string[];
  readonly flash?: Figure;
  readonly ram?: Figure;
}

export type Fit = Pick<Estimate, 'fits' | 'reasons'>;

interface Verdict {
  readonly fits: Estimate['fits'];
  readonly reason?: Diagnostic;
}

/**
 * Whether a network fits a device under a runtime, and why not: operators, widths, RAM, flash. A device without flash
 * loads its weights from a host into RAM. 'no' outweighs 'unknown'; 'yes' means that all limits are known and kept.
 */
export function checkFit(demand: Demand, platform: Platform, runtime: Runtime): Fit {
  const verdicts = [
    ...checkOperators(demand, runtime),
    ...checkWidths(demand, runtime),
    ...checkMemory(demand, platform),
  ];
  const fits = verdicts.some((v) => v.fits === 'no')
    ? 'no'
    : verdicts.some((v) => v.fits === 'unknown')
      ? 'unknown'
      : 'yes';
  return { fits, reasons: verdicts.flatMap((v) => v.reason ?? []) };
}

const verdict = (fits: Estimate['fits'], what: string, message: string, node?: string): Verdict => ({
  fits,
  reason: {
    code: `latency/${what}`,
    severity: fits === 'no' ? 'error' : fits === 'unknown' ? 'warning' : 'info',
    message,
    ...(node === undefined ? {} : { node }),
  },
});

/** Layers that cost nothing are gone when a network is compiled, so they need no support. */
function checkOperators({ costs, unknownOperators = [] }: Demand, runtime: Runtime): Verdict[] {
  const verdicts: Verdict[] = [];
  if (unknownOperators.length > 0)
    verdicts.push(
      verdict(
        'unknown',
        'operator-unknown',
        `It is not known whether ${runtime.name} runs ${unknownOperators.join(', ')}.`,
      ),
    );
  const first = new Map<string, LayerCost>();
  for (const cost of costs) if (cost.kind !== 'free' && !first.has(cost.op)) first.set(cost.op, cost);
  if (!runtime.operators) return [...verdicts, ...checkProven([...first.keys()], runtime)];
  for (const [op, cost] of first) {
    if (runtime.operators.has(op)) continue;
    if (runtime.hostOperators?.has(op))
      verdicts.push(
        verdict('yes', 'operator-on-host', `${op} runs on the processor beside the accelerator.`, cost.node),
      );
    else
      verdicts.push(
        verdict('no', 'operator-missing', `${runtime.name} does not run ${op} ('${cost.node}').`, cost.node),
      );
  }
  return verdicts;
}

/** Without a list of what a runtime runs: unknown, unless it has been seen to run all of these. */
function checkProven(ops: readonly string[], runtime: Runtime): Verdict[] {
  const open = ops.filter((op) => !runtime.provenOperators?.has(op));
  if (open.length === 0) return [];
  return [
    verdict('unknown', 'operators-not-listed', `It is not known whether ${runtime.name} runs ${open.join(', ')}.`),
  ];
}

function checkWidths({ costs, bits }: Demand, runtime: Runtime): Verdict[] {
  for (const cost of costs) {
    const widths = widthsOf(bits, cost.node, runtime);
    if (cost.kind === 'free' || storedWidths(widths, runtime)) continue;
    // One layer says it for all.
    return [verdict('no', 'too-wide', tooWide(runtime, cost.node, widths.weights, widths.activations), cost.node)];
  }
  return [];
}

function checkMemory({ flash, ram }: Demand, platform: Platform): Verdict[] {
  const loadsFromHost = platform.flashBytes === undefined;
  const inRam = ram && loadsFromHost ? (flash ? { ...ram, value: ram.value + flash.value } : undefined) : ram;
  const verdicts = [
    compare(
      'ram',
      loadsFromHost ? 'Weights and activations need' : 'Activations need',
      'of RAM',
      inRam,
      platform.ramBytes?.value,
      platform,
    ),
  ];
  if (!loadsFromHost)
    verdicts.push(compare('flash', 'Weights and code need', 'of flash', flash, platform.flashBytes?.value, platform));
  return verdicts;
}

function compare(
  what: 'ram' | 'flash',
  need: string,
  of: string,
  demand: Figure | undefined,
  limit: number | undefined,
  platform: Platform,
): Verdict {
  if (demand === undefined)
    return verdict('unknown', `${what}-demand-unknown`, `How much ${of.slice(3)} the network needs is not known.`);
  const size = (bytes: number) => inWords(memory(bytes));
  if (limit === undefined)
    return verdict(
      'unknown',
      `${what}-limit-unknown`,
      `${need} ${size(demand.value)} ${of}; the limit of ${platform.name} is not known.`,
    );
  if (demand.value <= limit) return { fits: 'yes' };
  return verdict('no', `${what}-exceeded`, `${need} ${size(demand.value)} ${of}; ${platform.name} has ${size(limit)}.`);
}
