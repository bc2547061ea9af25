import fc from 'fast-check';
import { expect, test } from 'vitest';
import { elementCount, type Model, verifyGraph } from '../ir/index.ts';
import { testContext } from '../test-kit/context.ts';
import { type GraphBuilder, graphBuilder } from '../test-kit/graph-builder.ts';
import { expectSameOutputs } from '../test-kit/same-outputs.ts';
import { inferShapes } from './infer-shapes.ts';
import { layerCosts, totals } from './layer-costs.ts';
import { simplify } from './simplify.ts';

/** Numbers in [low, high] that depend on a seed and the index alone. */
const fill = (shape: readonly number[], seed: number, low = -1, high = 1) =>
  Float64Array.from(
    { length: elementCount(shape) },
    (_, i) => low + ((Math.imul(i + 1 + 977 * seed, 2654435761) >>> 0) / 2 ** 32) * (high - low),
  );

/** A value of four axes while a random graph is built. */
interface Made {
  readonly id: string;
  readonly shape: readonly number[];
}

type Step = { readonly kind: number; readonly from: number; readonly other: number; readonly seed: number };

const UNARY = ['Relu', 'Sigmoid', 'Neg', 'Identity', 'Tanh', 'Dropout'];
const ORDERS = [
  [0, 2, 3, 1],
  [0, 3, 1, 2],
  [0, 1, 3, 2],
  [1, 0, 2, 3],
] as const;

/** Adds a node or two to the graph; the value it gives, or `undefined` where the operands do not fit. */
function grow(b: GraphBuilder, made: readonly Made[], { kind, from, other, seed }: Step, n: number): Made | undefined {
  // Mostly what was made last: chains are what passes look for.
  const x = made[made.length - 1 - (from % Math.min(made.length, from % 5 === 0 ? 20 : 2))] as Made;
  const y = made[other % made.length] as Made;
  const channels = x.shape[1] as number;
  const same = (id: string): Made => ({ id, shape: x.shape });
  const constant = (shape: readonly number[], low = -1, high = 1) =>
    b.constant(`c${n}_${shape.join('_')}_${low}`, shape, fill(shape, seed, low, high));
  const list = (name: string, values: readonly number[]) => b.constant(`${name}${n}`, [values.length], values, 'int64');
  switch (kind % 14) {
    case 0:
      return same(b.node(UNARY[seed % UNARY.length] as string, [x.id]));
    case 1:
      return x.shape.join() === y.shape.join()
        ? same(b.node(['Add', 'Mul', 'Sub'][seed % 3] as string, [x.id, y.id]))
        : undefined;
    case 2:
      return same(
        b.node(['Add', 'Mul', 'Sub', 'Div'][seed % 4] as string, [x.id, constant([1, channels, 1, 1], 0.5, 2)]),
      );
    case 3:
      return same(b.node(['Add', 'Mul'][seed % 2] as string, [x.id, b.constant(`n${n}`, [], [seed % 2])]));
    case 4: {
      const filters = 1 + (seed % 3);
      const id = b.node('Conv', [x.id, constant([filters, channels, 1, 1])], { attributes: { kernel_shape: [1, 1] } });
      return { id, shape: [x.shape[0] as number, filters, ...x.shape.slice(2)] };
    }
    case 5: {
      const parts = ['g', 'b', 'm', 'v'].map((p, i) =>
        b.constant(`${p}${n}`, [channels], fill([channels], seed + i, 0.2, 2)),
      );
      return same(b.node('BatchNormalization', [x.id, ...parts]));
    }
    case 6: {
      const perm = ORDERS[seed % ORDERS.length] as readonly number[];
      return {
        id: b.node('Transpose', [x.id], { attributes: { perm } }),
        shape: perm.map((axis) => x.shape[axis] as number),
      };
    }
    case 7: {
      const shape = [x.shape[0], x.shape[2], x.shape[1], x.shape[3]] as number[];
      return { id: b.node('Reshape', [x.id, list('to', shape)]), shape };
    }
    case 8: {
      const back = b.node('Reshape', [b.node('Flatten', [x.id]), b.node('Shape', [x.id])]);
      return same(back);
    }
    case 9: {
      const axis = seed % 4;
      if (x.shape.some((d, i) => i !== axis && d !== y.shape[i])) return undefined;
      const shape = x.shape.map((d, i) => (i === axis ? d + (y.shape[i] as number) : d));
      return elementCount(shape) > 4000
        ? undefined
        : { id: b.node('Concat', [x.id, y.id], { attributes: { axis } }), shape };
    }
    case 10: {
      const pads = [0, 0, seed % 2, 0, 0, 0, 0, seed % 3];
      const shape = x.shape.map((d, i) => d + (pads[i] as number) + (pads[i + 4] as number));
      return elementCount(shape) > 4000 ? undefined : { id: b.node('Pad', [x.id, list('pads', pads)]), shape };
    }
    case 11: {
      const axis = seed % 4;
      const shape = x.shape.map((d, i) => (i === axis ? 1 : d));
      return { id: b.node('ReduceMean', [x.id], { attributes: { axes: [axis], keepdims: 1 } }), shape };
    }
    case 12: {
      const axis = seed % 4;
      const size = x.shape[axis] as number;
      const shape = x.shape.map((d, i) => (i === axis ? Math.max(1, size - 1) : d));
      const [first, last] = [list('first', [0]), list('last', [Math.max(1, size - 1)])];
      return { id: b.node('Slice', [x.id, first, last, list('axis', [axis])]), shape };
    }
    default:
      return same(b.node('Softmax', [x.id], { attributes: { axis: (seed % 4) - 4 } }));
  }
}

