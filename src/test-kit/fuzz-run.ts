import { inferShapes, layerCosts, prepare } from '../analyze/index.ts';
import { readOnnx } from '../onnx/index.ts';
import { testContext } from './context.ts';
import { fuzz } from './fuzz.ts';
import { fuzzSeeds } from './fuzz-seeds.ts';
import { readAndWrite } from './read-and-write.ts';

/** What follows reading when a model is opened: shapes, preparation, costs. */
export function readAndAnalyze(bytes: Uint8Array): void {
  const { model } = readOnnx([{ name: 'spoiled.onnx', bytes }]);
  const shaped = inferShapes(model, testContext());
  layerCosts(prepare(shaped, testContext()).model);
}

/** Models of a few kilobytes that stand for megabytes of weights (ConstantOfShape) are no measure of what analysis may ask for. */
export const compactSeeds = (): Uint8Array[] =>
  fuzzSeeds().filter((bytes) => !Buffer.from(bytes).includes('ConstantOfShape'));

const BATCH = 10_000;

/** Runs cases in batches and prints as it goes; whether all of them held. */
export function fuzzRun(
  { cases, seed, first }: { readonly cases: number; readonly seed: number; readonly first: number },
  print: (line: string) => void,
): boolean {
  let held = true;
  for (const [what, seeds, open] of [
    ['read and written', fuzzSeeds(), readAndWrite],
    ['analyzed', compactSeeds(), readAndAnalyze],
  ] as const) {
    let read = 0;
    let slowest = 0;
    for (let at = first; at < first + cases; at += BATCH) {
      const count = Math.min(BATCH, first + cases - at);
      const result = fuzz(seeds, open, { seed, first: at, count });
      for (const failure of result.failures) print(`${what}: ${failure}`);
      held &&= result.failures.length === 0;
      read += result.read;
      slowest = Math.max(slowest, result.slowestSeconds);
    }
    print(`${what}: ${cases} cases of seed ${seed}, ${read} of them models, slowest ${slowest.toFixed(3)} s`);
  }
  return held;
}
