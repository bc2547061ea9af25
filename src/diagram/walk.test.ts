import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as nets from '../test-kit/diagram-networks.ts';
import { type Diagram, type DiagramInput, type DiagramOptions, KIND } from './diagram.ts';
import { layoutSteps } from './layout-diagram.ts';
import { boxAt, boxesIn, edgeAt, edgesIn, spatialIndex } from './spatial-index.ts';
import { runThrough } from './steps.ts';
import { downstream, neighbours, tensorPath, upstream } from './walk.ts';

const draw = (input: DiagramInput, options: Partial<DiagramOptions> = {}): Diagram =>
  runThrough(layoutSteps(input, { grouping: 'blocks', expanded: [], collapseFrom: 150, ...options }));

const titles = (d: Diagram, boxes: Iterable<number>): string[] => [...boxes].map((b) => d.boxes.title[b]!);
const named = (d: Diagram, title: string): number => d.boxes.title.indexOf(title);

/** A block of two layers with a skip, then a layer beside a branch. */
function sample(options: Partial<DiagramOptions> = {}): Diagram {
  const net = new nets.DrawnNetwork();
  let x = net.chain(-1, 'Conv');
  for (let b = 0; b < 2; b++) x = net.add('Add', [net.chain(x, 'Conv', 'Conv'), x]);
  return draw(net.input(x, net.chain(x, 'MaxPool')), options);
}

describe('walks', () => {
  test('up and down along edges, left and right in the row, nearest first', () => {
    const d = sample({ grouping: 'none' });
    expect(titles(d, neighbours(d, named(d, 'add_3'), 'up'))).toEqual(['conv_2', 'conv_0']);
    expect(titles(d, neighbours(d, named(d, 'add_6'), 'down'))).toEqual(['maxpool_7', 'v6']);
    const [left, right] = ['maxpool_7', 'v6'].sort(
      (a, b) => d.boxes.rect[4 * named(d, a)]! - d.boxes.rect[4 * named(d, b)]!,
    );
    expect(titles(d, neighbours(d, named(d, left!), 'right'))).toEqual([right]);
    expect(titles(d, neighbours(d, named(d, left!), 'left'))).toEqual([]);
  });

  test('a frame is left and entered by the edges of what it holds', () => {
    const d = sample({ collapseFrom: 0, expanded: ['block:conv_1:3'] });
    const frame = d.boxes.kind.indexOf(KIND.frame);
    expect(titles(d, neighbours(d, frame, 'up'))).toEqual(['conv_0']);
    expect(titles(d, neighbours(d, frame, 'down'))).toEqual(['block 2']);
    expect(titles(d, upstream(d, frame))).toEqual(['input', 'conv_0']);
    expect(titles(d, downstream(d, frame))).toEqual(['block 2', 'maxpool_7', 'v6', 'v7']);
  });

  test('what feeds a box and what it feeds, as walking every way finds it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.integer(), fc.nat(), (count, seed, pick) => {
        let state = seed >>> 0;
        const random = () => {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          return state / 2 ** 32;
        };
        const d = draw(nets.randomNetwork(count, 8, random), { grouping: 'none' });
        const box = pick % d.boxes.count;
        const plain = (near: Int32Array, far: Int32Array): number[] => {
          const seen = new Set([box]);
          for (const b of seen) for (const [e, n] of near.entries()) if (n === b) seen.add(far[e]!);
          seen.delete(box);
          return [...seen].sort((a, b) => a - b);
        };
        expect([...upstream(d, box)]).toEqual(plain(d.edges.to, d.edges.from));
        expect([...downstream(d, box)]).toEqual(plain(d.edges.from, d.edges.to));
      }),
    );
  });

  test('the way of a tensor', () => {
    const d = sample({ grouping: 'none' });
    const { edges, boxes } = tensorPath(d, 'v0');
    expect(titles(d, boxes)).toEqual(['conv_0', 'conv_1', 'add_3']);
    expect([...edges].map((e) => d.edges.tensor[e])).toEqual(['v0', 'v0']);
    expect(tensorPath(d, 'none').edges).toHaveLength(0);
  });
});

describe('what lies where', () => {
  const d = draw(nets.inception(), { expandAll: true });
  const index = spatialIndex(d);
  const place = fc.record({
    x: fc.double({ min: -50, max: d.width + 50, noNaN: true }),
    y: fc.double({ min: -50, max: d.height + 50, noNaN: true }),
    width: fc.double({ min: 0, max: 600, noNaN: true }),
    height: fc.double({ min: 0, max: 1200, noNaN: true }),
  });

  test('boxes in an area and at a point, as looking at every box finds them', () => {
    fc.assert(
      fc.property(place, (area) => {
        const { rect } = d.boxes;
        const plain = d.boxes.id.flatMap((_, b) => {
          const [x, y, w, h] = [rect[4 * b]!, rect[4 * b + 1]!, rect[4 * b + 2]!, rect[4 * b + 3]!];
          const meets = x <= area.x + area.width && x + w >= area.x && y <= area.y + area.height && y + h >= area.y;
          return meets ? [b] : [];
        });
        expect([...boxesIn(index, d, area)]).toEqual(plain);
      }),
    );
    const conv = named(d, 'conv_8');
    const at = (dx: number, dy: number): number =>
      boxAt(index, d, d.boxes.rect[4 * conv]! + dx, d.boxes.rect[4 * conv + 1]! + dy);
    expect(at(5, 5)).toBe(conv);
    expect(at(5, -5)).toBe(d.boxes.parent[conv]);
    expect(boxAt(index, d, -10, -10)).toBe(-1);
  });

  test('edges in an area: all with a point in it', () => {
    fc.assert(
      fc.property(place, (area) => {
        const found = new Set(edgesIn(index, area));
        for (let e = 0; e < d.edges.count; e++) {
          for (let p = d.edges.pointStart[e]!; p < d.edges.pointStart[e + 1]!; p++) {
            const [x, y] = [d.edges.points[2 * p]!, d.edges.points[2 * p + 1]!];
            const inside = x >= area.x && x <= area.x + area.width && y >= area.y && y <= area.y + area.height;
            if (inside) expect(found.has(e)).toBe(true);
          }
        }
      }),
    );
  });

  test('the edge at a point of it', () => {
    const first = [d.edges.points[0]!, (d.edges.points[1]! + d.edges.points[3]!) / 2] as const;
    expect(edgeAt(index, d, first[0] + 2, first[1], 4)).toBe(0);
    expect(edgeAt(index, d, first[0] + 20, first[1], 4)).toBe(-1);
  });
});
