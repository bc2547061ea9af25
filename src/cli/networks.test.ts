import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readNpz, writeNpz } from '../datasets/index.ts';
import { type DataType, numbersOf, tensorOf } from '../ir/index.ts';
import { firstDifference } from '../test-kit/all-close.ts';
import { hasCli, inPairs, NO_CLI, paretoscopeJson } from '../test-kit/cli.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData, sharedJson, sharedPath } from '../test-kit/shared-data.ts';

/** Every network through the built command line: `inspect` equals facts.json, `run` the recorded outputs. */

interface Facts {
  readonly ops: Readonly<Record<string, number>>;
  readonly initializer_values: number;
  readonly macs: number | null;
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly bound_inputs: Readonly<Record<string, readonly number[]>> | null;
}
interface Inspection {
  readonly operators: Readonly<Record<string, number>>;
  readonly totals: { readonly macs?: number; readonly initializerValues: number };
  readonly unsupported: readonly { readonly op: string }[];
}
interface Reference {
  readonly inputs?: Readonly<
    Record<string, { fill: string; lo: number; hi: number; value?: number; shape: number[]; dtype: DataType }>
  >;
  readonly outputs?: Readonly<
    Record<string, { shape: readonly number[]; first: readonly number[]; values?: readonly number[]; l2: number }>
  >;
}

const facts = hasSharedData ? sharedJson<Record<string, Facts>>('onnx-models/facts.json') : {};
const references = hasSharedData ? sharedJson<Record<string, Reference>>('onnx-models/reference_outputs.json') : {};
const model = (name: string) => sharedPath(`onnx-models/${name}`);
const able = hasSharedData && hasCli;
const REASON = `skipped where ${NO_SHARED_DATA}, or ${NO_CLI}`;

/** With ALL_NETWORKS set every network is run on every backend; else those of up to 60 million MACs, on WebAssembly. */
const EVERY = process.env['ALL_NETWORKS'] !== undefined;
const SMALL_MACS = EVERY ? 150e6 : 60e6;
const TOLERANCE = { relative: 1e-3, absolute: 1e-4 };

