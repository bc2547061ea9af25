import type * as Jax from '@jax-js/jax';
import { Random } from '../../base/index.ts';
import type { EngineHost } from './host.ts';
import type { PeerStep } from './peer.ts';

const BATCH = 32;
const EPSILON = 1e-5;

type Parameters = Record<string, Jax.Array>;
/** Name, input and output channels, kernel, stride, in the order of the network. */
type Conv = readonly [name: string, from: number, to: number, size: number, stride: number];

const convs: readonly Conv[] = [
  ['stem', 3, 16, 3, 1],
  ['a0', 16, 16, 3, 1],
  ['b0', 16, 16, 3, 1],
  ['a1', 16, 32, 3, 2],
  ['b1', 32, 32, 3, 1],
  ['s1', 16, 32, 1, 2],
  ['a2', 32, 64, 3, 2],
  ['b2', 64, 64, 3, 1],
  ['s2', 32, 64, 1, 2],
];

/** ResNet-8 with batch normalization in jax-js, compiled once; undefined where it is absent. */
export async function jaxStep(host: EngineHost): Promise<PeerStep | undefined> {
  const found = (await host.jax()) as typeof Jax | undefined;
  if (!found) return undefined;
  const jax = found;
  const { numpy: np, lax, nn } = jax;
  const normalized = (x: Jax.Array, p: Parameters, name: string): Jax.Array => {
    const channels = x.shape[1] as number;
    const mean = np.mean(x.ref, [0, 2, 3], { keepdims: true });
    const centred = x.sub(mean);
    const variance = np.mean(centred.ref.mul(centred.ref), [0, 2, 3], { keepdims: true });
    const scale = (p[`${name}.scale`] as Jax.Array).reshape([1, channels, 1, 1]);
    const shift = (p[`${name}.shift`] as Jax.Array).reshape([1, channels, 1, 1]);
    return centred
      .div(np.sqrt(variance.add(EPSILON)))
      .mul(scale)
      .add(shift);
  };
  const conv = (x: Jax.Array, p: Parameters, name: string): Jax.Array => {
    const [, , , size, stride] = convs.find(([id]) => id === name) as Conv;
    const total = stride === 1 ? size - 1 : Math.max(0, size - stride);
    const pad: [number, number] = [total >> 1, total - (total >> 1)];
    const y = lax.convGeneralDilated(x, p[name] as Jax.Array, [stride, stride], [pad, pad]);
    return normalized(y, p, name);
  };
  const loss = (p: Parameters, image: Jax.Array, labels: Jax.Array): Jax.Array => {
    let x = nn.relu(conv(image, p, 'stem'));
    for (const block of [0, 1, 2]) {
      const a = nn.relu(conv(x.ref, p, `a${block}`));
      const b = conv(a, p, `b${block}`);
      x = nn.relu((block === 0 ? x : conv(x, p, `s${block}`)).add(b));
    }
    const logits = np.matmul(np.mean(x, [2, 3]), p['classes'] as Jax.Array).add(p['bias'] as Jax.Array);
    return np.mean(np.sum(nn.logSoftmax(logits, -1).mul(labels), -1)).neg();
  };
  const gradient = jax.jit(jax.valueAndGrad(loss));
  const random = new Random(11);
  const normal = (shape: number[], scale: number): Jax.Array =>
    np.array(
      Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => scale * random.normal()),
      { shape },
    );
  const images = normal([BATCH, 3, 32, 32], 1);
  const labels = np.array(
    Float32Array.from({ length: BATCH * 10 }, (_, i) => (i % 10 === 3 ? 1 : 0)),
    { shape: [BATCH, 10] },
  );
  let parameters: Parameters = { classes: normal([64, 10], 0.2), bias: normal([10], 0.1) };
  for (const [name, from, to, size] of convs) {
    parameters[name] = normal([to, from, size, size], Math.sqrt(2 / (from * size * size)));
    parameters[`${name}.scale`] = np.array(new Float32Array(to).fill(1), { shape: [to] });
    parameters[`${name}.shift`] = np.array(new Float32Array(to), { shape: [to] });
  }
  const step = async (): Promise<void> => {
    const [value, gradients] = gradient(jax.tree.ref(parameters), images.ref, labels.ref);
    await value.data();
    const next: Parameters = {};
    for (const [name, p] of Object.entries(parameters)) next[name] = p.sub((gradients[name] as Jax.Array).mul(0.01));
    parameters = next;
    await (parameters['bias'] as Jax.Array).ref.data();
  };
  await step();
  const dispose = (): void => {
    for (const array of [images, labels, ...Object.values(parameters)]) array.dispose();
  };
  return { name: 'jax-js (wasm)', runs: 2, step, dispose };
}
