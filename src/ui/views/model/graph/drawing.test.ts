import { expect, test } from 'vitest';
import { figureOf } from './colours.ts';
import { draw } from './draw.ts';
import { gridDiagram, groupedDiagram } from './fixture-diagram.ts';
import { drawingFor, latency, palette } from './fixture-drawing.ts';
import { farColours, rasterScene } from './paint.ts';
import type { Pen } from './pen.ts';
import { packedColor } from './raster.ts';
import { rectOf } from './scene.ts';
import { escaped, svgOf } from './svg.ts';

const { input, diagram } = groupedDiagram();
const values = new Map([
  ['conv', 0.01],
  ['a', 0.02],
  ['c', 0.03],
  ['d', 0.04],
]);
const all = { x: -100, y: -100, width: 1000, height: 1000 };

/** A pen that writes down what it is told. */
function notes(): { pen: Pen; texts: string[]; boxes: number; strengths: Map<string, number> } {
  const kept = { texts: [] as string[], boxes: 0, strengths: new Map<string, number>() };
  let now = 1;
  const pen: Pen = {
    box: () => {
      kept.boxes++;
    },
    text: (text) => {
      kept.texts.push(text);
      kept.strengths.set(text, now);
    },
    lines: () => undefined,
    heads: () => undefined,
    strength: (share) => {
      now = share;
    },
  };
  return Object.assign(kept, { pen });
}

test('a group has the sum of its layers, or the largest; what none of them has is unknown', () => {
  const drawing = drawingFor(input, diagram, values);
  const box = (id: string): number => drawing.scene.boxOfId.get(id) as number;
  expect(figureOf(drawing.colours, box('closed'))).toEqual({ value: '70.0\u202fms', share: '70\u202f%' });
  expect(figureOf(drawing.colours, box('open'))).toEqual({ value: '20.0\u202fms', share: '20\u202f%' });
  expect(figureOf(drawing.colours, box('b'))).toEqual({ value: '', share: '' });
  expect(drawing.colours.fill[box('b')]).toBe(0);
  const largest = drawingFor(input, diagram, values, {}, { ...latency, combine: 'largest' });
  expect(figureOf(largest.colours, box('closed'))).toEqual({ value: 'max 40.0\u202fms', share: '' });
});

test('labels vanish below 40 % zoom, second lines and labels of edges a little above', () => {
  const drawing = drawingFor(input, diagram, values);
  const at = (scale: number): string[] => {
    const kept = notes();
    draw(kept.pen, drawing, all, scale, 'all');
    return kept.texts;
  };
  expect(at(0.39)).toEqual([]);
  expect(at(0.41)).toEqual(expect.arrayContaining(['conv', '10.0\u202fms', 'closed']));
  expect(at(0.41)).not.toContain('1 Conv, 1 Relu');
  expect(at(1)).toEqual(expect.arrayContaining(['1 Conv, 1 Relu', '70\u202f%', 'label 1, 39.1\u202fKiB']));
});

test('what a search does not find stands back', () => {
  const kept = notes();
  draw(kept.pen, drawingFor(input, diagram, values, { hits: new Set([3]) }), all, 1, 'all');
  expect(kept.strengths.get('closed')).toBe(1);
  expect(kept.strengths.get('conv')).toBe(0.28);
});

test('what is upstream is set off with the inputs that feed it and the edges between', () => {
  const up = drawingFor(input, diagram, values, { chosen: { nodes: new Set([0, 1]), where: 'upstream' } }).emphasis;
  expect([...up.strong]).toEqual([1, 1, 1, 1, 0, 0]);
  expect([...up.edge]).toEqual([1, 1, 0, 0, 0]);
  const down = drawingFor(input, diagram, values, { chosen: { nodes: new Set([0, 1]), where: 'downstream' } }).emphasis;
  expect([...down.strong]).toEqual([0, 1, 1, 1, 0, 0]);
});

test('a followed tensor sets off its edges and their ends; a mark on some layers of a group is a change', () => {
  const { emphasis, scene } = drawingFor(input, diagram, values, {
    tensor: 't0',
    marks: new Map([
      ['c', 'added'],
      ['a', 'removed'],
    ]),
  });
  expect([...emphasis.edge]).toEqual([0, 2, 0, 0, 2]);
  expect([...emphasis.onPath]).toEqual([0, 1, 0, 1, 1, 0]);
  const mark = (id: string) => emphasis.marks.get(scene.boxOfId.get(id) as number);
  expect([mark('closed'), mark('a'), mark('open'), mark('conv')]).toEqual(['changed', 'removed', 'changed', undefined]);
});

test('from afar every box has pixels of its colour, however small', () => {
  const grid = gridDiagram(40, 30, 2, 3);
  const drawing = drawingFor(grid.input, grid.diagram, new Map(grid.input.nodes.map((n, i) => [n.id, i])));
  const far = farColours(drawing.scene, drawing.colours, drawing.emphasis, palette);
  const raster = { width: 90, height: 90, pixels: new Uint32Array(8100) };
  rasterScene(raster, drawing.scene, far, { x: 2, y: 2, scale: 0.012 }, true);
  for (let i = 0; i < grid.diagram.boxes.count; i += 7) {
    const { x, y } = rectOf(grid.diagram, i);
    const pixel = raster.pixels[Math.round(y * 0.012 + 2) * 90 + Math.round(x * 0.012 + 2)];
    expect(pixel).not.toBe(packedColor(palette.bg));
  }
  expect(raster.pixels[0]).toBe(packedColor(palette.bg));
});

test('an SVG holds all names as text, escaped, and nothing from outside', () => {
  const hostile = ['<script>alert(1)</script>', 'a"b\'c&d', '\u05d0\u05d1\u202egnp.exe', '\u0000\u0008x', '層'];
  const boxes = { ...diagram.boxes, title: ['in', ...hostile] };
  const drawing = drawingFor(input, { ...diagram, boxes }, values, { marks: new Map([['a', 'removed']]) });
  const svg = svgOf(drawing, 'net <1>.onnx');
  expect(svg).toContain('<title>net &#60;1&#62;.onnx</title>');
  expect(svg).toContain('&#60;script&#62;');
  expect(svg).not.toMatch(/<script|\u202e|href|url\(|@import/);
  expect(svg).toContain('a&#34;b&#39;c&#38;d');
  expect(svg).toContain('\u05d0\u05d1·gnp.exe');
  expect(svg).toContain('層');
  expect(svg).toContain('unicode-bidi:isolate');
  expect(svg.includes('\u0000')).toBe(false);
  expect(svg).not.toContain('var(');
  expect(svg.match(/<text /g)?.length).toBeGreaterThan(12);
  expect(unclosed(svg)).toBe(0);
});

test('a text of XML has no character that XML forbids', () => {
  expect(escaped('\u0001<a>&\ufffe"')).toBe('&#60;a&#62;&#38;&#34;');
});

/** Tags opened minus tags closed. */
function unclosed(svg: string): number {
  const opened = svg.match(/<[a-z]+[^>]*[^/]>/g)?.length ?? 0;
  return opened - (svg.match(/<\/[a-z]+>/g)?.length ?? 0);
}
