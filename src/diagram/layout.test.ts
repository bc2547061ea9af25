import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as nets from '../test-kit/diagram-networks.ts';
import { type Diagram, type DiagramInput, type DiagramOptions, KIND } from './diagram.ts';
import { layoutDiagram, layoutSteps } from './layout-diagram.ts';
import { runThrough } from './steps.ts';

const draw = (input: DiagramInput, options: Partial<DiagramOptions> = {}): Diagram =>
  runThrough(layoutSteps(input, { grouping: 'blocks', expanded: [], collapseFrom: 150, ...options }));

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const drawings = fc
  .record({
    count: fc.integer({ min: 1, max: 80 }),
    reach: fc.integer({ min: 1, max: 40 }),
    seed: fc.integer(),
    ops: fc.integer({ min: 1, max: 4 }),
    grouping: fc.constantFrom('blocks' as const, 'scope' as const, 'none' as const),
    collapseFrom: fc.constantFrom(0, 10, 30, 150),
  })
  .map(({ count, reach, seed, ops, grouping, collapseFrom }) => {
    const random = randomFrom(seed);
    const input = nets.randomNetwork(count, reach, random, ops);
    const scopes = ['', 'a', 'a/b', 'a/c', 'd', 'd/e', 'd/e/f'];
    const nodes = input.nodes.map((node) => ({ ...node, scope: scopes[Math.floor(random() * scopes.length)]! }));
    return { input: { ...input, nodes }, options: { grouping, collapseFrom } };
  });

const rectOf = ({ boxes }: Diagram, b: number) => {
  const [x = 0, y = 0, width = 0, height = 0] = boxes.rect.subarray(4 * b, 4 * b + 4);
  return { x, y, width, height, right: x + width, bottom: y + height };
};

const isAround = ({ boxes }: Diagram, frame: number, box: number): boolean => {
  for (let b = boxes.parent[box]!; b >= 0; b = boxes.parent[b]!) if (b === frame) return true;
  return false;
};

const pointsOf = ({ edges }: Diagram, e: number): [number, number][] =>
  Array.from({ length: edges.pointStart[e + 1]! - edges.pointStart[e]! }, (_, k) => {
    const p = 2 * (edges.pointStart[e]! + k);
    return [edges.points[p]!, edges.points[p + 1]!];
  });

const boxNamed = ({ boxes }: Diagram, id: string): number => boxes.id.indexOf(id);

function expectNoOverlap(d: Diagram): void {
  const rects = d.boxes.id.map((_, b) => rectOf(d, b));
  const wrong: string[] = [];
  rects.forEach((ra, a) => {
    for (let b = a + 1; b < rects.length; b++) {
      const rb = rects[b]!;
      const apart = ra.right <= rb.x || rb.right <= ra.x || ra.bottom <= rb.y || rb.bottom <= ra.y;
      const within = rb.x > ra.x && rb.right < ra.right && rb.y > ra.y && rb.bottom < ra.bottom;
      if (apart ? isAround(d, a, b) : !(within && isAround(d, a, b))) wrong.push(`${d.boxes.id[a]}, ${d.boxes.id[b]}`);
    }
    if (ra.x < 0 || ra.y < 0 || ra.right > d.width || ra.bottom > d.height) wrong.push(`${d.boxes.id[a]} outside`);
  });
  expect(wrong).toEqual([]);
}

/** Edges begin at the lower edge of their box, end at the upper edge of the other, and never go up. */
function expectEdgesDown(d: Diagram): void {
  const wrong: string[] = [];
  for (let e = 0; e < d.edges.count; e++) {
    const points = pointsOf(d, e);
    const from = rectOf(d, d.edges.from[e]!);
    const to = rectOf(d, d.edges.to[e]!);
    const [x0, y0] = points[0] ?? [Number.NaN, Number.NaN];
    const [x1, y1] = points.at(-1) ?? [Number.NaN, Number.NaN];
    const onBoxes = y0 === from.bottom && y1 === to.y && x0 > from.x && x0 < from.right && x1 > to.x && x1 < to.right;
    const down = points.every(([, y], k) => k === 0 || y >= points[k - 1]![1]);
    const inside = points.every(([x, y]) => x >= 0 && x <= d.width && y >= 0 && y <= d.height);
    if (!(onBoxes && down && inside && points.length > 1)) wrong.push(`edge ${e}: ${points.join(' ')}`);
  }
  expect(wrong).toEqual([]);
}

