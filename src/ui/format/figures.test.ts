import { expect, test } from 'vitest';
import {
  dayText,
  duration,
  factorOf,
  figureText,
  fixed,
  inText,
  intervalText,
  middleCut,
  signed,
  timeLeft,
} from './figures.ts';

test('quantities have three digits, a prefix and a narrow space', () => {
  expect(inText(0.214, 'seconds')).toBe('214\u202fms');
  expect(inText(53555, 'bytes')).toBe('52.3\u202fKiB');
  expect(inText(327123, 'fileBytes')).toBe('327\u202fkB');
  expect(inText(12501632, 'macs')).toBe('12.5\u202fM');
  expect(inText(0.872, 'share')).toBe('87.2\u202f%');
  expect(inText(10000, 'count')).toBe('10\u202f000');
});

test('an interval is in the unit of its value', () => {
  const latency = { value: 0.214, provenance: 'fitted' as const, interval: [0.196, 0.233] as const };
  expect(intervalText(latency, 'seconds')).toBe('196–233');
  expect(figureText(latency, 'seconds')).toBe('214\u202fms (196–233)');
  expect(figureText(undefined, 'seconds')).toBe('unknown');
  const wide = { value: 0.0009, provenance: 'assumed' as const, interval: [0.0005, 0.002] as const };
  expect(intervalText(wide, 'seconds')).toBe('500–2000');
});

test('the factor agrees with the printed prefix', () => {
  for (const x of [1.2e-9, 3e-5, 0.9996, 1, 999.4, 12345, 6e9]) {
    const printed = inText(x, 'seconds').split('\u202f')[0] ?? '';
    expect(Math.abs(x * factorOf(x, 'seconds') - Number(printed))).toBeLessThan(Number(printed) * 0.006);
  }
});

test('durations, time left and days read as words', () => {
  expect(duration(190)).toBe('3\u202fmin 10\u202fs');
  expect(duration(27)).toBe('27\u202fs');
  expect(duration(0.84)).toBe('840\u202fms');
  expect(timeLeft([160, 190, 240])).toBe('3\u202fmin 10\u202fs left (2\u202fmin 40\u202fs – 4\u202fmin)');
  const now = new Date(2026, 10, 21, 15, 0).getTime();
  expect(dayText(new Date(2026, 10, 21, 14, 20).getTime(), now)).toBe('Today, 14:20');
  expect(dayText(new Date(2026, 10, 12).getTime(), now)).toBe('12 November');
});

test('signs, small values and long names', () => {
  expect(signed(-1.1)).toBe('\u22121.1');
  expect(signed(0.04)).toBe('0.0');
  expect(fixed(0.01, 1)).toBe('<\u202f0.1');
  expect(fixed(0, 1)).toBe('0.0');
  expect(middleCut('model/batch_normalization_4/FusedBatchNorm', 13)).toBe('model/…chNorm');
});
