import type { FloatBackend } from '../../compute/index.ts';
import type { SampleSet, StageContext } from '../../ir/index.ts';
import type { OpenedModel } from './open.ts';
import { labelsOf } from './score.ts';
import { runFloat } from './session.ts';

export interface FloatCheck {
  readonly backend: string;
  readonly reference: string;
  readonly samples: number;
  /** Largest |difference| between the outputs of both. */
  readonly maxDifference: number;
  /** Samples whose largest first output is at the same place. */
  readonly sameLabels: number;
}

/** The float network as in the file, on our backend and on an independent one. */
export async function floatCheck(
  opened: OpenedModel,
  samples: SampleSet,
  backend: FloatBackend,
  reference: FloatBackend,
  ctx: StageContext,
): Promise<FloatCheck> {
  const { outputs: tensors } = opened.asRead.graph;
  const ours = await runFloat(opened.asRead, samples, tensors, backend, ctx);
  ctx.progress(1, 2);
  const theirs = await runFloat(opened.asRead, samples, tensors, reference, ctx);
  ctx.progress(2, 2);
  let maxDifference = 0;
  ours.forEach((sample, i) => {
    sample.forEach((values, o) => {
      const other = theirs[i]?.[o] ?? [];
      values.forEach((value, k) => {
        maxDifference = Math.max(maxDifference, Math.abs(value - (other[k] ?? Number.NaN)));
      });
    });
  });
  const [a, b] = [labelsOf(ours), labelsOf(theirs)];
  return {
    backend: backend.description,
    reference: reference.description,
    samples: samples.count,
    maxDifference,
    sameLabels: a.filter((label, i) => label === b[i]).length,
  };
}
