import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as nets from '../test-kit/diagram-networks.ts';
import type { DiagramInput, GroupingKind } from './diagram.ts';
import { groupLayers } from './group.ts';
import { type Grouping, kindsOf } from './grouping.ts';
import { deepFirstOrder, indexGraph } from './index-graph.ts';
import { occurrences, repeatedRegions } from './repeats.ts';
import { passing } from './segments.ts';
import { runThrough } from './steps.ts';

const grouped = (input: DiagramInput, kind: GroupingKind = 'blocks'): Grouping => runThrough(groupLayers(input, kind));

/** 'block 1: 2 Conv, 1 Add ×3', indented by depth. */
const listed = (g: Grouping): string[] =>
  Array.from(
    { length: g.count },
    (_, i) => `${'  '.repeat(g.depth[i]!)}${g.title[i]}: ${g.subtitle[i]} ×${g.repeats[i]}`,
  );

const outermost = (g: Grouping, word: RegExp): string[] =>
  listed(g).filter((_, i) => g.depth[i] === 0 && word.test(g.title[i]!));

/** Any acyclic network, with scopes from a small tree in no order. */
const networks = fc
  .record({
    count: fc.integer({ min: 1, max: 60 }),
    reach: fc.integer({ min: 1, max: 12 }),
    seed: fc.integer(),
    ops: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ count, reach, seed, ops }) => {
    const random = randomFrom(seed);
    const input = nets.randomNetwork(count, reach, random, ops);
    const scopes = ['', 'a', 'a/b', 'a/c', 'd', 'd/e', 'd/e/f'];
    const nodes = input.nodes.map((node) => ({ ...node, scope: scopes[Math.floor(random() * scopes.length)]! }));
    return { ...input, nodes };
  });

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Members of each group; consumers of each node. The plain way. */
const membersOf = (g: Grouping, i: number): number[] => [...g.order.subarray(g.start[i]!, g.end[i]!)];

function consumersOf(input: DiagramInput): number[][] {
  const consumers = input.nodes.map((): number[] => []);
  for (const v of input.values) if (v.from >= 0 && v.to >= 0) consumers[v.from]!.push(v.to);
  return consumers;
}

/** Whether a way leaves the members and comes back: walks on from every consumer outside. */
function leavesAndReturns(members: ReadonlySet<number>, consumers: readonly (readonly number[])[]): boolean {
  const seen = new Set<number>();
  const stack = [...members].flatMap((m) => consumers[m]!.filter((c) => !members.has(c)));
  for (let v = stack.pop(); v !== undefined; v = stack.pop()) {
    if (members.has(v)) return true;
    if (seen.has(v)) continue;
    seen.add(v);
    stack.push(...consumers[v]!);
  }
  return false;
}

/** Layers and inner links of a group, written out. */
function written(input: DiagramInput, g: Grouping, i: number, kind: Int32Array): string {
  const members = membersOf(g, i);
  const place = new Map(members.map((m, at) => [m, at]));
  const links = input.values.flatMap((v) => {
    const from = place.get(v.from);
    const to = place.get(v.to);
    return from === undefined || to === undefined ? [] : [`${from}>${to}`];
  });
  return `${members.map((m) => kind[m]).join(' ')} | ${[...new Set(links)].sort().join(' ')}`;
}

