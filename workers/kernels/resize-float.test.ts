import { beforeAll, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import type { Tensor } from '../../src/ir/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import { agreesOnKernels, chain, compare, normal, onSeeds, type Step, wasmForTests, wholes } from './float-chain.ts';

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await wasmForTests();
});

const between = (random: Random, low: number, high: number) => low + random.below(high - low + 1);
const floats = (...values: readonly number[]): Tensor => ({
  type: 'float32',
  shape: [values.length],
  data: Float32Array.from(values),
});
const COORDINATES = ['half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel', 'align_corners', 'asymmetric'];

test.each(['nearest', 'linear', 'cubic'])('Resize, %s', (mode) =>
  onSeeds(async (random) => {
    const shape = [
      between(random, 1, 2),
      between(random, 1, 3),
      ...Array.from({ length: between(random, 1, 2) }, () => between(random, 2, 7)),
    ];
    const attributes: Step['attributes'] = {
      mode,
      coordinate_transformation_mode: random.pick(COORDINATES),
      nearest_mode: random.pick(['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil']),
      antialias: mode === 'nearest' ? 0 : random.below(2),
      exclude_outside: mode === 'cubic' ? random.below(2) : 0,
    };
    const input = normal(random, shape);
    const scales = floats(...shape.map((_, d) => (d < 2 ? 1 : random.pick([0.5, 0.6, 1, 1.5, 2, 3]))));
    const byScale: Step = { op: 'Resize', constants: [undefined, scales], attributes };
    const sizes = wholes(...shape.map((size, d) => (d < 2 ? size : between(random, 1, 9))));
    const bySize: Step = { op: 'Resize', constants: [undefined, undefined, sizes], attributes };
    for (const step of [byScale, bySize]) await agreesOnKernels(wasm, input, [{ op: 'Neg' }, step, { op: 'Neg' }], 19);
  }, 80),
);

test('Upsample, and Resize before opset 11', async () => {
  const input = normal(new Random(1), [1, 3, 5, 4]);
  for (const mode of ['nearest', 'linear']) {
    await agreesOnKernels(wasm, input, [{ op: 'Upsample', constants: [floats(1, 1, 2, 3)], attributes: { mode } }], 9);
    await agreesOnKernels(wasm, input, [{ op: 'Resize', constants: [floats(1, 1, 2, 1.5)], attributes: { mode } }], 10);
  }
});

test('what lies outside a cut region is a constant: the reference runs it', async () => {
  const input = normal(new Random(1), [1, 1, 4, 4]);
  const roi = floats(0, 0, -0.2, 0.3, 1, 1, 0.7, 1.4);
  const attributes = { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize' };
  const model = await chain(input, [{ op: 'Resize', constants: [roi, undefined, wholes(1, 1, 3, 3)], attributes }], 13);
  expect((await wasm.prepare(model)).plainNodes.length).toBe(1);
  await compare(wasm, model, input);
});
