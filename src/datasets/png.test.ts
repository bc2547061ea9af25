import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PngForm, pngOf, pngOfRows } from '../test-kit/png-files.ts';
import { decodePng } from './index.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const pixels = (form: PngForm, rows: Uint8Array): number[][] => {
  const { data } = decodePng('a.png', pngOfRows(form, rows));
  return Array.from({ length: data.length / 4 }, (_, i) => [...data.subarray(4 * i, 4 * i + 4)]);
};

describe('kinds of pixels', () => {
  test('grey of 1, 4 and 16 bits', () => {
    const grey = (form: Partial<PngForm>, row: Uint8Array) =>
      pixels({ width: 2, height: 1, colour: 0, ...form }, row).map(([r]) => r);
    expect(grey({ depth: 1 }, bytes(0, 0b01000000))).toEqual([0, 255]);
    expect(grey({ depth: 4 }, bytes(0, 0x3f))).toEqual([51, 255]);
    expect(grey({ depth: 16 }, bytes(0, 0x12, 0x34, 0xff, 0x00))).toEqual([0x12, 0xff]);
  });
  test('grey with alpha, colour with alpha, palette', () => {
    const one = { width: 1, height: 1 };
    expect(pixels({ ...one, colour: 4 }, bytes(0, 7, 9))).toEqual([[7, 7, 7, 9]]);
    expect(pixels({ ...one, colour: 6 }, bytes(0, 1, 2, 3, 4))).toEqual([[1, 2, 3, 4]]);
    const palette = [9, 8, 7, 6, 5, 4];
    expect(pixels({ width: 2, height: 1, colour: 3, depth: 2, palette }, bytes(0, 0b01000000))).toEqual([
      [6, 5, 4, 255],
      [9, 8, 7, 255],
    ]);
  });
});

/** Filters a row by its definition (PNG, 9.2), one byte per pixel. */
function filtered(filter: number, row: readonly number[], above: readonly number[]): number[] {
  const out = row.map((value, i) => {
    const [a, b, c] = [row[i - 1] ?? 0, above[i] ?? 0, i > 0 ? (above[i - 1] ?? 0) : 0];
    const p = a + b - c;
    const nearest = [a, b, c].reduce((best, v) => (Math.abs(p - v) < Math.abs(p - best) ? v : best));
    return (value - ([0, a, b, Math.floor((a + b) / 2), nearest][filter] as number)) & 255;
  });
  return [filter, ...out];
}

test('every filter is undone', () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.uint8Array({ minLength: 5, maxLength: 5 })), {
    minLength: 1,
    maxLength: 6,
  });
  fc.assert(
    fc.property(rows, (given) => {
      const packed = given.flatMap(([filter, row], y) => filtered(filter, [...row], [...(given[y - 1]?.[1] ?? [])]));
      const found = pixels({ width: 5, height: given.length, colour: 0 }, Uint8Array.from(packed));
      expect(found.map(([r]) => r)).toEqual(given.flatMap(([, row]) => [...row]));
    }),
  );
});

test('an interlaced picture is the same picture', () => {
  const [width, height] = [5, 3];
  const at = (x: number, y: number) => 10 * y + x;
  const starts = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ] as const;
  const rows: number[] = [];
  for (const [x0, y0, dx, dy] of starts)
    for (let y = y0; y < height && x0 < width; y += dy) {
      rows.push(0);
      for (let x = x0; x < width; x += dx) rows.push(at(x, y));
    }
  const found = pixels({ width, height, colour: 0, interlaced: true }, Uint8Array.from(rows));
  expect(found.map(([r]) => r)).toEqual(Array.from({ length: 15 }, (_, i) => at(i % 5, Math.floor(i / 5))));
});

describe('damaged files say what is wrong', () => {
  const whole = pngOf(4, 4, new Uint8Array(16).fill(9));
  const changed = (at: number): Uint8Array => whole.map((byte, i) => (i === at ? byte ^ 1 : byte));
  test.each([
    ['a flipped bit in the pixels', changed(whole.length - 20), 'its IDAT chunk does not agree with its checksum'],
    ['a flipped bit in the header', changed(17), 'its IHDR chunk does not agree with its checksum'],
    ['cut off', whole.subarray(0, whole.length - 14), 'the PNG picture is cut off'],
    ['no picture', bytes(1, 2, 3), 'it does not begin as a PNG picture'],
    ['too few rows', pngOfRows({ width: 4, height: 9, colour: 0 }, new Uint8Array(20)), 'fewer pixels than its header'],
    ['a filter 9', pngOfRows({ width: 1, height: 1, colour: 0 }, bytes(9, 0)), 'a row has an unknown filter'],
    ['colour 3 without palette', pngOfRows({ width: 1, height: 1, colour: 3 }, bytes(0, 0)), 'its palette is missing'],
    [
      '3 bits',
      pngOfRows({ width: 1, height: 1, colour: 0, depth: 3 }, bytes(0, 0)),
      'states no picture that PNG knows',
    ],
  ])('%s', (_name, file, message) => {
    expect(() => decodePng('a.png', file)).toThrow(`'a.png' is damaged: `);
    expect(() => decodePng('a.png', file)).toThrow(message);
  });
});
