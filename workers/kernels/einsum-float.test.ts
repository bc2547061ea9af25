import { beforeAll, expect, test } from 'vitest';
import { Random } from '../../src/base/index.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import { agreesOnKernels, chain, compare, normal, onSeeds, type Step, wasmForTests } from './float-chain.ts';

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await wasmForTests();
});

const sized = (random: Random, letters: string) => new Map([...new Set(letters)].map((c) => [c, 1 + random.below(6)]));
const shapeOf = (term: string, sizes: ReadonlyMap<string, number>) => [...term].map((c) => sizes.get(c) as number);

const PRODUCTS = [
  'ij,jk->ik',
  'bhqd,bhkd->bhqk',
  'bhqk,bhkd->bqhd',
  'bthd,bshd->bhts',
  'ij,kj->ki',
  'i,j->ij',
  'i,i->',
  'nchw,oc->nohw',
  'abc,cb->a',
  'ab,bc',
];

test.each(PRODUCTS)('%s', (equation) =>
  onSeeds(async (random) => {
    const [a = '', b = ''] = equation.split('->')[0]!.split(',');
    const sizes = sized(random, a + b);
    const runTime: Step = { op: 'Neg', inputs: [], constants: [normal(random, shapeOf(b, sizes))] };
    const input = normal(random, shapeOf(a, sizes));
    await agreesOnKernels(wasm, input, [
      runTime,
      { op: 'Einsum', inputs: ['x', 'v0'], attributes: { equation } },
      { op: 'Relu' },
    ]);
  }, 30),
);

test.each(['ijk->kji', 'ijk->ki', 'ij->', 'ij -> j', 'ba'])('%s', (equation) =>
  onSeeds(async (random) => {
    const [a = ''] = equation.split('->');
    const sizes = sized(random, a.trim());
    await agreesOnKernels(wasm, normal(random, shapeOf(a.trim(), sizes)), [
      { op: 'Neg' },
      { op: 'Einsum', attributes: { equation } },
    ]);
  }, 20),
);

test.each(['ii->i', '...ij->...ji', 'ijk,jl->il'])('%s runs on the reference', async (equation) => {
  const random = new Random(1);
  const isPair = equation.includes(',');
  const input = normal(random, isPair ? [2, 3, 4] : [3, 3]);
  const constants = isPair ? [normal(random, [3, 2])] : [];
  const model = await chain(input, [{ op: 'Einsum', constants, attributes: { equation } }]);
  expect((await wasm.prepare(model)).plainNodes.length).toBe(1);
  await compare(wasm, model, input);
});
