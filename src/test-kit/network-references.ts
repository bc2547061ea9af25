import { type DataType, elementCount, type Tensor, type TensorId, tensorOf } from '../ir/index.ts';
import { firstDifference, type Tolerance } from './all-close.ts';
import { hasSharedData, sharedData, sharedJson } from './shared-data.ts';

/** Whole networks as onnxruntime computed them, on the deterministic inputs of the shared data. */

interface FilledInput {
  readonly fill: 'hash' | 'zeros' | 'const';
  readonly lo: number;
  readonly hi: number;
  readonly shape: readonly number[];
  readonly dtype: DataType;
}
interface ReferenceOutput {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly n: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly l2: number;
  /** All elements up to 32. */
  readonly first: readonly number[];
  /** All elements, where there are no more than 4096. */
  readonly values?: readonly number[];
}
interface Reference {
  readonly inputs?: Readonly<Record<string, FilledInput>>;
  readonly outputs?: Readonly<Record<string, ReferenceOutput>>;
}
interface Facts {
  readonly macs: number | null;
}

/** A network and what it must compute. */
export interface NetworkReference {
  readonly file: string;
  readonly macs: number;
  readonly bytes: () => Uint8Array;
  readonly feeds: () => ReadonlyMap<TensorId, Tensor>;
  /** What is wrong with these outputs; `undefined` where they are right. */
  faultOf(outputs: ReadonlyMap<TensorId, Tensor>): string | undefined;
}

const TOLERANCE: Tolerance = { relative: 1e-3, absolute: 1e-4 };

/** Bytes of a network of the shared data. */
export const networkBytes = (file: string): Uint8Array => sharedData(`onnx-models/${file}`);

/** The deterministic inputs of onnx-models/README.md. */
export function filledTensor({ fill, lo, hi, shape, dtype }: FilledInput): Tensor {
  const at = (i: number) => {
    if (fill !== 'hash') return fill === 'zeros' ? 0 : lo;
    const x = lo + ((Math.imul(i + 1, 2654435761) >>> 0) / 4294967296) * (hi - lo);
    return dtype.includes('int') ? Math.floor(x) : x;
  };
  return tensorOf(
    dtype,
    shape,
    Float64Array.from({ length: elementCount(shape) }, (_, i) => at(i)),
  );
}

/** The extreme of each run of 1000: whole outputs are too long for one argument list. */
export const chunks = (data: readonly number[], extreme: (...xs: number[]) => number): number[] =>
  Array.from({ length: Math.ceil(data.length / 1000) }, (_, i) => extreme(...data.slice(i * 1000, (i + 1) * 1000)));

function faultOfOutput(expected: ReferenceOutput, actual: Tensor | undefined): string | undefined {
  if (!actual) return 'no such output';
  if (actual.shape.join() !== expected.shape.join()) return `shape [${actual.shape.join()}]`;
  const data = Array.from(actual.data as ArrayLike<number | bigint>, Number);
  const listed = expected.values ?? expected.first;
  const summary = [
    Math.min(...chunks(data, Math.min)),
    Math.max(...chunks(data, Math.max)),
    Math.sqrt(data.reduce((s, x) => s + x * x, 0)),
  ];
  return (
    firstDifference(data.slice(0, listed.length), listed, TOLERANCE) ??
    firstDifference(summary, [expected.min, expected.max, expected.l2], TOLERANCE)
  );
}

/** All networks whose outputs are known, none where the shared data is absent. */
export function networkReferences(): readonly NetworkReference[] {
  if (!hasSharedData) return [];
  const references = sharedJson<Record<string, Reference>>('onnx-models/reference_outputs.json');
  const facts = sharedJson<Record<string, Facts>>('onnx-models/facts.json');
  return Object.entries(references).flatMap(([file, { inputs = {}, outputs }]): NetworkReference[] => {
    if (!outputs) return [];
    return [
      {
        file,
        macs: facts[file]?.macs ?? 0,
        bytes: () => networkBytes(file),
        feeds: () => new Map(Object.entries(inputs).map(([id, input]) => [id, filledTensor(input)])),
        faultOf(results) {
          for (const [id, expected] of Object.entries(outputs)) {
            const fault = faultOfOutput(expected, results.get(id));
            if (fault !== undefined) return `${id}: ${fault}`;
          }
          return undefined;
        },
      },
    ];
  });
}