describe('any network', () => {
  test.each(['blocks', 'scope'] as const)('by %s: groups are convex, nested, and of two layers or more', (kind) => {
    fc.assert(
      fc.property(networks, (input) => {
        const g = grouped(input, kind);
        const consumers = consumersOf(input);
        for (let i = 0; i < g.count; i++) {
          const members = new Set(membersOf(g, i));
          expect(members.size).toBeGreaterThan(1);
          expect(leavesAndReturns(members, consumers)).toBe(false);
          const outer = g.parent[i]!;
          if (outer >= 0) expect(g.start[outer]! <= g.start[i]! && g.end[i]! <= g.end[outer]!).toBe(true);
        }
        expect(new Set(g.id).size).toBe(g.count);
      }),
      { numRuns: 150 },
    );
  });

  test('groups count as repeats exactly when they are the same written out', () => {
    fc.assert(
      fc.property(networks, (input) => {
        const g = grouped(input);
        const { kind } = runThrough(kindsOf(input.nodes));
        const texts = Array.from({ length: g.count }, (_, i) => written(input, g, i, kind));
        for (let i = 0; i < g.count; i++) {
          expect(g.repeats[i]).toBe(texts.filter((text) => text === texts[i]).length);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('values that pass a gap are counted as the plain count counts them', () => {
    fc.assert(
      fc.property(networks, ({ nodes, values }) => {
        const inner = values.filter((v) => v.from >= 0 && v.to >= 0);
        const producers = nodes.map((_, p) => [...new Set(inner.filter((v) => v.to === p).map((v) => v.from))]);
        const start = new Uint32Array(nodes.length + 1);
        producers.forEach((list, p) => {
          start[p + 1] = start[p]! + list.length;
        });
        const none = new Int32Array(nodes.length);
        const lists = { start, item: Int32Array.from(producers.flat()) };
        const passes = passing({ count: nodes.length, kind: none, exact: none, producers: lists });
        // Networks this small have no value that is used everywhere.
        const plain = nodes.slice(1).map((_, gap) => {
          const live = inner.filter((v) => v.from <= gap && v.to > gap).map((v) => v.from);
          return new Set(live).size;
        });
        const everywhere = nodes.some((_, p) => {
          const uses = inner.filter((v) => v.from === p).map((v) => v.to);
          return new Set(uses).size > 2 && Math.max(...uses) - Math.min(...uses) > 48;
        });
        if (!everywhere) expect([...passes]).toEqual(plain);
      }),
    );
  });
});

describe('order', () => {
  test('is topological; a cycle has an order too', () => {
    fc.assert(
      fc.property(networks, (input) => {
        const { position } = grouped(input);
        for (const v of input.values)
          if (v.from >= 0 && v.to >= 0) expect(position[v.from]!).toBeLessThan(position[v.to]!);
      }),
    );
    const ring = indexGraph(3, Int32Array.of(0, 1, 2), Int32Array.of(1, 2, 0));
    expect([...runThrough(deepFirstOrder(ring))].sort()).toEqual([0, 1, 2]);
  });
});

describe('words', () => {
  const classes = fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 40 });

  test('every place of a word is found, without overlaps', () => {
    fc.assert(
      fc.property(classes, fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 4 }), (all, word) => {
        const plain: number[] = [];
        for (let i = 0; i + word.length <= all.length; i++) {
          if (word.some((c, k) => all[i + k] !== c)) continue;
          plain.push(i);
          i += word.length - 1;
        }
        expect(occurrences(all, word)).toEqual(plain);
      }),
    );
  });

  test('regions repeat with their period, and are as long as they can be', () => {
    fc.assert(
      fc.property(classes, (all) => {
        for (const { from, period, length } of repeatedRegions(all)) {
          expect(length).toBeGreaterThanOrEqual(2 * period);
          for (let i = from; i + period < from + length; i++) expect(all[i]).toBe(all[i + period]);
          expect(all[from - 1] === all[from - 1 + period] && from > 0).toBe(false);
          expect(from + length < all.length && all[from + length] === all[from + length - period]).toBe(false);
        }
      }),
    );
  });
});

describe('by scope', () => {
  test('a scope is in one piece where the order allows it', () => {
    const net = new nets.DrawnNetwork();
    const a = net.add('Conv', [-1], 'Conv', '', 'left');
    const b = net.add('Conv', [-1], 'Conv', '', 'right');
    const c = net.add('Relu', [a], 'Relu', '', 'left');
    const d = net.add('Relu', [b], 'Relu', '', 'right');
    const g = grouped(net.input(net.add('Add', [c, d])), 'scope');
    expect([...g.title]).toEqual(['left', 'right']);
    expect([0, 1].map((i) => membersOf(g, i))).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });

  test('a scope that others need in between is in two pieces', () => {
    const net = new nets.DrawnNetwork();
    const scoped = (op: string, from: number[], scope: string): number => net.add(op, from, op, '', scope);
    const a = scoped('Relu', [scoped('Conv', [-1], 'a')], 'a');
    const b = scoped('Relu', [scoped('Conv', [a], 'b')], 'b');
    const g = grouped(net.input(scoped('Relu', [scoped('Conv', [b], 'a')], 'a')), 'scope');
    expect([...g.title]).toEqual(['a', 'b', 'a (2)']);
    expect([...g.id]).toEqual(['scope:a', 'scope:b', 'scope:a#2']);
  });
});

describe('blocks of known networks, without names', () => {
  test('residual network: 16 blocks in 4 stages', () => {
    const g = grouped(nets.resNet50());
    expect(listed(g).slice(0, 6)).toEqual([
      'stage 1: 10 Conv, 3 Add ×2',
      '  block 1: 4 Conv, 1 Add ×4',
      '  block 2: 3 Conv, 1 Add ×12',
      '  block 3: 3 Conv, 1 Add ×12',
      'stage 2: 13 Conv, 4 Add ×1',
      '  block 4: 4 Conv, 1 Add ×4',
    ]);
    expect(g.title.filter((t) => t.startsWith('block'))).toHaveLength(16);
    expect(outermost(g, /stage/)).toHaveLength(4);
  });

  test('inverted residuals: also those without a skip', () => {
    const g = grouped(nets.mobileNetV2());
    expect(g.title.filter((t) => t.startsWith('block'))).toHaveLength(16);
    expect(listed(g).slice(0, 3)).toEqual([
      'stage 1: 4 Conv, 2 Depthwise, 1 Add ×1',
      '  block 1: 2 Conv, 1 Depthwise ×6',
      '  block 2: 2 Conv, 1 Depthwise, 1 Add ×10',
    ]);
  });

  test('inception modules', () => {
    const g = grouped(nets.inception());
    expect(listed(g).filter((line) => line.endsWith('6 Conv, 1 Concat ×9'))).toHaveLength(9);
  });

  test('fire modules, with their squeeze', () => {
    const g = grouped(nets.squeezeNet());
    expect(g.title.filter((t) => t.startsWith('block'))).toHaveLength(8);
    expect(listed(g)[1]).toBe('  block 1: 3 Conv, 1 Concat ×8');
  });

  test('encoder layers, though every one takes the same mask', () => {
    const g = grouped(nets.transformer(6));
    expect(outermost(g, /block/)).toEqual(Array.from({ length: 6 }, (_, i) => `block ${i + 1}: 8 MatMul, 9 Add ×6`));
    expect(listed(g)[1]).toBe('  block 1.1: 6 MatMul, 6 Add ×6');
  });

  test('levels of a network with skips to its mirror', () => {
    const g = grouped(nets.uNet());
    expect(outermost(g, /block/).filter((line) => line.endsWith('2 Conv ×3'))).toHaveLength(3);
    expect(outermost(g, /block/).filter((line) => line.endsWith('1 ConvTranspose, 1 Concat ×3'))).toHaveLength(3);
  });

  test('a chain of depthwise and pointwise layers', () => {
    expect(listed(grouped(nets.mobileNetV1()))).toEqual(
      Array.from({ length: 13 }, (_, i) => `block ${i + 1}: 1 Conv, 1 Depthwise ×13`),
    );
  });

  test('many equal blocks in a row are put together', () => {
    const g = grouped(nets.diamonds(1000));
    expect(outermost(g, /blocks/).slice(0, 2)).toEqual([
      'blocks 1–32: 64 Conv, 32 Add ×6',
      'blocks 33–64: 64 Conv, 32 Add ×6',
    ]);
  });

  test('a network of one layer, and of none', () => {
    const net = new nets.DrawnNetwork();
    expect(grouped(net.input(net.add('Conv', [-1]))).count).toBe(0);
    expect(grouped({ nodes: [], values: [], inputs: [], outputs: [] }).count).toBe(0);
  });
});
