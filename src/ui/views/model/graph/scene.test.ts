import fc from 'fast-check';
import { expect, test } from 'vitest';
import { gridDiagram, groupedDiagram } from './fixture-diagram.ts';
import { drawingFor } from './fixture-drawing.ts';
import { anchorBetween, boxAt, boxesIn, edgeAt, edgesIn, rectOf, sceneOf, toggleAt, togglePlace } from './scene.ts';
import { reachOf, stepFrom } from './walk.ts';
import { boxInWords } from './words.ts';

const { input, diagram } = groupedDiagram();
const scene = sceneOf(diagram);
const box = (id: string): number => scene.boxOfId.get(id) as number;

test('every piece of an edge is upright or level, and edges keep their ends', () => {
  const dense = sceneOf(gridDiagram(6, 5, 3, 2).diagram);
  for (const { start, points, diagram: drawn } of [scene, dense]) {
    for (let e = 0; e < drawn.edges.count; e++) {
      const [first, last] = [start[e] as number, (start[e + 1] as number) - 1];
      for (let k = first + 1; k <= last; k++) {
        const [ax, ay, bx, by] = points.subarray(2 * k - 2, 2 * k + 2);
        expect(ax === bx || ay === by).toBe(true);
      }
      const given = drawn.edges.points.subarray(
        2 * (drawn.edges.pointStart[e] as number),
        2 * (drawn.edges.pointStart[e + 1] as number),
      );
      expect([...points.subarray(2 * first, 2 * first + 2)]).toEqual([...given.subarray(0, 2)]);
      expect([...points.subarray(2 * last, 2 * last + 2)]).toEqual([...given.subarray(-2)]);
    }
  }
});

test('an edge without points is drawn nowhere', () => {
  const { diagram: given } = gridDiagram(2, 1);
  const none = sceneOf({
    ...given,
    edges: { ...given.edges, pointStart: Uint32Array.of(0, 0), points: new Float32Array() },
  });
  expect(edgesIn(none.edgeBounds, { x: -1e6, y: -1e6, width: 2e6, height: 2e6 })).toEqual([]);
  expect(edgeAt(none, 94, 50, 1e6)).toBe(-1);
});

test('what is found on a part of the drawing is what lies there', () => {
  const grid = gridDiagram(20, 20, 2, 3);
  const many = sceneOf(grid.diagram);
  const rects = fc.record({
    x: fc.integer({ min: -500, max: 5000 }),
    y: fc.integer({ min: -500, max: 2000 }),
    width: fc.integer({ min: 0, max: 1500 }),
    height: fc.integer({ min: 0, max: 900 }),
  });
  fc.assert(
    fc.property(rects, (seen) => {
      const found = new Set(boxesIn(grid.diagram.boxes.rect, seen, 0));
      for (let i = 0; i < grid.diagram.boxes.count; i++) {
        const { x, y, width, height } = rectOf(grid.diagram, i);
        const apart = x > seen.x + seen.width || y > seen.y + seen.height || x + width < seen.x || y + height < seen.y;
        expect(found.has(i)).toBe(!apart);
      }
      const edges = new Set(edgesIn(many.edgeBounds, seen));
      for (let e = 0; e < grid.diagram.edges.count; e++) {
        const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = many.edgeBounds.subarray(4 * e, 4 * e + 4);
        const apart = x0 > seen.x + seen.width || y0 > seen.y + seen.height || x1 < seen.x || y1 < seen.y;
        expect(edges.has(e)).toBe(!apart);
      }
    }),
    { numRuns: 50 },
  );
});

test('a point belongs to the innermost box; a frame answers by its header only', () => {
  const at = (id: string): readonly [number, number] => {
    const { x, y, width, height } = rectOf(diagram, box(id));
    return [x + width / 2, y + height / 2];
  };
  for (const id of ['in', 'conv', 'a', 'b', 'closed']) expect(boxAt(diagram, ...at(id))).toBe(box(id));
  const frame = rectOf(diagram, box('open'));
  expect(boxAt(diagram, frame.x + 80, frame.y + 10)).toBe(box('open'));
  expect(boxAt(diagram, frame.x + 4, frame.y + 60)).toBe(-1);
});

