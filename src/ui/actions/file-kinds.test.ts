import { expect, test } from 'vitest';
import { kindOf } from './file-kinds.ts';

test.each([
  ['net.ONNX', 'model'],
  ['net.onnx.data', 'external data'],
  ['weights.bin', 'external data'],
  ['images_u8_350x32x32x3.bin.gz', 'samples'],
  ['labels_u8_350.bin', 'labels'],
  ['test_batch.bin', 'samples'],
  ['t10k-images-idx3-ubyte.gz', 'samples'],
  ['t10k-labels-idx1-ubyte', 'labels'],
  ['val.npz', 'samples'],
  ['labels.npy', 'labels'],
  ['best.paretoscope', 'saved exploration'],
  ['notes.txt', 'unknown'],
])('%s is taken as %s', (name, kind) => {
  expect(kindOf(name)).toBe(kind);
});
