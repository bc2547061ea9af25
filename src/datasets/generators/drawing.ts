/** What the generators share. Everything here is + − × ÷, square root and comparison, so that bits are equal everywhere. */
import { clamp, type Random } from '../../base/index.ts';

/** Standard deviation of the sum of four bytes, each uniform from 0 to 255: √(4 · (256² − 1) / 12). */
const FOUR_BYTES = 147.80054;

/** Bell-shaped noise of mean 0 and variance 1: the sum of the four bytes of one draw. No logarithm, so the same bits everywhere. */
export function bell(random: Random): number {
  const bits = random.uint32();
  return ((bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - 510) / FOUR_BYTES;
}

/** 0 … 1 to a code 0 … 255, with what lies outside at the ends. */
export const toCode = (value: number): number => Math.floor(clamp(value, 0, 1) * 255 + 0.5);

/** Uniform in [low, high). */
export const between = (random: Random, low: number, high: number): number => low + (high - low) * random.unit();

/** Uniform in (−reach, reach). */
export const around = (random: Random, reach: number): number => reach * (2 * random.unit() - 1);

/** Triangle wave of period 4 and range −1 … 1. */
export const triangle = (t: number): number => Math.abs((((t % 4) + 4) % 4) - 2) - 1;

/** A bump of height 1 at 0 that is 0 from |t| = 1 on, with a smooth foot. */
export const bump = (t: number): number => {
  const inside = 1 - t * t;
  return inside > 0 ? inside * inside : 0;
};

/** 0 below `from`, 1 above `to`, a smooth step between. */
export const smoothStep = (from: number, to: number, t: number): number => {
  const u = clamp((t - from) / (to - from), 0, 1);
  return u * u * (3 - 2 * u);
};

/** Sine and cosine of the turn whose half has this tangent: a rotation without trigonometry. */
export function turnOf(tangentOfHalf: number): { readonly sine: number; readonly cosine: number } {
  const square = tangentOfHalf * tangentOfHalf;
  return { sine: (2 * tangentOfHalf) / (1 + square), cosine: (1 - square) / (1 + square) };
}

/** Distance of (x, y) from the segment a–b. */
export function distanceToSegment(
  x: number,
  y: number,
  [ax, ay]: readonly [number, number],
  [bx, by]: readonly [number, number],
): number {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : clamp(((x - ax) * dx + (y - ay) * dy) / length, 0, 1);
  const [ex, ey] = [x - ax - along * dx, y - ay - along * dy];
  return Math.sqrt(ex * ex + ey * ey);
}

/** A smooth field over the unit square from a coarse random grid of (cells + 1)² values in [0, 1), interpolated bilinearly. */
export function smoothField(random: Random, cells: number): (u: number, v: number) => number {
  const grid = Float64Array.from({ length: (cells + 1) * (cells + 1) }, () => random.unit());
  return (u, v) => {
    const [gx, gy] = [clamp(u, 0, 0.999999) * cells, clamp(v, 0, 0.999999) * cells];
    const [column, row] = [Math.floor(gx), Math.floor(gy)];
    const at = (i: number, j: number): number => grid[(row + j) * (cells + 1) + column + i] as number;
    const [fx, fy] = [gx - column, gy - row];
    return (1 - fy) * ((1 - fx) * at(0, 0) + fx * at(1, 0)) + fy * ((1 - fx) * at(0, 1) + fx * at(1, 1));
  };
}
