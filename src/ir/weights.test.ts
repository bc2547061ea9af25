import { expect, test } from 'vitest';
import { decodeWeight, deferredTensor } from './weights.ts';

test('a deferred weight is read when its elements are asked for, and once', () => {
  let reads = 0;
  const stored = deferredTensor({ id: 'w', type: 'int8', shape: [2] }, () => {
    reads++;
    return Uint8Array.of(1, 255);
  });
  const tensor = decodeWeight(stored);
  expect([tensor.type, tensor.shape, reads]).toEqual(['int8', [2], 0]);
  expect([...(tensor.data as Int8Array)]).toEqual([1, -1]);
  expect([decodeWeight(stored), tensor.data.length, stored.bytes.length, reads]).toEqual([tensor, 2, 2, 1]);
});
