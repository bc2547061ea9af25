import { describe, expect, test } from 'vitest';
import { memorySource } from '../base/index.ts';
import { writeOnnx } from '../onnx/index.ts';
import { graphBuilder } from '../test-kit/graph-builder.ts';
import { importModel } from './import-model.ts';

const text = new TextEncoder();

describe('importModel', () => {
  test('an ONNX file gives its model, fingerprint and producer', async () => {
    const b = graphBuilder();
    b.input('x', [1, 3]);
    b.output(b.node('Relu', ['x']));
    const bytes = writeOnnx(b.done());
    const imported = await importModel([{ name: 'dir/net.onnx', source: memorySource(bytes) }]);
    expect(imported).toMatchObject({ format: 'onnx', weightless: false, bytesRead: bytes.length });
    expect(imported.reference).toMatchObject({ name: 'net.onnx', bytes: bytes.length });
    expect(imported.model.graph.nodes.map((n) => n.op)).toEqual(['Relu']);
  });

  test('no file, and files of no known kind', async () => {
    await expect(importModel([])).rejects.toMatchObject({ code: 'importers/no-files' });
    const note = { name: 'note.txt', source: memorySource(text.encode('hello')) };
    await expect(importModel([note])).rejects.toMatchObject({ code: 'importers/no-network' });
  });
});
