import { gzipSync, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { memorySource } from '../../base/index.ts';
import { writeOnnx } from '../../onnx/index.ts';
import { residual } from '../../test-kit/small-models.ts';
import { identifyFile } from './identify.ts';

const text = (content: string) => new TextEncoder().encode(content);
const model = writeOnnx(residual());

test.each([
  ['a model without its name', 'download', model, 'model'],
  ['a model in gzip', 'net.gz', gzipSync(model), 'model'],
  ['a model in a zip', 'net.zip', zipSync({ 'folder/net.onnx': model }), 'model'],
  ['two models in a zip', 'two.zip', zipSync({ 'a.onnx': model, 'b.onnx': model }), 'model'],
  ['texts in a zip', 'texts.zip', zipSync({ 'readme.txt': text('x') }), 'model'],
  ['a zip that was cut off', 'cut.zip', zipSync({ 'net.onnx': model }).slice(0, 200), 'model'],
  ['pictures in a zip', 'set.zip', zipSync({ 'cat/1.png': text('x'), 'dog/2.png': text('y') }), 'samples'],
  [
    'a Keras layer list',
    'lenet.py',
    text('model.add(Conv2D(6, (5, 5), input_shape=(28, 28, 1)))\nmodel.add(Flatten())'),
    'model',
  ],
  ['a metric per layer as CSV', 'latency.csv', text('layer,ms\nconv1,3.5\nconv2,4\n'), 'metric'],
  ['a metric per layer as JSON', 'm.json', text('{"conv1": 3.5, "conv2": 1}'), 'metric'],
  ['prose', 'notes.txt', text('Remember the milk.'), 'unknown'],
  ['nothing', 'empty.json', new Uint8Array(0), 'unknown'],
] as const)('%s', (_what, name, bytes, kind) => {
  expect(identifyFile(name, memorySource(bytes))).toBe(kind);
});
