import type { DecodedImage } from './png.ts';

/**
 * A picture stretched or shrunk to another size: each new pixel is the mean of the old area it covers, bilinear where it covers
 * less than one old pixel. Deterministic, unlike a browser's canvas.
 */
export function resized(image: DecodedImage, width: number, height: number): DecodedImage {
  const across = weightsOf(image.width, width);
  const down = weightsOf(image.height, height);
  const data = new Uint8Array(width * height * 4);
  const narrow = new Float64Array(width * image.height * 4);
  for (let y = 0; y < image.height; y++)
    for (let x = 0; x < width; x++)
      for (const [from, weight] of across[x] as Weights)
        for (let c = 0; c < 4; c++)
          narrow[(y * width + x) * 4 + c] =
            (narrow[(y * width + x) * 4 + c] as number) +
            weight * (image.data[(y * image.width + from) * 4 + c] as number);
  for (let y = 0; y < height; y++)
    for (let i = 0; i < width * 4; i++) {
      let sum = 0;
      for (const [from, weight] of down[y] as Weights) sum += weight * (narrow[from * width * 4 + i] as number);
      data[y * width * 4 + i] = Math.floor(sum + 0.5);
    }
  return { width, height, data };
}

type Weights = readonly (readonly [from: number, weight: number])[];

/** Along one axis, for each new place the old places it is made of; their weights sum to 1. A triangle as wide as the larger pixel. */
function weightsOf(from: number, to: number): Weights[] {
  const ratio = from / to;
  const reach = Math.max(1, ratio);
  return Array.from({ length: to }, (_, place) => {
    const centre = (place + 0.5) * ratio - 0.5;
    const found: [number, number][] = [];
    for (let i = Math.ceil(centre - reach); i <= Math.floor(centre + reach); i++) {
      const weight = 1 - Math.abs(i - centre) / reach;
      if (weight > 0) found.push([Math.min(from - 1, Math.max(0, i)), weight]);
    }
    const sum = found.reduce((n, [, weight]) => n + weight, 0);
    return found.map(([i, weight]) => [i, weight / sum] as const);
  });
}
