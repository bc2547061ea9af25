import { describe, expect, test } from 'vitest';
import { writeOnnx } from '../../onnx/index.ts';
import { testContext } from '../../test-kit/context.ts';
import { graphBuilder } from '../../test-kit/graph-builder.ts';
import { branching } from '../../test-kit/small-models.ts';
import { type DrawingChoice, drawModel } from './draw-model.ts';
import { noShapes, openModel } from './open.ts';

const CHOICE: DrawingChoice = { form: 'layers', grouping: 'none', body: [], expanded: [], collapseFrom: 150 };
const HOST = { pause: async () => {}, now: () => 0 };

async function drawn(bytes: Uint8Array, choice: Partial<DrawingChoice> = {}) {
  const ctx = testContext();
  const opened = await openModel([{ name: 'net.onnx', bytes }], noShapes, ctx);
  return drawModel(opened, { ...CHOICE, ...choice }, ctx, HOST);
}

/** Conv → Relu, with a shape computed beforehand from a constant for the Reshape behind them. */
function convNet(): Uint8Array {
  const b = graphBuilder();
  const w = b.constant('w', [4, 3, 3, 3], new Float32Array(108).fill(0.1));
  const relu = b.node('Relu', [b.node('Conv', [b.input('x', [1, 3, 8, 8]), w], { id: 'conv' })], { id: 'relu' });
  const shape = b.node('Identity', [b.constant('s', [2], [1, 144], 'int64')], { id: 'shape' });
  b.output(b.node('Reshape', [relu, shape], { id: 'flat', outputs: ['y'] }));
  return writeOnnx(b.done());
}

describe('drawing a model', () => {
  test('layers: fused operators stand in their layer, what is computed beforehand is left out', async () => {
    const { diagram, nodes, scopes } = await drawn(convNet());
    expect(nodes).toEqual(['conv', 'flat']);
    expect(scopes).toHaveLength(2);
    const titles = [...diagram.boxes.title];
    expect(titles).toEqual(expect.arrayContaining(['x', 'conv', 'flat', 'y']));
    expect(diagram.boxes.subtitle[titles.indexOf('conv')]).toBe('Conv 3×3 + Relu');
    // x → conv → flat → y: the value that only the fused Relu passes on is drawn once.
    expect(diagram.edges.count).toBe(3);
    expect(diagram.edges.label).toContain('4×6×6');
  });

  test('execution: what hardware runs as one is one box, and says what is inside', async () => {
    const b = graphBuilder();
    const w = b.constant('w', [3, 3, 3, 3], new Float32Array(81).fill(0.1));
    const x = b.input('x', [1, 3, 8, 8]);
    const conv = b.node('Conv', [x, w], { id: 'conv', attributes: { pads: [1, 1, 1, 1] } });
    b.output(b.node('Relu', [b.node('Add', [conv, x], { id: 'add' })], { id: 'relu', outputs: ['y'] }));
    const { diagram, nodes, inside } = await drawn(writeOnnx(b.done()), { form: 'execution' });
    expect(nodes).toEqual(['conv']);
    expect(inside).toEqual([
      ['add', 'conv'],
      ['relu', 'conv'],
    ]);
    expect(diagram.boxes.subtitle).toContain('Conv 3×3 + Add + Relu');
    // The input feeds the one layer; the sum inside it reads the same value.
    expect(diagram.edges.count).toBe(2);
  });

  test('nodes: every node of the file is a box of its own', async () => {
    const { nodes } = await drawn(convNet(), { form: 'nodes' });
    expect([...nodes].sort()).toEqual(['conv', 'flat', 'relu', 'shape']);
  });

  test('a graph inside a node is drawn by its way; a wrong way names node and graph', async () => {
    const bytes = writeOnnx(branching());
    const inside = await drawn(bytes, { form: 'nodes', body: [{ node: 'choose', name: 'then_branch' }] });
    expect(inside.nodes).toEqual(['Add']);
    // What the branch reads of the graph around it comes in from above.
    expect([...inside.diagram.boxes.title]).toEqual(expect.arrayContaining(['m', 'r']));
    await expect(drawn(bytes, { body: [{ node: 'choose', name: 'body' }] })).rejects.toThrow(/'choose'.*'body'/);
    await expect(drawn(bytes, { body: [{ node: 'nobody', name: 'body' }] })).rejects.toThrow(/nobody/);
  });
});
