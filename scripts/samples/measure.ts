import { rebatch } from '../../src/analyze/index.ts';
import type { FloatBackend } from '../../src/compute/index.ts';
import { generateSet, sampleGenerators } from '../../src/datasets/index.ts';
import { elementCount, type Model, numbersOf, type Shape, type Tensor, tensorOf } from '../../src/ir/index.ts';

/** How good a sample network is on data it was not trained on. */
export interface Measured {
  /** Share of samples whose largest output is their class; absent where a network gives back its input. */
  readonly accuracy?: number;
  /** Share of the variance of the input that such a network gives back, 0 … 1. */
  readonly explained?: number;
  /** Judged on so many samples of seed 1, as the page does. */
  readonly samples: number;
}

const JUDGED = 500;
const AT_ONCE = 20;

/** Judges a network that takes bytes. */
export async function judged(model: Model, data: string, backend: FloatBackend): Promise<Measured> {
  const { x, y, shape } = generateSet(sampleGenerators.get(data), JUDGED, 1);
  const [input = ''] = model.graph.inputs;
  const [output = ''] = model.graph.outputs;
  const runner = await backend.prepare(rebatch(model, AT_ONCE, { warn() {} }));
  const size = elementCount(shape);
  const answers: Float32Array[] = [];
  for (let first = 0; first < JUDGED; first += AT_ONCE) {
    const given = Float32Array.from(x.subarray(first * size, (first + AT_ONCE) * size));
    const feeds = new Map([[input, tensorOf('float32', [AT_ONCE, ...shape] satisfies Shape, given)]]);
    const values = numbersOf((await runner.run(feeds)).get(output) as Tensor);
    const each = values.length / AT_ONCE;
    for (let i = 0; i < AT_ONCE; i++) answers.push(Float32Array.from(values.slice(i * each, (i + 1) * each)));
  }
  runner.dispose();
  if (answers[0]?.length === size) return { explained: explained(x, answers), samples: JUDGED };
  const correct = answers.filter((answer, i) => answer.indexOf(Math.max(...answer)) === y[i]).length;
  return { accuracy: correct / JUDGED, samples: JUDGED };
}

/** 1 − squared error / squared distance from the mean sample, to three digits. */
function explained(x: Uint8Array, answers: readonly Float32Array[]): number {
  const size = answers[0]?.length ?? 1;
  let error = 0;
  let spread = 0;
  for (let k = 0; k < size; k++) {
    let mean = 0;
    for (let i = 0; i < answers.length; i++) mean += (x[i * size + k] as number) / answers.length;
    for (const [i, answer] of answers.entries()) {
      const value = x[i * size + k] as number;
      error += ((answer[k] as number) - value) ** 2;
      spread += (value - mean) ** 2;
    }
  }
  return Math.round(1000 * (1 - error / spread)) / 1000;
}
