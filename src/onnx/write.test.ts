import { describe, expect, test } from 'vitest';
import { sha256Hex } from '../base/index.ts';
import { elementCount, graphFaults, type Model, type StoredTensor } from '../ir/index.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData, sharedJson } from '../test-kit/shared-data.ts';
import { readOnnx, writeOnnx } from './index.ts';

interface Facts {
  readonly ir_version: number;
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: string;
  readonly sha256: string;
  readonly ops: Readonly<Record<string, number>>;
  readonly initializer_values: number;
  readonly initializer_bytes: number;
}

const facts = hasSharedData ? sharedJson<Record<string, Facts>>('onnx-models/facts.json') : {};

/** Operators by name and domain, as facts.json writes them. */
function histogram({ graph }: Model): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { op, domain } of graph.nodes) {
    const name = domain === '' ? op : `${domain}::${op}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** All of a model as text, bytes by their hash: comparing megabytes element by element would take minutes. */
const plain = (model: Model): string =>
  JSON.stringify(model, (_key, value: unknown) => {
    if (value instanceof Map) return [...value];
    if (value instanceof Uint8Array) return sha256Hex(value);
    return typeof value === 'number' && !(Number.isFinite(value) && !Object.is(value, -0))
      ? `number ${Object.is(value, -0) ? '-0' : value}`
      : value;
  });

const total = (model: Model, of: (w: StoredTensor) => number): number =>
  [...model.weights.values()].reduce((n, w) => n + of(w), 0);

describe.skipIf(!hasSharedData)(`real networks (skipped: ${NO_SHARED_DATA})`, () => {
  test.each(Object.keys(facts))('%s: is read as facts.json states it, and writing changes no bit', (name) => {
    const known = facts[name]!;
    const first = readOnnx([{ name, bytes: sharedData(`onnx-models/${name}`) }]);
    expect(histogram(first.model)).toEqual(known.ops);
    expect(total(first.model, (w) => elementCount(w.shape))).toBe(known.initializer_values);
    expect(total(first.model, (w) => w.bytes.length)).toBe(known.initializer_bytes);
    expect(first.reference.sha256).toBe(known.sha256);
    expect(first.irVersion).toBe(known.ir_version);
    expect(first.producer).toBe(known.producer);
    expect(first.opset).toBe(known.opsets['ai.onnx'] ?? 0);
    expect(graphFaults(first.model)).toEqual([]);

    const written = writeOnnx(first.model);
    const second = readOnnx([{ name, bytes: written }]);
    expect(plain(second.model)).toBe(plain(first.model));
    expect(sha256Hex(writeOnnx(second.model))).toBe(sha256Hex(written));
  });
});
