import { readdirSync } from 'node:fs';
import { writeOnnx } from '../onnx/index.ts';
import { graphBuilder } from './graph-builder.ts';
import { hasSharedData, sharedData, sharedPath } from './shared-data.ts';

const LARGEST = 6000;

/** Small models to spoil: some made here, and, where the shared data lie beside the checkout, its operator cases and odd files. */
export function fuzzSeeds(): Uint8Array[] {
  const made = [convolutions(), branches(), quantized()].map((model) => writeOnnx(model));
  if (!hasSharedData) return made;
  const cases = readdirSync(sharedPath('onnx-node-tests'))
    .filter((name) => name.startsWith('test_'))
    .sort()
    .map((name) => `onnx-node-tests/${name}/model.onnx`);
  const odd = readdirSync(sharedPath('onnx-broken'))
    .filter((name) => name.endsWith('.onnx'))
    .sort()
    .map((name) => `onnx-broken/${name}`);
  const files = [...cases, ...odd, 'onnx-models/light_alexnet.onnx'].map(sharedData);
  return [...made, ...files.filter((file) => file.length > 0 && file.length <= LARGEST)];
}

function convolutions() {
  const b = graphBuilder();
  const x = b.input('x', ['batch', 2, 6, 6]);
  const w = b.constant('w', [3, 2, 3, 3], new Array(54).fill(0.5));
  const relu = b.node('Relu', [b.node('Conv', [x, w], { attributes: { pads: [1, 1, 1, 1] } })]);
  const shape = b.constant('shape', [2], [0, -1], 'int64');
  b.output(
    b.node('Reshape', [b.node('MaxPool', [relu], { attributes: { kernel_shape: [2, 2], strides: [2, 2] } }), shape]),
  );
  return b.done();
}

function branches() {
  const b = graphBuilder(13);
  const x = b.input('x', [4, 4]);
  const [p, q] = [b.node('Split', [x], { outputs: ['p', 'q'], attributes: { axis: 1 } }), 'q'];
  const sum = b.node('Add', [b.node('Neg', [p]), q]);
  b.output(b.node('Concat', [sum, b.node('Transpose', [sum])], { attributes: { axis: 1 } }));
  return b.done();
}

function quantized() {
  const b = graphBuilder();
  const x = b.input('x', [1, 4]);
  const scale = b.constant('scale', [], [0.5]);
  const zero = b.constant('zero', [], [3], 'int8');
  const xf = b.node('DequantizeLinear', [b.node('QuantizeLinear', [x, scale, zero]), scale, zero]);
  const w = b.constant('w', [4, 2], [1, 2, 3, 4, -5, -6, -7, -8], 'int8');
  b.output(b.node('MatMul', [xf, b.node('DequantizeLinear', [w, scale])]));
  return b.done();
}
