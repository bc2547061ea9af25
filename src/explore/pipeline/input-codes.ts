import type { Codes } from '../../compute/index.ts';
import { encodeSample } from '../../emulate/index.ts';
import type { Program, SampleSet } from '../../ir/index.ts';

/** Encodings kept per sample set: one per way the inputs are quantized, which hardly varies between designs. */
const MOST_KEPT = 4;

const kept = new WeakMap<SampleSet, Map<string, (readonly Codes[])[]>>();

/**
 * Input codes of every sample for this program. They depend only on how its inputs are quantized, so designs that differ in
 * inner layers share them: encoding would take a third of the time of evaluating a small network. Do not write to them.
 */
export function inputCodes(program: Program, samples: SampleSet): readonly (readonly Codes[])[] {
  const key = JSON.stringify(
    program.inputs.map(({ tensor, axes, graphShape, buffer }) => {
      const { type, shape, scale, zeroPoint, bits } = program.buffers[buffer] ?? {};
      return { tensor, axes, graphShape, type, shape, scale, zeroPoint, bits };
    }),
  );
  const byKey = kept.get(samples) ?? new Map<string, (readonly Codes[])[]>();
  kept.set(samples, byKey);
  const known = byKey.get(key);
  if (known) return known;
  const codes = Array.from({ length: samples.count }, (_, i) => encodeSample(program, samples, i));
  const [oldest] = byKey.keys();
  if (byKey.size >= MOST_KEPT && oldest !== undefined) byKey.delete(oldest);
  byKey.set(key, codes);
  return codes;
}
