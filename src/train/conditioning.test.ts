import { expect, test } from 'vitest';
import { encodeWeight, type Model, type SampleSet, tensorOf, weightOf } from '../ir/index.ts';
import { generated, recipeOf, smallNetwork, trainWith } from '../test-kit/training-rig.ts';
import { conditioningOf } from './conditioning.ts';

const network = smallNetwork({ shape: [1, 32, 12], classes: 6, channels: 4, dense: true });
const samples = generated('tones', 48, 1);

const numbers = (model: Model, id: string): Float32Array =>
  weightOf(model.weights, model.graph.tensors.get(id)?.weight ?? '').data as Float32Array;

/** The same network for inputs that are `factor` times as large. */
function forLarger(factor: number): { readonly model: Model; readonly samples: SampleSet } {
  const tensor = weightOf(network.weights, 'conv.w');
  const smaller = tensorOf(
    'float32',
    tensor.shape,
    (tensor.data as Float32Array).map((w) => w / factor),
  );
  const weights = new Map(network.weights).set('conv.w', encodeWeight('conv.w', smaller));
  const inputs = samples.inputs.map((input) => ({ ...input, data: input.data.map((x) => x * factor) }));
  return { model: { ...network, weights }, samples: { ...samples, inputs } };
}

test('a network learns the same whatever the size of its inputs', async () => {
  const recipe = recipeOf({ optimizer: { id: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }, learningRate: 0.01 });
  const large = await trainWith({ ...forLarger(256), recipe });
  const larger = await trainWith({ ...forLarger(4096), recipe });
  expect(larger.epochs).toEqual(large.epochs);
  expect(numbers(larger.trained, 'conv.w').map((w) => w * 16)).toEqual(numbers(large.trained, 'conv.w'));
  expect(numbers(larger.trained, 'fc.w')).toEqual(numbers(large.trained, 'fc.w'));
});

test('only weights that meet the input and nothing else take its factor', () => {
  const { model, samples: bytes } = forLarger(256);
  const all = new Set(['conv.w', 'conv.b', 'fc.w', 'fc.b']);
  const found = conditioningOf(model, all, bytes);
  const factor = found.inputs.get('x') ?? 0;
  expect(Math.log2(factor) % 1).toBe(0);
  expect([...found.weights]).toEqual([['conv.w', factor]]);
  expect(conditioningOf(model, new Set(['fc.w']), bytes).inputs.size).toBe(0);
  expect(conditioningOf(network, all, samples).inputs.size).toBe(0);
});
