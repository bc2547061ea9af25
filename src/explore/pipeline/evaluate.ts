import { throwIfCancelled, UserError } from '../../base/index.ts';
import { decodeOutput } from '../../emulate/index.ts';
import type { Diagnostic, Estimate, Figure, Program, StageContext } from '../../ir/index.ts';
import type { Choices } from '../choices.ts';
import type { DesignPoint } from '../design-point.ts';
import { inputCodes } from './input-codes.ts';
import { programOf, type QuantizedDesign } from './pipeline.ts';
import { type Outputs, sqnrOf } from './score.ts';
import { idOf, type Session, scoreOf } from './session.ts';
import { estimateDesign } from './verdict.ts';

/**
 * One point per choices, in order; `onPoint` hears of each as it is done. A design that the integer network cannot express
 * becomes a point without quality and memory figures, whose diagnostics say why: a search must pass over it, not stop.
 */
export async function evaluateChoices(
  session: Session,
  choices: readonly Choices[],
  origin: string,
  ctx: StageContext,
  onPoint: (point: DesignPoint) => void = () => {},
): Promise<DesignPoint[]> {
  const points: DesignPoint[] = [];
  for (const choice of choices) {
    const point = await evaluateOne(session, choice, origin, ctx);
    points.push(point);
    onPoint(point);
    ctx.progress(points.length, choices.length);
  }
  return points;
}

async function evaluateOne(
  session: Session,
  choices: Choices,
  origin: string,
  ctx: StageContext,
): Promise<DesignPoint> {
  const diagnostics: Diagnostic[] = [];
  const heard = { ...ctx, warn: (diagnostic: Diagnostic) => void diagnostics.push(diagnostic) };
  const base = { id: idOf(session, choices), choices, origin };
  let design: QuantizedDesign;
  try {
    design = programOf(session.opened, session.record, choices, heard);
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    diagnostics.push({ code: thrown.code, severity: 'error', message: `${thrown.message} ${thrown.hint}` });
    return { ...base, objectives: {}, diagnostics };
  }
  const outputs = runProgram(session, design.program, ctx);
  const estimate = estimateDesign(session.opened, choices, design.program);
  diagnostics.push(...estimate.diagnostics);
  return {
    ...base,
    objectives: { ...qualityFigures(session, outputs), ...costFigures(estimate), ...sizeFigures(session, choices) },
    diagnostics,
  };
}

/** Outputs of an integer program on every sample of the session, as values in the graph's order. */
export function runProgram(session: Session, program: Program, ctx: Pick<StageContext, 'signal'>): Outputs {
  const runner = session.backends.program.load(program);
  try {
    const inputs = inputCodes(program, session.samples);
    const outputs: Float32Array[][] = [];
    for (let i = 0; i < session.samples.count; i++) {
      throwIfCancelled(ctx.signal);
      const codes = runner.run(inputs[i] ?? []);
      outputs.push(
        program.outputs.map((port, o) => decodeOutput(program, port, codes[o] as Parameters<typeof decodeOutput>[2])),
      );
    }
    return outputs;
  } finally {
    runner.dispose();
  }
}

function qualityFigures(session: Session, outputs: Outputs): Record<string, Figure> {
  const { judged, data, float } = session;
  const figures: Record<string, Figure> = {};
  const source = `${data.count} samples of ${data.name}`;
  if (judged !== 'fidelity') {
    // Agreement is computed between two models of ours; only labels measure anything about the world.
    const provenance = judged === 'accuracy' && data.origin !== 'generated' ? 'measured' : 'computed';
    figures[judged] = { value: scoreOf(session, outputs), provenance, source };
  }
  const sqnr = sqnrOf(float.outputs, outputs);
  if (sqnr !== undefined) {
    figures['sqnrDecibel'] = { value: sqnr, provenance: 'computed', formula: '10 log10(Σx² / Σ(x − x̂)²)', source };
  }
  return figures;
}

function costFigures({ latency, energy, peakRam, flash }: Estimate): Record<string, Figure> {
  return {
    ...(latency ? { latencySeconds: latency } : {}),
    ...(energy ? { energyJoules: energy } : {}),
    ...(peakRam ? { peakRamBytes: peakRam } : {}),
    ...(flash ? { flashBytes: flash } : {}),
  };
}

function sizeFigures({ opened }: Session, { quantize }: Choices): Record<string, Figure> {
  const weightsOf = new Map(opened.costs.map((cost) => [cost.node, cost.weightElements - cost.biasElements]));
  const sizes = opened.layers.map((node) => weightsOf.get(node) ?? 0);
  const bits = quantize.bits.map(([weights]) => weights);
  const total = sizes.reduce((n, size) => n + size, 0);
  const macs = opened.costs.reduce((n, cost) => n + cost.macs, 0);
  return {
    macs: { value: macs, provenance: 'computed' },
    ...(total > 0
      ? { meanWeightBits: { value: weightMemoryBits(sizes, bits) / total, provenance: 'computed' as const } }
      : {}),
  };
}

/** Σ n_l · b_l (methods D.7): bits all weights take. */
export const weightMemoryBits = (sizes: readonly number[], bits: readonly number[]): number =>
  sizes.reduce((sum, size, layer) => sum + size * (bits[layer] as number), 0);
