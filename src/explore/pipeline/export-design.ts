import { throwIfCancelled } from '../../base/index.ts';
import type { ProgramBackend } from '../../compute/index.ts';
import { generateSamples, pickSamples } from '../../datasets/index.ts';
import { createPlainProgramBackend, makeTestVectors } from '../../emulate/index.ts';
import { type ExportPackage, exporters } from '../../exporters/index.ts';
import type { Program, SampleSet, StageContext, TestVector } from '../../ir/index.ts';
import type { CalibrationRecord } from '../../quantize/index.ts';
import type { Choices } from '../choices.ts';
import { selfTestFailed } from '../errors.ts';
import { TOOL_VERSION } from '../ids.ts';
import { inputPorts } from './data.ts';
import type { OpenedModel } from './open.ts';
import { programOf } from './pipeline.ts';
import { mustBeQuantizable } from './session.ts';

/** Vectors a package carries unless more are asked for. */
export const LEAST_VECTORS = 100;

export interface DesignToExport {
  readonly opened: OpenedModel;
  readonly record: CalibrationRecord;
  /** Real samples go into the vectors first; generated ones fill up. */
  readonly samples: SampleSet;
  /** Fast backend whose bits the package promises. */
  readonly backend: ProgramBackend;
}

export interface ExportSettings {
  readonly target: string;
  readonly options: Readonly<Record<string, number | boolean | string>>;
  readonly seed: number;
  /** At least 100. */
  readonly vectors?: number;
}

export interface ExportedDesign {
  readonly package: ExportPackage;
  readonly program: Program;
  readonly selfTest: { readonly vectors: number; readonly mismatches: number };
}

/**
 * A package of a design for a target. Before anything leaves, every test vector that the backend computed is computed again
 * by the plain emulator; one differing bit throws `explore/self-test` and there is no package (product promise 5).
 */
export async function exportDesign(
  design: DesignToExport,
  choices: Choices,
  { target, options, seed, vectors: wanted = LEAST_VECTORS }: ExportSettings,
  ctx: StageContext,
): Promise<ExportedDesign> {
  const { opened, record, backend } = design;
  mustBeQuantizable(opened);
  const exporter = exporters.get(target);
  const { scheme, program } = programOf(opened, record, choices, ctx);
  ctx.progress(1, 4);
  const samples = vectorSamples(design, Math.max(LEAST_VECTORS, wanted), seed);
  const vectors = makeTestVectors(program, backend, samples);
  ctx.progress(2, 4);
  const mismatches = countMismatches(program, vectors, ctx);
  if (mismatches > 0) throw selfTestFailed(target, mismatches, vectors.length);
  ctx.progress(3, 4);
  const print = await exporter.load();
  const made = print({
    model: opened.reference,
    prepared: opened.prepared,
    scheme,
    program,
    vectors,
    choices: opened.changes.length > 0 ? { ...choices, changes: opened.changes } : choices,
    seed,
    toolVersion: TOOL_VERSION,
    options,
  });
  made.diagnostics.forEach(ctx.warn);
  ctx.progress(4, 4);
  return { package: made, program, selfTest: { vectors: vectors.length, mismatches } };
}

/** `count` samples: given ones first, then generated ones. */
function vectorSamples({ opened, samples }: DesignToExport, count: number, seed: number): SampleSet {
  const given = pickSamples(
    samples,
    Array.from({ length: Math.min(count, samples.count) }, (_, i) => i),
  );
  if (given.count === count) return given;
  const more = generateSamples(inputPorts(opened), count - given.count, seed);
  const { labels: _labels, ...rest } = given;
  return {
    ...rest,
    count,
    inputs: given.inputs.map((input) => {
      const extra = more.inputs.find((other) => other.tensor === input.tensor)?.data ?? new Float32Array(0);
      const data = new Float32Array(input.data.length + extra.length);
      data.set(input.data);
      data.set(extra, input.data.length);
      return { ...input, data };
    }),
  };
}

/** Vectors whose outputs the plain emulator does not give bit for bit. */
function countMismatches(program: Program, vectors: readonly TestVector[], ctx: Pick<StageContext, 'signal'>): number {
  const runner = createPlainProgramBackend().load(program);
  let mismatches = 0;
  try {
    for (const { inputs, outputs } of vectors) {
      throwIfCancelled(ctx.signal);
      const again = runner.run(inputs);
      const equal = outputs.every((codes, o) => {
        const other = again[o];
        return other?.length === codes.length && codes.every((code, i) => code === other[i]);
      });
      if (!equal) mismatches++;
    }
  } finally {
    runner.dispose();
  }
  return mismatches;
}
