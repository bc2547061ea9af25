import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { channelTiles, filterTiles } from './tiles.ts';

const counting = (n: number) => Float32Array.from({ length: n }, (_, i) => i);

describe('tiles', () => {
  test('filters of a convolution: a row per output, a column per input channel', () => {
    const tiles = filterTiles(counting(2 * 3 * 2 * 2), [2, 3, 2, 2], 0);
    expect(tiles).toMatchObject({ rows: 2, columns: 3, height: 2, width: 2, rowsAre: 'output channel', allRows: 2 });
    expect([...(tiles?.values ?? [])]).toEqual([...counting(24)]);
    expect(filterTiles(counting(24), [2, 3, 2, 2], 1)?.rowsAre).toBe('input channel');
  });

  test('a matrix is one picture, thinned out where it is large; vectors and scalars have none', () => {
    const tiles = filterTiles(counting(200 * 10), [200, 10], 0);
    expect(tiles).toMatchObject({ rows: 1, columns: 1, height: 50, width: 3 });
    // Every fourth element of every fourth row.
    expect([...(tiles?.values ?? [])].slice(0, 6)).toEqual([0, 4, 8, 40, 44, 48]);
    expect(filterTiles(counting(5), [5], 0)).toBeUndefined();
    expect(filterTiles(counting(0), [0, 3, 1, 1], 0)).toBeUndefined();
  });

  test('channels of a value come in one row; only the first sample is shown', () => {
    const tiles = channelTiles(counting(2 * 5 * 3), [2, 5, 3]);
    expect(tiles).toMatchObject({ rows: 1, columns: 5, height: 1, width: 3, allColumns: 5 });
    expect([...(tiles?.values ?? [])]).toEqual([...counting(15)]);
    expect(channelTiles(counting(10), [1, 10])).toBeUndefined();
  });

  test('every number shown is one of the tensor, at its place; no picture is larger than 64 a side', () => {
    fc.assert(
      fc.property(fc.tuple(fc.nat(40), fc.nat(40), fc.nat(90), fc.nat(90)), ([a, b, c, d]) => {
        const shape = [a + 1, b + 1, c + 1, d + 1];
        const count = shape.reduce((n, s) => n * s, 1);
        if (count > 300_000) return;
        const tiles = filterTiles(counting(count), shape, 0);
        if (!tiles) throw new Error('no tiles');
        const { rows, columns, height, width, values } = tiles;
        expect(values).toHaveLength(rows * columns * height * width);
        expect(Math.max(height, width)).toBeLessThanOrEqual(64);
        expect(new Set(values).size).toBe(values.length);
        expect(values[0]).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
