import type { Diagram, DiagramInput } from '../../../../diagram/index.ts';
import { FRAME, GROUP, HEADER, INPUT, LAYER } from './scene.ts';

const WIDTH = 188;
const HEIGHT = 38;
const GAP_X = 26;
const GAP_Y = 34;

/** For tests and measurements: `rows` × `columns` layers, each joined to `fan` boxes of the next row, `apart` columns apart. */
export function gridDiagram(
  rows: number,
  columns: number,
  fan = 1,
  apart = 1,
): { readonly input: DiagramInput; readonly diagram: Diagram } {
  const count = rows * columns;
  const all = Array.from({ length: count }, (_, i) => i);
  const ids = all.map((i) => `conv2d_${i}`);
  const rect = Float32Array.from(
    all.flatMap((i) => [(i % columns) * (WIDTH + GAP_X), Math.floor(i / columns) * (HEIGHT + GAP_Y), WIDTH, HEIGHT]),
  );
  const links = all.flatMap((from) =>
    Array.from({ length: from + columns < count ? fan : 0 }, (_, k) => ({
      from,
      to: (Math.floor(from / columns) + 1) * columns + ((from + k * apart) % columns),
    })),
  );
  const input: DiagramInput = {
    nodes: ids.map((id) => ({ id, op: 'Conv', scope: '', title: id, subtitle: 'Conv 3×3 + Relu', signature: 'Conv' })),
    values: links.map((l) => ({ ...l, tensor: `t${l.from}`, bytes: 16_384, label: '16×32×32' })),
    inputs: [],
    outputs: [],
  };
  const diagram: Diagram = {
    width: columns * (WIDTH + GAP_X) - GAP_X,
    height: rows * (HEIGHT + GAP_Y) - GAP_Y,
    boxes: {
      count,
      id: ids,
      kind: new Uint8Array(count).fill(LAYER),
      node: Int32Array.from(all),
      group: new Int32Array(count).fill(-1),
      parent: new Int32Array(count).fill(-1),
      rect,
      title: ids,
      subtitle: ids.map(() => 'Conv 3×3 + Relu'),
      memberStart: Uint32Array.from([...all, count]),
      members: Int32Array.from(all),
    },
    edges: straightEdges(rect, links),
    groups: [],
    boxOfNode: Int32Array.from(all),
    partial: false,
  };
  return { input, diagram };
}

function straightEdges(
  rect: Float32Array,
  links: readonly { readonly from: number; readonly to: number }[],
): Diagram['edges'] {
  const middle = (box: number): number => (rect[4 * box] as number) + WIDTH / 2;
  return {
    count: links.length,
    from: Int32Array.from(links, (l) => l.from),
    to: Int32Array.from(links, (l) => l.to),
    tensor: links.map((l) => `t${l.from}`),
    label: links.map(() => '16×32×32'),
    bytes: Float64Array.from(links, (l) => 4096 * (1 + (l.from % 40))),
    pointStart: Uint32Array.from({ length: links.length + 1 }, (_, k) => 2 * k),
    points: Float32Array.from(
      links.flatMap(({ from, to }) => [
        middle(from),
        (rect[4 * from + 1] as number) + HEIGHT,
        middle(to),
        rect[4 * to + 1] as number,
      ]),
    ),
  };
}

/** input → conv → [frame: a, b] → closed block of two. Five nodes; box ids 'in', 'conv', 'open', 'a', 'b', 'closed'. */
export function groupedDiagram(): { readonly input: DiagramInput; readonly diagram: Diagram } {
  const node = (id: string, op: string) => ({ id, op, scope: '', title: id, subtitle: op, signature: op });
  const nodes = [node('conv', 'Conv'), node('a', 'Conv'), node('b', 'Add'), node('c', 'Conv'), node('d', 'Relu')];
  const pairs = [
    [-1, 0],
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 4],
    [0, 2],
  ] as const;
  const input: DiagramInput = {
    nodes,
    values: pairs.map(([from, to]) => ({ from, to, tensor: `t${from}`, bytes: 1000, label: `label ${from}` })),
    inputs: ['t-1'],
    outputs: [],
  };
  const y = (row: number): number => row * (HEIGHT + GAP_Y);
  const rects = [
    [28, 0, 132, 24],
    [12, y(1), WIDTH, HEIGHT],
    [0, y(2), WIDTH + 24, 2 * (HEIGHT + GAP_Y) + HEADER],
    [12, y(2) + HEADER, WIDTH, HEIGHT],
    [12, y(3) + HEADER, WIDTH, HEIGHT],
    [12, y(5), WIDTH, HEIGHT],
  ];
  const boxLinks = [
    [0, 1],
    [1, 3],
    [3, 4],
    [4, 5],
    [1, 4],
  ] as const;
  const ids = ['in', 'conv', 'open', 'a', 'b', 'closed'];
  const diagram: Diagram = {
    width: WIDTH + 24,
    height: y(6),
    boxes: {
      count: 6,
      id: ids,
      kind: Uint8Array.of(INPUT, LAYER, FRAME, LAYER, LAYER, GROUP),
      node: Int32Array.of(-1, 0, -1, 1, 2, -1),
      group: Int32Array.of(-1, -1, 0, -1, -1, 1),
      parent: Int32Array.of(-1, -1, -1, 2, 2, -1),
      rect: Float32Array.from(rects.flat()),
      title: ids,
      subtitle: ['', 'Conv', '1 Conv, 1 Add', 'Conv', 'Add', '1 Conv, 1 Relu'],
      memberStart: Uint32Array.of(0, 0, 1, 3, 4, 5, 7),
      members: Int32Array.of(0, 1, 2, 1, 2, 3, 4),
    },
    edges: {
      count: 5,
      from: Int32Array.from(boxLinks, (l) => l[0]),
      to: Int32Array.from(boxLinks, (l) => l[1]),
      tensor: ['t-1', 't0', 't1', 't2', 't0'],
      label: boxLinks.map(([from]) => `label ${from}`),
      bytes: Float64Array.of(1000, 40_000, 1000, Number.NaN, 1000),
      pointStart: Uint32Array.of(0, 2, 4, 6, 8, 12),
      points: Float32Array.from(
        boxLinks.flatMap(([from, to], k) => {
          const [f, t] = [rects[from] ?? [], rects[to] ?? []];
          const [fx = 0, fy = 0, , fh = 0] = f;
          const [tx = 0, ty = 0] = t;
          const start = [fx + (from === 0 ? 66 : 94), fy + fh];
          const end = [tx + 94, ty];
          return k === 4 ? [...start, 206, fy + fh + 20, 206, ty - 10, ...end] : [...start, ...end];
        }),
      ),
    },
    groups: [
      { id: 'open', title: 'open', subtitle: '1 Conv, 1 Add', layers: 2, expanded: true, repeats: 1, parent: -1 },
      { id: 'closed', title: 'closed', subtitle: '1 Conv, 1 Relu', layers: 2, expanded: false, repeats: 1, parent: -1 },
    ],
    boxOfNode: Int32Array.of(1, 3, 4, 5, 5),
    partial: false,
  };
  return { input, diagram };
}