/** No edge runs through a box: checked on the straight pieces, which are all that lies beside boxes. */
function expectEdgesBesideBoxes(d: Diagram): void {
  const rects = d.boxes.id.map((_, b) => rectOf(d, b)).filter((_, b) => d.boxes.kind[b] !== KIND.frame);
  const wrong: string[] = [];
  for (let e = 0; e < d.edges.count; e++) {
    const points = pointsOf(d, e);
    for (let k = 1; k < points.length; k++) {
      const [x0, y0] = points[k - 1]!;
      const [x1, y1] = points[k]!;
      if (x0 !== x1 && y0 !== y1) continue;
      const right = Math.max(x0, x1);
      const left = Math.min(x0, x1);
      if (rects.some((r) => right > r.x && left < r.right && y1 > r.y && y0 < r.bottom)) wrong.push(`edge ${e}`);
    }
  }
  expect(wrong).toEqual([]);
}

function expectWhole(d: Diagram, input: DiagramInput): void {
  const seen = new Int32Array(input.nodes.length);
  for (let b = 0; b < d.boxes.count; b++) {
    const members = d.boxes.members.subarray(d.boxes.memberStart[b]!, d.boxes.memberStart[b + 1]!);
    if (d.boxes.kind[b] === KIND.frame) continue;
    for (const m of members) {
      seen[m]!++;
      expect(d.boxOfNode[m]).toBe(b);
    }
  }
  expect(seen.every((n) => n === 1)).toBe(true);
  const lifted = new Set(
    input.values.flatMap((v) => {
      const from = v.from < 0 ? boxNamed(d, `in:${v.tensor}`) : d.boxOfNode[v.from]!;
      const to = v.to < 0 ? boxNamed(d, `out:${v.tensor}`) : d.boxOfNode[v.to]!;
      return from === to ? [] : [`${from} ${to} ${v.tensor}`];
    }),
  );
  const drawn = Array.from(
    { length: d.edges.count },
    (_, e) => `${d.edges.from[e]} ${d.edges.to[e]} ${d.edges.tensor[e]}`,
  );
  expect(new Set(drawn)).toEqual(lifted);
  expect(drawn).toHaveLength(lifted.size);
}

