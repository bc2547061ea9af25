import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random, sha256Hex, UserError } from '../base/index.ts';
import { createPlainBackend } from '../compute/index.ts';
import {
  capturedBy,
  elementCount,
  isKnown,
  type Model,
  type Tensor,
  type TensorId,
  type TensorInfo,
  tensorOf,
  verifyGraph,
} from '../ir/index.ts';
import { readOnnx, writeOnnx } from '../onnx/index.ts';
import { firstDifference } from '../test-kit/all-close.ts';
import { randomModel } from '../test-kit/random-model.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData } from '../test-kit/shared-data.ts';
import { activations, applyEdits, checkEdit, describeEdit, type Edit, replacementsFor } from './index.ts';

/** An edit of any kind, aimed at what is there; some of them cannot work. */
function randomEdit({ graph }: Model, random: Random): Edit {
  const node = random.pick(graph.nodes);
  const value = random.pick([...graph.tensors.keys()]);
  const computed = random.pick(graph.nodes.flatMap((n) => n.outputs));
  const nodes = graph.nodes.filter(() => random.below(3) === 0).map((n) => n.id);
  const activation = { id: random.pick(activations.ids()) };
  const some = nodes.length > 0 ? nodes : [node.id];
  const [attribute = 'axis'] = node.attributes.keys();
  switch (random.below(13)) {
    case 0:
      return { kind: 'extract', outputs: [computed], inputs: random.below(2) === 0 ? [] : [value] };
    case 1:
      return { kind: 'extract-nodes', nodes: some };
    case 2:
      return { kind: 'remove', nodes: random.below(2) === 0 ? [node.id] : some };
    case 3:
      return { kind: 'remove', nodes: [node.id], input: random.below(3) };
    case 4:
      return { kind: 'set-attribute', node: node.id, name: attribute, attribute: { kind: 'ints', value: [1, 2] } };
    case 5:
      return { kind: 'delete-attribute', node: node.id, name: attribute };
    case 6:
      // Edits may have left a graph without inputs: then the edit is refused.
      return {
        kind: 'set-input-shape',
        input: graph.inputs.length > 0 ? random.pick(graph.inputs) : 'x',
        shape: [1, 2, 6, 'w'],
      };
    case 7:
      return { kind: 'rename-node', node: node.id, name: random.pick(['new', node.id, graph.nodes[0]?.id ?? '']) };
    case 8:
      return { kind: 'rename-value', value, name: random.pick(['renamed', 'x', `${value}'`]) };
    case 9:
      return { kind: 'insert-activation', value, activation };
    case 10:
      return { kind: 'replace-activation', node: node.id, activation };
    case 11:
      return { kind: 'replace-operator', node: node.id, op: random.pick([...replacementsFor(node, graph), 'Relu']) };
    default:
      return random.below(2) === 0
        ? { kind: 'add-output', value }
        : { kind: 'remove-output', value: random.pick(graph.outputs) };
  }
}

/** All of a model as text, tables by name, bytes by their hash. */
const plain = (model: Model): string =>
  JSON.stringify(model, (_key, value: unknown) => {
    if (value instanceof Map) return [...value].sort(([a], [b]) => (a < b ? -1 : 1));
    if (value instanceof Uint8Array) return sha256Hex(value);
    return value;
  });

/** A legal model whose bodies too read only what was written before them. */
function expectLegal(model: Model): void {
  verifyGraph(model);
  const written = new Set<TensorId>(model.graph.inputs);
  for (const info of model.graph.tensors.values()) if (info.weight !== undefined) written.add(info.id);
  for (const node of model.graph.nodes) {
    for (const id of capturedBy(node)) expect(written.has(id), `${node.id} captures ${id}`).toBe(true);
    for (const id of node.outputs) written.add(id);
  }
}

const cases = fc.record({ seed: fc.nat(), layers: fc.integer({ min: 1, max: 14 }) });

