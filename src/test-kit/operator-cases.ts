import { type DataType, type Tensor, type TensorId, tensorOf } from '../ir/index.ts';
import { firstDifference, type Tolerance } from './all-close.ts';
import { hasSharedData, sharedData, sharedJson } from './shared-data.ts';

/** ONNX's own operator cases, as they lie in the shared data. */

interface CaseTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}
interface CaseIo {
  readonly inputs: readonly CaseTensor[];
  readonly outputs: readonly CaseTensor[];
}

const FOLDER = 'onnx-node-tests';

/** Cases that do not pass, with the reason. May only become shorter. */
const WRAPS = 'the recorded codes wrap around where the specification (and onnxruntime) saturates';
export const CASE_GAPS: Readonly<Record<string, string>> = {
  test_qlinearmatmul_2D_int8_float16: WRAPS,
  test_qlinearmatmul_3D_int8_float32: WRAPS,
};

/** Names of the cases; none where the shared data is absent. */
export const operatorCases = (): readonly string[] =>
  hasSharedData ? sharedJson<readonly { readonly case: string }[]>(`${FOLDER}/index.json`).map((c) => c.case) : [];

export interface OperatorCase {
  readonly bytes: Uint8Array;
  readonly feeds: ReadonlyMap<TensorId, Tensor>;
  /** What is wrong with these outputs; `undefined` where they are right. */
  faultOf(outputs: ReadonlyMap<TensorId, Tensor>): string | undefined;
}

export function operatorCase(name: string): OperatorCase {
  const io = sharedJson<CaseIo>(`${FOLDER}/${name}/io.json`);
  return {
    bytes: sharedData(`${FOLDER}/${name}/model.onnx`),
    feeds: new Map(io.inputs.flatMap((input) => (input.name === '' ? [] : [[input.name, tensorFrom(input)] as const]))),
    faultOf(outputs) {
      for (const expected of io.outputs) {
        const actual = outputs.get(expected.name);
        if (!actual) return `no output '${expected.name}'`;
        if (actual.type !== expected.dtype) return `type ${actual.type} instead of ${expected.dtype}`;
        if (actual.shape.join() !== expected.shape.join())
          return `shape [${actual.shape.join()}] instead of [${expected.shape.join()}]`;
        const found = firstDifference(
          actual.data as ArrayLike<number | bigint>,
          expected.data.map(numberFrom),
          toleranceOf(expected.dtype),
        );
        if (found) return `${expected.name}: ${found}`;
      }
      return undefined;
    },
  };
}

const NAMED: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
};

const numberFrom = (x: number | string): number => (typeof x === 'number' ? x : (NAMED[x] ?? Number(x)));

const tensorFrom = ({ dtype, shape, data }: CaseTensor): Tensor =>
  tensorOf(dtype as DataType, shape, data.map(numberFrom));

/** As the README of the cases states it. */
function toleranceOf(dtype: string): Tolerance {
  if (dtype === 'float16') return { relative: 1e-2, absolute: 1e-2 };
  return dtype.startsWith('float') ? { relative: 1e-3, absolute: 1e-5 } : { relative: 0, absolute: 0 };
}
