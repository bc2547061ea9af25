import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { memorySource } from '../../base/index.ts';
import { createPlainBackend } from '../../compute/index.ts';
import { type Tensor, type TensorId, tensorOf } from '../../ir/index.ts';
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