test('any edits of any graph leave a legal model, the given one as it was, and a file that reads back bit for bit', () => {
  let applied = 0;
  const refusals = new Map<string, number>();
  const property = fc.property(cases, ({ seed, layers }) => {
    const random = new Random(seed);
    let model = randomModel(random, layers);
    for (let i = 0; i < 6; i++) {
      const edit = checkEdit(JSON.parse(JSON.stringify(randomEdit(model, random))));
      const before = plain(model);
      let edited: Model;
      try {
        edited = applyEdits(model, [edit]);
      } catch (thrown) {
        if (!(thrown instanceof UserError)) throw thrown;
        expect(thrown.code).toMatch(/^edit\//);
        refusals.set(thrown.code, (refusals.get(thrown.code) ?? 0) + 1);
        continue;
      }
      applied++;
      expect(describeEdit(edit).length).toBeGreaterThan(5);
      expectLegal(edited);
      expect(plain(model)).toBe(before);
      expect(plain(applyEdits(model, [edit]))).toBe(plain(edited));
      const { model: read } = readOnnx([{ name: 'edited.onnx', bytes: writeOnnx(edited) }]);
      expect(plain(read)).toBe(plain(edited));
      model = edited;
    }
  });
  fc.assert(property, { numRuns: 400, examples: [[{ seed: 1740808909, layers: 2 }]] });
  expect(applied).toBeGreaterThan(600);
  expect(refusals.size).toBeGreaterThan(8);
});

function feedsFor(model: Model, random: Random): Map<TensorId, Tensor> {
  return new Map(
    model.graph.inputs.map((id) => {
      const { type = 'float32', shape = [] } = model.graph.tensors.get(id) ?? {};
      if (!isKnown(shape)) throw new Error(`${id} has no shape`);
      if (type === 'bool') return [id, tensorOf('bool', shape, [random.below(2)])];
      return [
        id,
        tensorOf(
          type,
          shape,
          Array.from({ length: elementCount(shape) }, () => random.normal()),
        ),
      ];
    }),
  );
}

const runner = createPlainBackend();
type Outputs = ReadonlyMap<TensorId, Tensor>;

async function run(model: Model, feeds: Outputs, taps: readonly TensorId[] = []): Promise<Outputs> {
  return (await runner.prepare(model)).run(feeds, { taps });
}

function expectEqual(actual: Outputs, expected: Outputs, names: ReadonlyMap<TensorId, TensorId> = new Map()): void {
  for (const [id, tensor] of actual) {
    const wanted = expected.get(names.get(id) ?? id);
    expect(tensor.shape).toEqual(wanted?.shape);
    const difference = firstDifference(tensor.data as Float32Array, wanted?.data as Float32Array, {
      relative: 0,
      absolute: 0,
    });
    expect(difference, id).toBeUndefined();
  }
}

test('what is extracted computes what it computed in its place', async () => {
  let ran = 0;
  const property = fc.asyncProperty(cases, async ({ seed, layers }) => {
    const random = new Random(seed);
    const model = randomModel(random, layers);
    const feeds = feedsFor(model, random);
    const everything = await run(
      model,
      feeds,
      model.graph.nodes.flatMap((n) => n.outputs),
    );
    const values = new Map([...feeds, ...everything]);
    const nodes = model.graph.nodes.filter(() => random.below(2) === 0).map((n) => n.id);
    const output = random.pick(model.graph.nodes.flatMap((n) => n.outputs));
    const inputs = [random.pick([...values.keys()])];
    const edits: readonly Edit[] = [
      { kind: 'extract', outputs: [output], inputs },
      { kind: 'extract-nodes', nodes },
    ];
    for (const edit of edits) {
      let part: Model;
      try {
        part = applyEdits(model, [edit]);
      } catch (thrown) {
        if (thrown instanceof UserError) continue;
        throw thrown;
      }
      ran++;
      const boundary = new Map(part.graph.inputs.map((id) => [id, values.get(id) as Tensor]));
      expectEqual(await run(part, boundary), values);
    }
  });
  await fc.assert(property, { numRuns: 150 });
  expect(ran).toBeGreaterThan(150);
});

test('an Identity anywhere, and taking it out again, changes no result; nor do new names', async () => {
  const property = fc.asyncProperty(cases, async ({ seed, layers }) => {
    const random = new Random(seed);
    const model = randomModel(random, layers);
    const feeds = feedsFor(model, random);
    const expected = await run(model, feeds);
    const value = random.pick(model.graph.nodes.flatMap((n) => n.outputs));
    const inserted = applyEdits(model, [{ kind: 'insert-activation', value, activation: { id: 'Identity' } }]);
    expectEqual(await run(inserted, feeds), expected);
    const old = new Set(model.graph.nodes.map((n) => n.id));
    const added = inserted.graph.nodes.filter((n) => !old.has(n.id)).map((n) => n.id);
    expect(added.length).toBe(1);
    const restored = applyEdits(inserted, [{ kind: 'remove', nodes: added }]);
    expect(plain(restored)).toBe(plain(model));

    const all = [...model.graph.tensors.keys()].filter((id) => !model.graph.inputs.includes(id));
    const renamed = applyEdits(
      model,
      all.map((id): Edit => ({ kind: 'rename-value', value: id, name: `new ${id}` })),
    );
    expectLegal(renamed);
    expectEqual(await run(renamed, feeds), expected, new Map(all.map((id) => [`new ${id}`, id])));
  });
  await fc.assert(property, { numRuns: 100 });
});

test.skipIf(!hasSharedData)(
  hasSharedData
    ? 'a real network: cut in two, the halves compute what the whole does'
    : `a real network, skipped: ${NO_SHARED_DATA}`,
  async () => {
    const name = 'resnet8_cifar10_fp32.onnx';
    const { model } = readOnnx([{ name, bytes: sharedData(`onnx-models/${name}`) }]);
    const sized = applyEdits(
      model,
      model.graph.inputs.map((input): Edit => {
        const shape = (model.graph.tensors.get(input)?.shape ?? []).map((d) => (typeof d === 'string' ? 1 : d));
        return { kind: 'set-input-shape', input, shape };
      }),
    );
    const middle = sized.graph.nodes[Math.floor(sized.graph.nodes.length / 2)]?.outputs[0] as string;
    const feeds = feedsFor(sized, new Random(1));
    const whole = await run(sized, feeds, [middle]);
    const known = () =>
      new Map<string, Pick<TensorInfo, 'type' | 'shape'>>([
        ...sized.graph.tensors,
        [middle, { type: 'float32', shape: whole.get(middle)?.shape ?? [] }],
      ]);
    const head = applyEdits(sized, [{ kind: 'extract', inputs: [], outputs: [middle] }], known);
    const tail = applyEdits(sized, [{ kind: 'extract', inputs: [middle], outputs: sized.graph.outputs }], known);
    expectEqual(await run(head, feeds), whole);
    const rest = new Map(tail.graph.inputs.map((id) => [id, (id === middle ? whole : feeds).get(id) as Tensor]));
    expectEqual(await run(tail, rest), whole);
    const bytes = (m: Model): number => [...m.weights.values()].reduce((sum, w) => sum + w.bytes.length, 0);
    expect(bytes(head)).toBeLessThan(bytes(model));
    expect(bytes(tail)).toBeLessThan(bytes(model));
  },
);