test('signs are found where they are drawn, of blocks only', () => {
  for (const id of ['open', 'closed']) {
    const [x = 0, y = 0] = togglePlace(diagram, box(id)) ?? [];
    expect(toggleAt(diagram, x + 3, y - 3, 8)).toBe(box(id));
  }
  expect(togglePlace(diagram, box('a'))).toBeUndefined();
  expect(toggleAt(diagram, 106, rectOf(diagram, box('a')).y + 19, 8)).toBe(-1);
});

test('the toggled block stays where it is in the next layout, else what is in the middle', () => {
  const next = sceneOf({
    ...diagram,
    boxes: { ...diagram.boxes, rect: diagram.boxes.rect.map((v, i) => (i % 4 === 1 ? v + 500 : v)) },
  });
  const screen = { width: 400, height: 300 };
  const anchor = anchorBetween(scene, next, { x: 0, y: 0, scale: 1 }, screen, 'closed');
  const { x, y, width } = rectOf(diagram, box('closed'));
  expect(anchor).toEqual({ was: [x + width / 2, y], is: [x + width / 2, y + 500] });
  const middle = anchorBetween(scene, next, { x: 200, y: 150, scale: 1 }, screen, undefined);
  expect(middle?.was).toEqual([94, 0]);
  const other = sceneOf({ ...diagram, boxes: { ...diagram.boxes, id: diagram.boxes.id.map((id) => `other ${id}`) } });
  expect(anchorBetween(scene, other, { x: 0, y: 0, scale: 1 }, screen, 'closed')).toBeUndefined();
});

test('arrows walk along edges and beside', () => {
  const step = (id: string, key: Parameters<typeof stepFrom>[2]): string | undefined =>
    diagram.boxes.id[stepFrom(scene, box(id), key)];
  expect(diagram.boxes.id[stepFrom(scene, -1, 'ArrowDown')]).toBe('in');
  expect(step('in', 'ArrowDown')).toBe('conv');
  expect(step('conv', 'ArrowDown')).toBe('a');
  expect(step('a', 'ArrowUp')).toBe('conv');
  expect(step('closed', 'ArrowDown')).toBe('closed');
  expect(step('open', 'ArrowDown')).toBe('a');
  expect(step('open', 'ArrowUp')).toBe('conv');
  const grid = sceneOf(gridDiagram(2, 3).diagram);
  expect(stepFrom(grid, 1, 'ArrowRight')).toBe(2);
  expect(stepFrom(grid, 1, 'ArrowLeft')).toBe(0);
  expect(stepFrom(grid, 2, 'ArrowRight')).toBe(2);
  expect(stepFrom(grid, 1, 'ArrowDown')).toBe(4);
});

test('upstream and downstream hold all that is reached, also round a cycle', () => {
  expect([...reachOf(input.values, [2], 'upstream')].sort()).toEqual([0, 1, 2]);
  expect([...reachOf(input.values, [2], 'downstream')].sort()).toEqual([2, 3, 4]);
  const cycle = [
    { from: 0, to: 1 },
    { from: 1, to: 0 },
  ];
  expect([...reachOf(cycle, [0], 'downstream')].sort()).toEqual([0, 1]);
});

test('a box is said in words: what it is, its figure, what it is joined to', () => {
  const drawing = drawingFor(
    input,
    diagram,
    new Map([
      ['a', 0.02],
      ['conv', 0.06],
    ]),
  );
  expect(boxInWords(drawing, box('a'))).toBe('a. Conv. Latency 20.0\u202fms, 25\u202f%. From conv. To b');
  expect(boxInWords(drawing, box('closed'))).toBe('closed. Closed block of 2 layers. 1 Conv, 1 Relu. From b');
  expect(boxInWords(drawing, box('open'))).toBe('open. Open block of 2 layers. Latency 20.0\u202fms, 25\u202f%');
  expect(boxInWords(drawing, box('in'))).toBe('in. Input. To conv');
});