describe('any network', () => {
  test('boxes do not overlap and lie in their frames; edges go down beside them; every layer is in one box', () => {
    fc.assert(
      fc.property(drawings, ({ input, options }) => {
        const d = draw(input, options);
        expectNoOverlap(d);
        expectEdgesDown(d);
        expectEdgesBesideBoxes(d);
        expectWhole(d, input);
      }),
      { numRuns: 200 },
    );
  });

  test('the same input gives the same drawing', () => {
    fc.assert(
      fc.property(drawings, ({ input, options }) => {
        expect(draw(input, options)).toEqual(draw(structuredClone(input), options));
      }),
      { numRuns: 30 },
    );
  });

  test('expanding and collapsing lead back; expanding all is expanding each', () => {
    fc.assert(
      fc.property(drawings, ({ input, options: { grouping } }) => {
        const closed = draw(input, { grouping, collapseFrom: 0 });
        const all = draw(input, { grouping, expandAll: true });
        const ids = all.groups.map((g) => g.id);
        expect(draw(input, { grouping, collapseFrom: 0, expanded: ids })).toEqual(all);
        expect(draw(input, { grouping, collapseFrom: 1e9 })).toEqual(all);
        expect(draw(input, { grouping, collapseFrom: 1e9, collapsed: ids })).toEqual(closed);
      }),
      { numRuns: 40 },
    );
  });

  test('expanding one group leaves the order of the boxes around it', () => {
    fc.assert(
      fc.property(drawings, fc.nat(), ({ input, options: { grouping } }, pick) => {
        const before = draw(input, { grouping, collapseFrom: 0 });
        if (before.groups.length === 0) return;
        const id = before.groups[pick % before.groups.length]!.id;
        const after = draw(input, { grouping, collapseFrom: 0, expanded: [id] });
        const outer = before.boxes.id.map((box) => [boxNamed(before, box), boxNamed(after, box)] as const);
        for (const [a0, a1] of outer) {
          for (const [b0, b1] of outer) {
            const [ra, rb] = [rectOf(before, a0), rectOf(before, b0)];
            if (ra.y > rb.bottom || rb.y > ra.bottom || ra.x >= rb.x) continue;
            expect(rectOf(after, a1).x).toBeLessThan(rectOf(after, b1).x);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** Boxes as 'title x,y', edges as 'from → to: points'. */
function golden(d: Diagram): string[] {
  const boxes = d.boxes.title.map((title, b) => {
    const { x, y, width, height } = rectOf(d, b);
    return `${title} ${x},${y}${d.boxes.kind[b] === KIND.frame ? ` ${width}×${height}` : ''}`;
  });
  const edges = Array.from({ length: d.edges.count }, (_, e) => {
    const ends = `${d.boxes.title[d.edges.from[e]!]} → ${d.boxes.title[d.edges.to[e]!]}`;
    return `${ends}: ${pointsOf(d, e)
      .map((p) => p.join(','))
      .join(' ')}`;
  });
  return [...boxes, ...edges];
}

describe('small drawings', () => {
  test('a chain is straight', () => {
    const net = new nets.DrawnNetwork();
    expect(golden(draw(net.input(net.chain(-1, 'Conv', 'Relu'))))).toEqual([
      'input 0,0',
      'conv_0 0,58',
      'relu_1 0,130',
      'v1 0,202',
      'input → conv_0: 94,24 94,58',
      'conv_0 → relu_1: 94,96 94,130',
      'relu_1 → v1: 94,168 94,202',
    ]);
  });

  test('a skip runs beside the main path, a short branch near where it ends', () => {
    const net = new nets.DrawnNetwork();
    const main = net.chain(-1, 'Conv');
    const deep = net.chain(main, 'Conv', 'Conv');
    const side = net.add('Add', [deep, net.chain(main, 'Conv')]);
    expect(golden(draw(net.input(net.add('Add', [side, main]))))).toMatchInlineSnapshot(`
      [
        "input 0,0",
        "conv_0 0,58",
        "conv_1 0,130",
        "conv_2 0,202",
        "conv_3 214,202",
        "add_4 0,274",
        "add_5 0,346",
        "v5 0,418",
        "input → conv_0: 94,24 94,58",
        "conv_0 → conv_1: 94,96 94,130",
        "conv_1 → conv_2: 94,168 94,202",
        "conv_0 → conv_3: 94,96 203,130 203,168 308,202",
        "conv_2 → add_4: 94,240 94,274",
        "conv_3 → add_4: 308,240 110,274",
        "add_4 → add_5: 94,312 94,346",
        "conv_0 → add_5: 94,96 417,130 417,312 110,346",
        "add_5 → v5: 94,384 94,418",
      ]
    `);
  });

  test('an expanded block is a frame around its layers, and lines cross its edges', () => {
    const net = new nets.DrawnNetwork();
    let x = net.chain(-1, 'Conv');
    for (let b = 0; b < 2; b++) x = net.add('Add', [net.chain(x, 'Conv', 'Conv'), x]);
    const d = draw(net.input(x), { collapseFrom: 0, expanded: ['block:conv_1:3'] });
    expect(golden(d)).toMatchInlineSnapshot(`
      [
        "input 13,0",
        "conv_0 13,58",
        "block 1 0,130 228×234",
        "conv_1 13,170",
        "conv_2 13,242",
        "add_3 13,314",
        "block 2 13,398",
        "v6 13,470",
        "input → conv_0: 107,24 107,58",
        "conv_0 → conv_1: 107,96 107,170",
        "conv_1 → conv_2: 107,208 107,242",
        "conv_2 → add_3: 107,280 107,314",
        "conv_0 → add_3: 107,96 107,130 216,170 216,280 123,314",
        "add_3 → block 2: 107,352 107,398",
        "block 2 → v6: 107,436 107,470",
      ]
    `);
    expect(d.groups.map(({ title, subtitle, expanded, repeats }) => [title, subtitle, expanded, repeats])).toEqual([
      ['block 1', '2 Conv, 1 Add', true, 2],
      ['block 2', '2 Conv, 1 Add', false, 2],
    ]);
  });
});

describe('what is asked', () => {
  const resNet = nets.resNet50();

  test('at most as many boxes as allowed are open by themselves', () => {
    const seen = (collapseFrom: number): number => {
      const { kind } = draw(resNet, { collapseFrom }).boxes;
      return kind.filter((k) => k === KIND.layer || k === KIND.group).length;
    };
    expect([0, 30, 150].map(seen)).toEqual([10, 22, 122]);
  });

  test('a node that is to be seen opens the groups around it', () => {
    const d = draw(resNet, { collapseFrom: 0, reveal: [60] });
    expect(d.boxes.kind[d.boxOfNode[60]!]).toBe(KIND.layer);
    expect(d.groups.filter((g) => g.expanded).map((g) => g.title)).toEqual(['stage 3', 'block 8']);
  });

  test('tensors between the same boxes: one edge each', () => {
    const net = new nets.DrawnNetwork();
    const a = net.add('Split', [-1]);
    const input = net.input(net.add('Add', [a, a]));
    const values = [...input.values, { from: 0, to: 1, tensor: 'other', label: '' }];
    const d = draw({ ...input, values });
    expect(d.edges.tensor.filter((_, e) => d.edges.from[e] === d.boxOfNode[0])).toEqual(['v0', 'other']);
    expect(d.edges.bytes[d.edges.tensor.indexOf('other')]).toBeNaN();
  });

  test('an input that is an output, a network without inputs, and none at all', () => {
    const through = { from: -1, to: -1, tensor: 'x', label: '' };
    const straight = draw({ nodes: [], values: [through], inputs: ['x'], outputs: ['x'] });
    expect([straight.boxes.count, straight.edges.count]).toEqual([2, 1]);
    const net = new nets.DrawnNetwork();
    expect(draw({ ...net.input(net.add('Constant', [])), inputs: [] }).boxes.count).toBe(2);
    expect(draw({ nodes: [], values: [], inputs: [], outputs: [] })).toMatchObject({ width: 0, height: 0 });
  });

  test('an edge that closes a cycle is there without a place', () => {
    const net = new nets.DrawnNetwork();
    const input = net.input(net.chain(-1, 'Conv', 'Relu', 'Conv'));
    const d = draw({ ...input, values: [...input.values, { from: 2, to: 0, tensor: 'back', label: '' }] });
    const back = d.edges.tensor.indexOf('back');
    expect(pointsOf(d, back)).toEqual([]);
    expectNoOverlap(d);
  });
});

describe('large drawings', () => {
  const large = nets.diamonds(8000);
  const options = { grouping: 'none', expanded: [], collapseFrom: 150 } as const;

  test('the upper end comes first, then all', async () => {
    const partial: Diagram[] = [];
    const whole = await layoutDiagram(large, options, { onPartial: (d) => partial.push(d) });
    expect(partial.map((d) => [d.partial, d.boxes.count])).toEqual([[true, 300]]);
    expect(whole.partial).toBe(false);
    expect(whole.boxes.count).toBe(8002);
    expectNoOverlap(partial[0]!);
    expectEdgesDown(partial[0]!);
  });

  test('a fired signal ends it at the next pause', async () => {
    const stop = new AbortController();
    let pauses = 0;
    const pause = async () => {
      if (++pauses === 5) stop.abort();
    };
    await expect(layoutDiagram(large, options, { signal: stop.signal, pause })).rejects.toThrow('Cancelled');
    expect(pauses).toBe(5);
  });

  test('one value for thousands: rows are wrapped, and long links run beside them', () => {
    const d = draw(nets.fan(1000));
    expect(d.width).toBeLessThan(30_000);
    expect(d.height).toBeGreaterThan(500);
    expectEdgesDown(d);
  });

  test('a link over thousands of rows needs a few points', () => {
    const net = new nets.DrawnNetwork();
    const first = net.add('Conv', [-1]);
    const last = net.chain(first, ...new Array<string>(3000).fill('Relu'));
    const d = draw(net.input(net.add('Add', [last, first])), { grouping: 'none' });
    const skip = d.edges.to.findIndex(
      (b, e) => d.boxes.title[b] === 'add_3001' && d.boxes.title[d.edges.from[e]!] === 'conv_0',
    );
    expect(pointsOf(d, skip).length).toBeLessThan(10);
    expect(d.edges.points.length).toBeLessThan(5 * 3004);
    expectEdgesDown(d);
  });
});