const folder = mkdtempSync(join(tmpdir(), 'networks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const boundShapes = (name: string): string[] => {
  const bound = Object.entries(facts[name]?.bound_inputs ?? {});
  return bound.length > 0 ? ['--shape', bound.map(([input, shape]) => `${input}=${shape.join()}`).join(';')] : [];
};

/** Whether only first dimensions lack a size. */
const onlyBatchIsOpen = (name: string): boolean =>
  Object.values(facts[name]?.inputs ?? {}).every((shape) => shape.slice(1).every((d) => typeof d === 'number'));

function faultOf(name: string, { operators, totals, unsupported }: Inspection, macsKnown: boolean): string[] {
  const { ops, initializer_values, macs } = facts[name] as Facts;
  const faults: string[] = [];
  if (JSON.stringify(Object.entries(operators).sort()) !== JSON.stringify(Object.entries(ops).sort()))
    faults.push('operators');
  if (totals.initializerValues !== initializer_values) faults.push(`${totals.initializerValues} stored values`);
  if (unsupported.length > 0) faults.push(`unsupported ${unsupported[0]?.op}`);
  if (macsKnown && macs !== null && totals.macs !== macs) faults.push(`${totals.macs} MACs instead of ${macs}`);
  return faults.map((fault) => `${name}: ${fault}`);
}

describe.skipIf(!able)(`inspect equals facts.json (${REASON})`, () => {
  test('with the bound shapes', async () => {
    const faults = await inPairs(Object.keys(facts), async (name) =>
      faultOf(name, await paretoscopeJson(['inspect', model(name), ...boundShapes(name)]), true),
    );
    expect(faults.flat()).toEqual([]);
    expect(faults.length).toBeGreaterThanOrEqual(29);
  }, 240_000);

  test('without shapes, where only a batch is open', async () => {
    const open = Object.keys(facts).filter(
      (name) => EVERY || Object.values(facts[name]?.inputs ?? {}).some((s) => s.some((d) => typeof d !== 'number')),
    );
    const faults = await inPairs(open, async (name) =>
      faultOf(name, await paretoscopeJson(['inspect', model(name)]), onlyBatchIsOpen(name)),
    );
    expect(faults.flat()).toEqual([]);
    expect(open.length).toBeGreaterThan(4);
  }, 240_000);
});

/** The input file of a network by the rule of the data's README. */
function inputFile(name: string): string {
  const arrays = new Map(
    Object.entries(references[name]?.inputs ?? {}).map(([id, { fill, lo, hi, value, shape, dtype }]) => {
      const size = shape.reduce((n, d) => n * d, 1);
      const element = (i: number) => {
        if (fill !== 'hash') return fill === 'zeros' ? 0 : (value ?? lo);
        const x = lo + ((Math.imul(i + 1, 2654435761) >>> 0) / 4294967296) * (hi - lo);
        return dtype.startsWith('float') ? x : Math.floor(x);
      };
      return [
        id,
        tensorOf(
          dtype,
          shape,
          Array.from({ length: size }, (_, i) => element(i)),
        ),
      ] as const;
    }),
  );
  const path = join(folder, `${name}.npz`);
  writeFileSync(path, writeNpz(arrays));
  return path;
}

async function runFault(name: string, backend: string): Promise<string[]> {
  const out = join(folder, `${name}.${backend}.npz`);
  await paretoscopeJson(['run', model(name), '--input', inputFile(name), '--output', out, '--backend', backend]);
  const arrays = readNpz(out, new Uint8Array(readFileSync(out)));
  return Object.entries(references[name]?.outputs ?? {}).flatMap(([id, expected]) => {
    const array = arrays.get(id);
    if (array?.shape.join() !== expected.shape.join()) return [`${name} ${backend} ${id}: shape [${array?.shape}]`];
    const values = Array.from(numbersOf(array));
    const norm = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
    const few = expected.values ?? expected.first;
    const found =
      firstDifference(values.slice(0, few.length), few, TOLERANCE) ?? firstDifference([norm], [expected.l2], TOLERANCE);
    return found ? [`${name} ${backend} ${id}: ${found}`] : [];
  });
}

describe.skipIf(!able)(`run equals the recorded outputs (${REASON})`, () => {
  const runnable = Object.keys(references).filter((name) => references[name]?.outputs);
  const small = (name: string) => (facts[name]?.macs ?? 0) <= SMALL_MACS;

  test.each(EVERY ? ['wasm', 'plain', 'ort'] : ['wasm'])(
    '%s',
    async (backend) => {
      const names = runnable.filter((name) => small(name) || (EVERY && backend !== 'plain'));
      expect((await inPairs(names, (name) => runFault(name, backend))).flat()).toEqual([]);
      expect(names.length).toBeGreaterThanOrEqual(14);
    },
    600_000,
  );

  test('a small network on onnxruntime and on the plain reference', async () => {
    expect(await runFault('mnist_cnn.onnx', 'ort')).toEqual([]);
    expect(await runFault('dscnn_kws_small_fp32.onnx', 'plain')).toEqual([]);
  }, 120_000);

  test('RequantShift gives exactly the published integers', async () => {
    const published = readNpz('i', sharedData('onnx-models/ad_requantshift_int.inputs.npz'));
    const input = join(folder, 'requant.npz');
    const output = join(folder, 'requant.out.npz');
    const [array] = published.values();
    const codes = array ? tensorOf('float32', array.shape, Array.from(numbersOf(array))) : tensorOf('float32', [0], []);
    writeFileSync(input, writeNpz(new Map([['input', codes]])));
    await paretoscopeJson(['run', model('ad_requantshift_int.onnx'), '--input', input, '--output', output]);
    const [got] = readNpz(output, new Uint8Array(readFileSync(output))).values();
    const [expected] = readNpz('o', sharedData('onnx-models/ad_requantshift_int.outputs.npz')).values();
    expect(got && Array.from(numbersOf(got))).toEqual(expected && Array.from(numbersOf(expected)));
    expect(got?.data.length).toBe(640);
  }, 120_000);
});
