import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  cssOfPacked,
  fillPixels,
  mixedColor,
  type Placing,
  packedColor,
  pixelSpan,
  type Raster,
  rasterBoxes,
  rasterLines,
} from './raster.ts';

const blank = (width: number, height: number): Raster => ({ width, height, pixels: new Uint32Array(width * height) });

/** The plain twin: asks for each pixel which box covers it last. */
function plainBoxes(raster: Raster, rects: Float32Array, colors: Uint32Array, { x, y, scale }: Placing): void {
  for (let py = 0; py < raster.height; py++) {
    for (let px = 0; px < raster.width; px++) {
      colors.forEach((color, i) => {
        const [bx = 0, by = 0, w = 0, h = 0] = rects.subarray(4 * i, 4 * i + 4);
        const [x0, x1] = pixelSpan(bx * scale + x, (bx + w) * scale + x);
        const [y0, y1] = pixelSpan(by * scale + y, (by + h) * scale + y);
        if (color !== 0 && px >= x0 && px < x1 && py >= y0 && py < y1) raster.pixels[py * raster.width + px] = color;
      });
    }
  }
}

/** The plain twin of lines: walks from point to point, one pixel at a time. */
function plainLine(raster: Raster, points: readonly (readonly [number, number])[], color: number): void {
  const dot = (x: number, y: number): void => {
    if (x >= 0 && y >= 0 && x < raster.width && y < raster.height) raster.pixels[y * raster.width + x] = color;
  };
  points.forEach((to, k) => {
    let [x, y] = points[k - 1] ?? to;
    dot(x, y);
    while (x !== to[0] || y !== to[1]) {
      x += Math.sign(to[0] - x);
      y += Math.sign(to[1] - y);
      dot(x, y);
    }
  });
}

const placings = fc.record({
  x: fc.double({ min: -40, max: 40, noNaN: true }),
  y: fc.double({ min: -40, max: 40, noNaN: true }),
  scale: fc.constantFrom(0.01, 0.05, 0.11, 0.125, 0.3),
});

test('boxes merged into runs cover exactly the pixels of boxes drawn one by one', () => {
  const box = fc.tuple(fc.nat(900), fc.nat(900), fc.integer({ min: 1, max: 200 }), fc.constantFrom(24, 38), fc.nat(3));
  fc.assert(
    fc.property(fc.array(box, { maxLength: 40 }), placings, (boxes, placing) => {
      const rects = Float32Array.from(boxes.flatMap((b) => b.slice(0, 4)));
      const colors = Uint32Array.from(boxes, (b) => b[4]);
      const [fast, plain] = [blank(50, 40), blank(50, 40)];
      rasterBoxes(fast, rects, colors, placing);
      plainBoxes(plain, rects, colors, placing);
      expect(fast.pixels).toEqual(plain.pixels);
    }),
    { numRuns: 200 },
  );
});

test('lines merged into runs cover exactly the pixels of lines walked one by one', () => {
  const step = fc.record({ across: fc.boolean(), by: fc.integer({ min: -30, max: 30 }) });
  fc.assert(
    fc.property(fc.nat(50), fc.nat(40), fc.array(step, { minLength: 1, maxLength: 8 }), (x, y, steps) => {
      const points: [number, number][] = [[x, y]];
      for (const { across, by } of steps) {
        const [lastX, lastY] = points.at(-1) as [number, number];
        points.push(across ? [lastX + by, lastY] : [lastX, lastY + by]);
      }
      const [fast, plain] = [blank(50, 40), blank(50, 40)];
      const start = Uint32Array.of(0, points.length);
      rasterLines(fast, start, Float32Array.from(points.flat()), Uint32Array.of(7), { x: 0, y: 0, scale: 1 });
      plainLine(plain, points, 7);
      expect(fast.pixels).toEqual(plain.pixels);
    }),
  );
});

test('what lies outside is clipped, not wrapped', () => {
  const raster = blank(4, 3);
  fillPixels(raster, -5, 1, 2, 2, 9);
  fillPixels(raster, 3, -2, 99, 1, 8);
  expect([...raster.pixels]).toEqual([0, 0, 0, 8, 9, 9, 0, 0, 0, 0, 0, 0]);
  fillPixels(raster, 7, 0, 9, 3, 1);
  fillPixels(raster, -3, 0, 0, 3, 1);
  expect(raster.pixels.includes(1)).toBe(false);
});

test('colours are packed and unpacked', () => {
  expect(packedColor('#010203')).toBe(0xff030201);
  expect(packedColor('rgb(1, 2, 3)')).toBe(0xff030201);
  expect(cssOfPacked(packedColor('#d55e00'))).toBe('rgb(213, 94, 0)');
  expect(mixedColor(packedColor('#000000'), packedColor('#ffffff'), 0.5)).toBe(packedColor('#808080'));
});
