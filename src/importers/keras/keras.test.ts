import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { memorySource, Random, UserError } from '../../base/index.ts';
import { createPlainBackend } from '../../compute/index.ts';
import { elementCount, type Tensor, type TensorId, tensorOf } from '../../ir/index.ts';
import type { Imported } from '../importer.ts';
import { importModel } from '../index.ts';

/** Networks written by Keras itself, with inputs and the outputs Keras computes (testdata/make_models.py). */
const files = unzipSync(new Uint8Array(readFileSync(join(import.meta.dirname, 'testdata/models.zip'))));
const bytesOf = (name: string): Uint8Array => files[name] as Uint8Array;
const open = (name: string): Promise<Imported> => importModel([{ name, source: memorySource(bytesOf(name)) }]);

interface Recorded {
  readonly inputs: readonly { readonly shape: readonly number[]; readonly data: readonly number[] }[];
  readonly outputs: Recorded['inputs'];
}
const recorded = (name: string): Recorded => JSON.parse(new TextDecoder().decode(bytesOf(`${name}.json`))) as Recorded;

async function run({ model }: Imported, inputs: Recorded['inputs']): Promise<Tensor[]> {
  const { graph } = model;
  const feeds = new Map<TensorId, Tensor>(
    graph.inputs.map((id, i) => {
      const { shape, data } = inputs[i] as Recorded['inputs'][number];
      return [id, tensorOf(graph.tensors.get(id)?.type ?? 'float32', shape, data)];
    }),
  );
  const runner = await createPlainBackend().prepare(model);
  const results = await runner.run(feeds);
  return graph.outputs.map((id) => results.get(id) as Tensor);
}

const cases = Object.keys(files).filter((name) => /\.(keras|h5)$/.test(name) && !/weights|broken/.test(name));

describe('networks that Keras wrote compute what Keras computes', () => {
  test.for(cases)('%s', async (name) => {
    const imported = await open(name);
    const { inputs, outputs } = recorded(name.replace(/\.\w+$/, ''));
    const results = await run(imported, inputs);
    expect(results.map((r) => r.shape)).toEqual(outputs.map((o) => o.shape));
    results.forEach((result, i) => {
      const wanted = outputs[i]?.data as readonly number[];
      const worst = Math.max(...wanted.map((w, at) => Math.abs(w - Number(result.data[at])) / (1 + Math.abs(w))));
      expect(worst, `output ${i}`).toBeLessThan(2e-5);
    });
    expect(imported.weightless).toBe(false);
  });
});

const source = (name: string, bytes: Uint8Array) => ({ name, source: memorySource(bytes) });
const text = (content: string) => new TextEncoder().encode(content);

describe('structure without weights', () => {
  test('to_json(): the same layers, placeholder weights that are the same each time and all different', async () => {
    const first = await open('structure.json');
    const again = await open('structure.json');
    const whole = await open('a16.keras');
    expect(first).toMatchObject({ format: 'keras-json', weightless: true });
    expect(first.diagnostics.map((d) => d.code)).toEqual(['importers/no-weights']);
    expect(first.model.graph.nodes.map((n) => n.op)).toEqual(whole.model.graph.nodes.map((n) => n.op));
    const bytes = (imported: Imported) => [...imported.model.weights.values()].map((w) => `${w.shape}:${w.bytes}`);
    expect(bytes(first)).toEqual(bytes(again));
    expect(new Set(bytes(first)).size).toBe(first.model.weights.size);
  });

  test('weights alone find their structure beside them', async () => {
    const files = ['structure.json', 'only.weights.h5'].map((name) => source(name, bytesOf(name)));
    const imported = await importModel(files);
    expect(imported).toMatchObject({ format: 'keras-json', weightless: false });
    const { inputs, outputs } = recorded('a16');
    const [result] = await run(imported, inputs);
    const wanted = outputs[0]?.data as readonly number[];
    expect(Math.max(...wanted.map((w, i) => Math.abs(w - Number(result?.data[i]))))).toBeLessThan(1e-5);
  });

  test('an unpacked .keras is read from its parts', async () => {
    const parts = Object.entries(unzipSync(bytesOf('gru.keras')));
    const imported = await importModel(parts.map(([name, bytes]) => source(`net/${name}`, bytes)));
    expect(imported).toMatchObject({ format: 'keras', producer: 'Keras 3.15.1', weightless: false });
  });
});

