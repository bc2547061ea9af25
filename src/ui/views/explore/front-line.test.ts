import { expect, test } from 'vitest';
import { nearest, neighbour, staircase } from './front-line.ts';

test('cost left, quality up: the step goes across before it rises, and on to the worse edge', () => {
  const front = [
    [30, 20],
    [10, 80],
    [20, 50],
  ] as const;
  expect(staircase(front, { x: 'left', y: 'up' }, 100)).toBe('M10,80H20V50H30V20H100');
});

test('both axes maximized: the staircase hangs from the right', () => {
  const front = [
    [10, 20],
    [30, 60],
  ] as const;
  expect(staircase(front, { x: 'right', y: 'up' }, 0)).toBe('M30,60H10V20H0');
  expect(staircase([], { x: 'left', y: 'up' }, 0)).toBe('');
});

// 0, 1, 2 are the front by px; 3 lies under 1; 4 is unknown.
const xs = [10, 20, 30, 21, Number.NaN];
const ys = [80, 50, 20, 70, Number.NaN];
const front = [2, 0, 1];

test('left and right go along the front and stop at its ends', () => {
  expect(neighbour(xs, ys, front, 0, 'ArrowRight')).toBe(1);
  expect(neighbour(xs, ys, front, 1, 'ArrowRight')).toBe(2);
  expect(neighbour(xs, ys, front, 2, 'ArrowRight')).toBe(2);
  expect(neighbour(xs, ys, front, 0, 'ArrowLeft')).toBe(0);
});

test('up and down leave the front for the nearest point on that side', () => {
  expect(neighbour(xs, ys, front, 1, 'ArrowDown')).toBe(3);
  expect(neighbour(xs, ys, front, 3, 'ArrowUp')).toBe(1);
  expect(neighbour(xs, ys, front, 2, 'ArrowUp')).toBe(2);
});

test('the pointer means the nearest point within reach', () => {
  expect(nearest(xs, ys, [22, 66], 16)).toBe(3);
  expect(nearest(xs, ys, [100, 66], 16)).toBeUndefined();
});
