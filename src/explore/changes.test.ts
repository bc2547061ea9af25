import { describe, expect, test } from 'vitest';
import { writeOnnx } from '../onnx/index.ts';
import { testContext } from '../test-kit/context.ts';
import { graphBuilder } from '../test-kit/graph-builder.ts';
import { checkChange, describeChange, type ModelChange } from './changes.ts';
import { designPointId } from './ids.ts';
import { noShapes, openModel } from './pipeline/open.ts';
import { uniformChoices } from './space.ts';

/** Conv 3×3 → Relu → Identity → Gemm on 4 channels of 8×8. */
function file(): { name: string; bytes: Uint8Array } {
  const b = graphBuilder();
  const values = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i));
  const conv = b.node('Conv', [b.input('x', [1, 3, 8, 8]), b.constant('w', [4, 3, 3, 3], values(108))], {
    id: 'conv',
    attributes: { pads: [1, 1, 1, 1] },
  });
  const relu = b.node('Relu', [conv], { id: 'relu' });
  const flat = b.node('Flatten', [b.node('Identity', [relu], { id: 'same' })], { id: 'flat' });
  b.output(b.node('Gemm', [flat, b.constant('v', [256, 10], values(2560))], { id: 'gemm' }));
  return { name: 'net.onnx', bytes: writeOnnx(b.done()) };
}

const open = (changes: readonly ModelChange[]) => openModel([file()], noShapes, testContext(), { changes });
const edit = (edit: Extract<ModelChange, { kind: 'edit' }>['edit']): ModelChange => ({ kind: 'edit', edit });

describe('changes of a model', () => {
  test('an edit is part of the opened model: shapes, costs and words follow', async () => {
    const before = await open([]);
    const attribute = { kind: 'ints', value: [2, 2, 2, 2] } as const;
    // 10 × 10 outputs no longer fit the Gemm behind: the node is named, nothing is opened.
    await expect(open([edit({ kind: 'set-attribute', node: 'conv', name: 'pads', attribute })])).rejects.toThrow(
      /gemm/,
    );
    const removed = await open([edit({ kind: 'remove', nodes: ['relu'] })]);
    expect(removed.view.nodes.map((n) => n.id)).toEqual(
      before.view.nodes.map((n) => n.id).filter((id) => id !== 'relu'),
    );
    expect(removed.view.totals.macs).toBe(before.view.totals.macs);
    expect(removed.view.changes).toEqual([describeChange(edit({ kind: 'remove', nodes: ['relu'] }))]);
  });

  test('simplification is a change like any other, and outputs keep their names', async () => {
    const simple = await open([{ kind: 'simplify', passes: ['remove-identities'] }]);
    expect(simple.view.nodes.map((n) => n.op)).not.toContain('Identity');
    expect(simple.view.outputs.map((o) => o.id)).toEqual((await open([])).view.outputs.map((o) => o.id));
  });

  test('designs of a changed network have ids of their own; without changes ids are as before', () => {
    const basis = {
      model: { sha256: 'a' },
      data: { sha256: 'b' },
      calibration: { sha256: 'c' },
      toolVersion: '1',
    };
    const choices = uniformChoices({ platform: 'p', runtime: 'r', clockHertz: 1 }, 2, 8, 8);
    const changes = [edit({ kind: 'remove', nodes: ['relu'] })];
    expect(designPointId({ ...basis, changes: [] }, choices)).toBe(designPointId(basis, choices));
    expect(designPointId({ ...basis, changes }, choices)).not.toBe(designPointId(basis, choices));
  });

  test('changes from links are checked', () => {
    const change = edit({ kind: 'remove', nodes: ['relu'] });
    expect(checkChange(JSON.parse(JSON.stringify(change)))).toEqual(change);
    expect(checkChange({ kind: 'simplify', passes: ['a'] })).toEqual({ kind: 'simplify', passes: ['a'] });
    expect(() => checkChange({ kind: 'edit', edit: { kind: 'remove', nodes: 'relu' } })).toThrow(/nodes/);
    expect(() => checkChange({ kind: 'boom' })).toThrow();
    expect(() => checkChange(null)).toThrow();
  });
});
