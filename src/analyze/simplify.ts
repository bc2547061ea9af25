import type { Model, NodeId, StageContext } from '../ir/index.ts';
import { inferShapes } from './infer-shapes.ts';
import { passes } from './passes/list.ts';
import type { Pass, PassContext } from './passes/pass.ts';
import { bytesStored, type Change, changesBy, type Figures, figuresOf, runPass } from './passes/run-pass.ts';

/** One pass that changed something. */
export interface SimplifyStep {
  readonly id: string;
  readonly title: string;
  readonly before: Figures;
  readonly after: Figures;
  readonly changes: readonly Change[];
}

export interface Simplified {
  readonly model: Model;
  /** In the order they ran; a pass that found something again in a later round is there again. */
  readonly steps: readonly SimplifyStep[];
}

export interface SimplifyOptions {
  /** Ids of the passes to run; default: all but `dequantize`, which changes results. Throws `base/unknown-pass`. */
  readonly passes?: readonly string[];
  /** Ids of passes not to run. */
  readonly exclude?: readonly string[];
}

/** Rounds after which it ends even where a pass still finds something. */
const MOST_ROUNDS = 12;

/** Folding may store as much again as the file does, and this much more. */
const SPARE_BYTES = 2 ** 20;

/**
 * Makes a network smaller without changing what it computes: runs the passes in order, again and again until none finds anything. Outputs
 * stay equal to float32 rounding (1e-4 of their magnitude); constants at most double in bytes, and a quantization that the file
 * stores stays. Infers shapes first where they are not.
 */
export function simplify(
  model: Model,
  ctx: Pick<StageContext, 'warn'>,
  { passes: chosen, exclude = [] }: SimplifyOptions = {},
): Simplified {
  const wanted = new Set(chosen?.map((id) => passes.get(id).id) ?? usual());
  for (const id of exclude) wanted.delete(passes.get(id).id);
  const running = [...passes].filter((pass) => wanted.has(pass.id));
  const steps: SimplifyStep[] = [];
  let current = inferShapes(model, ctx);
  let before = figuresOf(current);
  const mostBytes = 2 * bytesStored(current) + SPARE_BYTES;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const start = current;
    for (const pass of running) {
      const result = runNoting(pass, current, {
        ...ctx,
        keepQuantization: !wanted.has('dequantize'),
        growsLittle: true,
        mayGrowBytes: mostBytes - before.storedBytes,
      });
      if (result.model === current) continue;
      const after = figuresOf(result.model);
      steps.push({ id: pass.id, title: pass.title, before, after, changes: result.changes });
      current = result.model;
      before = after;
    }
    if (current === start) break;
  }
  return { model: current, steps };
}

const usual = (): string[] => [...passes].map((pass) => pass.id).filter((id) => id !== 'dequantize');

function runNoting(
  pass: Pass,
  model: Model,
  ctx: PassContext,
): { readonly model: Model; readonly changes: readonly Change[] } {
  const notes = new Map<NodeId, { readonly reason: string; readonly into?: NodeId }>();
  const after = runPass(pass, model, {
    ...ctx,
    note: (node, reason, into) => notes.set(node, { reason, ...(into === undefined ? {} : { into }) }),
  });
  return { model: after, changes: after === model ? [] : changesBy(pass, model, after, notes) };
}
