import { Random } from '../../base/index.ts';
import type { EngineHost } from './host.ts';
import type { PeerStep } from './peer.ts';

/** The little of TensorFlow.js that a training step takes. Its own types come with a package that this project does not hold. */
interface Layer {
  apply(input: unknown): unknown;
}
interface TensorFlow {
  setBackend(name: string): Promise<boolean>;
  ready(): Promise<void>;
  input(options: object): unknown;
  model(options: object): {
    compile(options: object): void;
    trainOnBatch(x: unknown, y: unknown): Promise<unknown>;
    dispose(): void;
  };
  readonly layers: Readonly<Record<string, (options?: object) => Layer>>;
  readonly train: { momentum(rate: number, momentum: number): unknown };
  tensor4d(values: Float32Array, shape: readonly number[]): { dispose(): void };
  tensor2d(values: Float32Array, shape: readonly number[]): { dispose(): void };
}

const BATCH = 32;

/** ResNet-8 with batch normalization in TensorFlow.js, on the backend it has here; undefined where it is absent. */
export async function tensorflowStep(host: EngineHost): Promise<PeerStep | undefined> {
  const found = await host.tensorflow();
  if (!found) return undefined;
  const tf = found.library as TensorFlow;
  await tf.setBackend(found.backend);
  await tf.ready();
  const layer = (name: string, options: object, x: unknown): unknown => {
    const make = tf.layers[name];
    if (!make) throw new Error(`TensorFlow.js has no layer ${name}.`);
    return make(options).apply(x);
  };
  const conv = (x: unknown, filters: number, size: number, strides: number, activation?: string): unknown => {
    const y = layer('conv2d', { filters, kernelSize: size, strides, padding: 'same', useBias: false }, x);
    const z = layer('batchNormalization', {}, y);
    return activation ? layer('activation', { activation }, z) : z;
  };
  const input = tf.input({ shape: [32, 32, 3] });
  let x = conv(input, 16, 3, 1, 'relu');
  for (const to of [16, 32, 64]) {
    const stride = to === 16 ? 1 : 2;
    const b = conv(conv(x, to, 3, stride, 'relu'), to, 3, 1);
    const shortcut = to === 16 ? x : conv(x, to, 1, stride);
    x = layer('activation', { activation: 'relu' }, layer('add', {}, [shortcut, b]));
  }
  const outputs = layer('dense', { units: 10, activation: 'softmax' }, layer('globalAveragePooling2d', {}, x));
  const model = tf.model({ inputs: input, outputs });
  model.compile({ optimizer: tf.train.momentum(0.01, 0.9), loss: 'categoricalCrossentropy' });
  const random = new Random(11);
  const images = tf.tensor4d(
    Float32Array.from({ length: BATCH * 3072 }, () => random.normal()),
    [BATCH, 32, 32, 3],
  );
  const labels = tf.tensor2d(
    Float32Array.from({ length: BATCH * 10 }, (_, i) => (i % 10 === 3 ? 1 : 0)),
    [BATCH, 10],
  );
  const step = () => model.trainOnBatch(images, labels);
  await step();
  return {
    name: `TensorFlow.js (${found.backend})`,
    runs: found.backend === 'cpu' ? 1 : 3,
    step,
    dispose: () => {
      for (const used of [images, labels, model]) used.dispose();
    },
  };
}
