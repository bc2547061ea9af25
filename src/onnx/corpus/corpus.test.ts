/**
 * The corpus: files that are broken, unusual or hostile, and what has to come of each: a model, perhaps with notes, or one
 * message. Every bug found in reading adds a file and a line to `manifest.json`.
 */
import { describe, expect, test } from 'vitest';
import { UserError } from '../../base/index.ts';
import { functionOf, graphFaults } from '../../ir/index.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData, sharedJson } from '../../test-kit/shared-data.ts';
import { type OnnxImport, readOnnx, writeOnnx } from '../index.ts';
import { hostileFiles } from './hostile-files.ts';
import manifest from './manifest.json' with { type: 'json' };

interface Expected {
  /** 'shared' lies in the shared data folder 'onnx-broken', 'made' in hostile-files.ts. */
  readonly from: string;
  /** 'ok', or the code of the error. */
  readonly outcome: string;
  /** The whole message of the error. */
  readonly message?: string;
  /** Codes of what is said of a file that is read, in order; one code said often stands once. */
  readonly notes?: readonly string[];
  readonly quantized?: string;
}

const corpus: Readonly<Record<string, Expected>> = manifest;
const MOST_SECONDS = 5;

function attempt(name: string, bytes: Uint8Array): OnnxImport | UserError {
  try {
    return readOnnx([{ name, bytes }]);
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown;
    throw thrown;
  }
}

function check(name: string, bytes: Uint8Array): void {
  const expected = corpus[name] as Expected;
  const start = performance.now();
  const result = attempt(name, bytes);
  expect((performance.now() - start) / 1000).toBeLessThan(MOST_SECONDS);
  if (result instanceof UserError) {
    expect([result.code, result.message]).toEqual([expected.outcome, expected.message]);
    expect(result.message).toContain(`'${name}'`);
    expect(result.message.length).toBeLessThan(600);
    expect(result.hint).toMatch(/^[A-Z].+\.$/);
    return;
  }
  const notes = [...new Set(result.diagnostics.map((d) => d.code))];
  expect(['ok', notes, result.quantized]).toEqual([expected.outcome, expected.notes ?? [], expected.quantized]);
  expect(result.diagnostics.length).toBeLessThan(50);
  expect(graphFaults(result.model)).toEqual([]);
  const again = attempt(name, writeOnnx(result.model));
  expect(again).not.toBeInstanceOf(UserError);
}

const named = (from: string) => Object.keys(corpus).filter((name) => corpus[name]?.from === from);

describe.skipIf(!hasSharedData)(hasSharedData ? 'shared files' : `shared files, skipped: ${NO_SHARED_DATA}`, () => {
  test('the manifest names every file there is, and refuses none that onnxruntime loads', () => {
    const index = sharedJson<{ file: string; onnxruntime: string }[]>('onnx-broken/index.json');
    expect(named('shared').sort()).toEqual(index.map((entry) => entry.file).sort());
    const loadable = index.filter((entry) => entry.onnxruntime === 'loads').map((entry) => entry.file);
    expect(loadable.filter((name) => corpus[name]?.outcome !== 'ok')).toEqual([]);
  });

  test.each(named('shared'))('%s', (name) => check(name, sharedData(`onnx-broken/${name}`)));

  test('nested local functions are read whole', () => {
    const { model } = attempt('nested', sharedData('onnx-broken/nested_local_function.onnx')) as OnnxImport;
    const outer = functionOf(model.graph.nodes[0]!, model.graph);
    const calls = outer?.body.graph.nodes.filter((node) => functionOf(node, model.graph));
    expect(calls?.length).toBeGreaterThan(0);
    expect(outer?.body.graph.functions).toBe(model.graph.functions);
  });
});

describe('files made here', () => {
  test('the manifest names every one', () => {
    expect(named('made').sort()).toEqual(Object.keys(hostileFiles).sort());
  });

  test.each(Object.entries(hostileFiles))('%s', (name, make) => check(name, make()));
});
