/** Pixels of one colour each, written by runs: the cheapest drawing there is without a graphics card. Colours are packed ABGR, opaque. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
}

/** Pixels a box takes: at least one each way, so that nothing vanishes however far one zooms out. */
export function pixelSpan(low: number, high: number): readonly [from: number, to: number] {
  const from = Math.round(low);
  return [from, Math.max(from + 1, Math.round(high))];
}

/** Fills pixels [x0, x1) × [y0, y1), clipped; one run of memory per row. */
export function fillPixels(raster: Raster, x0: number, y0: number, x1: number, y1: number, color: number): void {
  const { width, height, pixels } = raster;
  const left = x0 < 0 ? 0 : x0;
  const right = x1 > width ? width : x1;
  const top = y0 < 0 ? 0 : y0;
  const bottom = y1 > height ? height : y1;
  if (left >= right) return;
  if (right - left === 1) {
    for (let at = top * width + left, end = bottom * width; at < end; at += width) pixels[at] = color;
    return;
  }
  for (let y = top; y < bottom; y++) pixels.fill(color, y * width + left, y * width + right);
}

/** How the drawing lies on the raster: pixel = world · scale + (x, y). */
export interface Placing {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/** Rectangles (x, y, width, height each) in order, so that later ones lie on top. A colour of 0 is not drawn. */
export function rasterBoxes(raster: Raster, rects: Float32Array, colors: Uint32Array, placing: Placing): void {
  const { x: dx, y: dy, scale } = placing;
  // A pixel of slack: a box less than a pixel wide is rounded onto the edge.
  const left = (-dx - 1) / scale;
  const top = (-dy - 1) / scale;
  const right = (raster.width + 1 - dx) / scale;
  const bottom = (raster.height + 1 - dy) / scale;
  for (let i = 0; i < colors.length; i++) {
    const color = colors[i] as number;
    if (color === 0) continue;
    const at = 4 * i;
    const x = rects[at] as number;
    const y = rects[at + 1] as number;
    const x1 = x + (rects[at + 2] as number);
    const y1 = y + (rects[at + 3] as number);
    if (x > right || y > bottom || x1 < left || y1 < top) continue;
    const px = Math.round(x * scale + dx);
    const py = Math.round(y * scale + dy);
    const px1 = Math.max(px + 1, Math.round(x1 * scale + dx));
    const py1 = Math.max(py + 1, Math.round(y1 * scale + dy));
    fillPixels(raster, px, py, px1, py1, color);
  }
}

/** Polylines of upright and level pieces, one pixel wide; `start` has one entry more than there are lines. A colour of 0 is not drawn. */
export function rasterLines(
  raster: Raster,
  start: Uint32Array,
  points: Float32Array,
  colors: Uint32Array,
  placing: Placing,
): void {
  const { x: dx, y: dy, scale } = placing;
  for (let line = 0; line < colors.length; line++) {
    const color = colors[line] as number;
    if (color === 0) continue;
    const first = start[line] as number;
    const last = start[line + 1] as number;
    if (last - first < 2) continue;
    let ax = Math.round((points[2 * first] as number) * scale + dx);
    let ay = Math.round((points[2 * first + 1] as number) * scale + dy);
    for (let k = first + 1; k < last; k++) {
      const bx = Math.round((points[2 * k] as number) * scale + dx);
      const by = Math.round((points[2 * k + 1] as number) * scale + dy);
      const low = ax < bx ? ax : bx;
      const high = ay < by ? ay : by;
      fillPixels(raster, low, high, ax + bx - low + 1, ay + by - high + 1, color);
      ax = bx;
      ay = by;
    }
  }
}

const HEX = /^#([0-9a-f]{6})$/i;

/** '#rrggbb' or 'rgb(r, g, b)' as the page's tokens and scales write them, packed ABGR. */
export function packedColor(css: string): number {
  const hex = HEX.exec(css)?.[1];
  const channels = hex
    ? [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
    : (css.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
  const [r = 0, g = 0, b = 0] = channels;
  return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
}

/** A mix of two packed colours: `share` 0 … 1 of the second. */
export function mixedColor(a: number, b: number, share: number): number {
  const channel = (shift: number): number =>
    Math.round(((a >>> shift) & 255) * (1 - share) + ((b >>> shift) & 255) * share) << shift;
  return ((255 << 24) | channel(16) | channel(8) | channel(0)) >>> 0;
}

export const cssOfPacked = (color: number): string =>
  `rgb(${color & 255}, ${(color >>> 8) & 255}, ${(color >>> 16) & 255})`;