/** A .keras whose configuration is changed as text. */
function changed(name: string, from: string | RegExp, to: string): Uint8Array {
  const members = unzipSync(bytesOf(name));
  const config = new TextDecoder().decode(members['config.json']);
  const after = config.replace(from, to);
  expect(after).not.toBe(config);
  return zipSync({ ...members, 'config.json': text(after) });
}
const opened = (name: string, bytes: Uint8Array) => importModel([source(name, bytes)]);

describe('what cannot be read names file, layer and remedy', () => {
  test('a Lambda stays in the graph, with the shape the file states, and says what to do', async () => {
    const { model, diagnostics } = await open('broken/lambda.keras');
    expect(model.graph.nodes.map((n) => `${n.domain}:${n.op}`)).toEqual(['keras:Lambda', ':Gemm']);
    expect(diagnostics).toMatchObject([{ code: 'importers/keras-lambda', severity: 'warning', node: 'twice' }]);
  });

  test('a layer of no known class and no stated shape: nothing behind it can be read', async () => {
    const json = text(
      '{"class_name":"Sequential","config":{"name":"n","layers":[{"class_name":"InputLayer","config":{"batch_shape":[null,4],"name":"i"}},{"class_name":"my>Odd","config":{"name":"odd"}},{"class_name":"Dense","config":{"name":"d","units":2}}]}}',
    );
    await expect(opened('odd.json', json)).rejects.toMatchObject({
      code: 'importers/keras-unknown-shape',
      message: expect.stringMatching(/'d' of 'odd.json'/),
    });
  });

  test.each([
    [
      'weights of another shape',
      () => changed('a16.keras', '"units": 10', '"units": 11'),
      'importers/keras-weight-shape',
      /'kernel' of layer 'dense' of 'a.keras' is \[150, 10\], but .* \[150, 11\]/,
    ],
    [
      'a setting that makes no sense',
      () => changed('a16.keras', '"filters": 4', '"filters": -4'),
      'importers/keras-setting',
      /'conv2d'.*filters = -4/,
    ],
    [
      'a reshape that cannot be',
      () => changed('reshape.keras', '"target_shape": [6, 6]', '"target_shape": [6, 7]'),
      'importers/keras-setting',
      /target_shape/,
    ],
    [
      'calls in a circle',
      () =>
        changed('shared.keras', /"keras_history": \["input_layer_?\d*", 0, 0\]/, '"keras_history": ["shared", 1, 0]'),
      'importers/keras-structure',
      /waits for 'shared'/,
    ],
    [
      'configuration cut off',
      () => changed('a16.keras', /"layers".*$/, '"layers": ['),
      'importers/json-damaged',
      /a.keras/,
    ],
  ] as const)('%s', async (_what, bytes, code, message) => {
    await expect(opened('a.keras', bytes())).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test.each([
    ['broken/data.h5', 'importers/hdf5-no-model', /without a Keras model/],
    ['only.weights.h5', 'importers/hdf5-no-model', /not its structure/],
  ])('%s', async (name, code, message) => {
    await expect(open(name)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('a .keras without its weights', async () => {
    const { 'model.weights.h5': _gone, ...rest } = unzipSync(bytesOf('a16.keras'));
    await expect(opened('a.keras', zipSync(rest))).rejects.toMatchObject({
      code: 'importers/keras-incomplete',
      facts: { missing: 'model.weights.h5' },
    });
  });

  test('an HDF5 file that is cut off or changed ends in a network or a UserError', { timeout: 60_000 }, async () => {
    const whole = bytesOf('keras2_a16.h5');
    const random = new Random(5);
    for (let i = 0; i < 150; i++) {
      const bytes = whole.slice(0, i % 5 === 0 ? random.below(whole.length) : whole.length);
      for (let n = 0; n < 8 && bytes.length > 8; n++) bytes[8 + random.below(bytes.length - 8)] = random.below(256);
      const started = performance.now();
      try {
        const { model } = await opened('m.h5', bytes);
        for (const weight of model.weights.values())
          expect(weight.bytes.length).toBe(4 * elementCount(weight.shape) * (weight.type === 'int64' ? 2 : 1));
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(UserError);
      }
      expect(performance.now() - started).toBeLessThan(2000);
    }
  });
});