const step = fc.record({ kind: fc.nat(13), from: fc.nat(60), other: fc.nat(60), seed: fc.nat(11) });

/** A random network of up to 30 nodes on two inputs; its outputs are the last values and one in between. */
const network = fc.array(step, { minLength: 1, maxLength: 30, size: 'max' }).map((steps): Model => {
  const b = graphBuilder();
  const made: Made[] = [
    { id: b.input('x', [1, 2, 3, 4]), shape: [1, 2, 3, 4] },
    { id: b.input('z', [1, 2, 3, 4]), shape: [1, 2, 3, 4] },
  ];
  for (const [n, one] of steps.entries()) {
    const grown = grow(b, made, one, n);
    if (grown) made.push(grown);
  }
  const outputs = new Set([made.at(-1)?.id, made.at(-2)?.id, made[made.length >> 1]?.id]);
  b.output(...[...outputs].filter((id) => id !== undefined));
  return b.done();
});

test('random networks compute the same after simplification, with no more nodes and stored numbers, and stay as they are then', async () => {
  await fc.assert(
    fc.asyncProperty(network, async (model) => {
      const before = inferShapes(model, testContext());
      const { model: small, steps } = simplify(before, testContext());
      verifyGraph(small);
      await expectSameOutputs(before, small);
      expect(small.graph.nodes.length).toBeLessThanOrEqual(before.graph.nodes.length);
      expect(simplify(small, testContext()).steps).toEqual([]);
      for (const { changes } of steps) expect(changes.length).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});

test('the shapes a simplified network states are those it would infer', () => {
  fc.assert(
    fc.property(network, (model) => {
      const { model: small } = simplify(model, testContext());
      const bare = new Map(
        [...small.graph.tensors].map(([id, info]) => {
          const keeps = info.weight !== undefined || small.graph.inputs.includes(id);
          return [id, keeps ? info : { id }];
        }),
      );
      const again = inferShapes({ ...small, graph: { ...small.graph, tensors: bare } }, testContext());
      for (const [id, { type, shape }] of small.graph.tensors)
        expect(again.graph.tensors.get(id)).toMatchObject({ type, shape });
      expect(totals(again, layerCosts(again))).toEqual(totals(small));
    }),
    { numRuns: 100 },
  );
});
