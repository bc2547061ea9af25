import { Random } from '../base/index.ts';
import {
  type Attribute,
  elementCount,
  encodeWeight,
  isKnown,
  type Model,
  type Node,
  type Shape,
  type StoredTensor,
  type Tensor,
  type TensorId,
  type TensorInfo,
} from '../ir/index.ts';
import { bindTrainingNode } from '../train/index.ts';

/** How an input of a case is filled. `constant`: a weight of the model instead of a fed value. */
export interface CaseInput {
  readonly shape: Shape;
  /** 'normal' (default), 'positive' numbers around 1, 'labels' 0 … 2, 'truth' values, 'steps' multiples of ½ with many equal ones. */
  readonly fill?: 'normal' | 'positive' | 'labels' | 'truth' | 'steps' | readonly number[];
  readonly constant?: 'float32' | 'int64';
}

/** One operator at one set of shapes. */
export interface OperatorCase {
  /** 'Conv', 'paretoscope.train::AdamUpdate'. */
  readonly op: string;
  readonly note: string;
  /** `undefined`: an absent input. */
  readonly inputs: readonly (CaseInput | undefined)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly outputs?: number;
}

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (...value: number[]): Attribute => ({ kind: 'ints', value });
export const real = (value: number): Attribute => ({ kind: 'float', value });
export const reals = (...value: number[]): Attribute => ({ kind: 'floats', value });
export const text = (value: string): Attribute => ({ kind: 'string', value });
export const of = (...shape: number[]): CaseInput => ({ shape });

/** The case as a model of one node, and what to feed it. */
export function caseModel(
  { op, inputs, attributes = {}, outputs = 1 }: OperatorCase,
  seed: number,
): { readonly model: Model; readonly feeds: ReadonlyMap<TensorId, Tensor> } {
  const random = new Random(seed);
  const tensors = new Map<TensorId, TensorInfo>();
  const weights = new Map<string, StoredTensor>();
  const feeds = new Map<TensorId, Tensor>();
  const constants = new Map<TensorId, Tensor>();
  const names = inputs.map((input, i) => {
    if (!input) return '';
    const id = `x${i}`;
    const tensor = filled(input, random);
    const { type, shape } = tensor;
    if (input.constant) {
      weights.set(id, encodeWeight(id, tensor));
      constants.set(id, tensor);
    } else feeds.set(id, tensor);
    tensors.set(id, { id, type, shape, ...(input.constant ? { weight: id } : {}) });
    return id;
  });
  const [domain, name] = op.includes('::') ? (op.split('::') as [string, string]) : ['', op];
  const results = Array.from({ length: outputs }, (_, i) => `y${i}`);
  const node: Node = {
    id: 'node',
    op: name,
    domain,
    inputs: names,
    outputs: results,
    attributes: new Map(Object.entries(attributes)),
  };
  const opsets = new Map([
    ['', 17],
    [domain, domain === '' ? 17 : 1],
  ]);
  const inferred = bindTrainingNode(node, opsets)?.infer(
    names.map((id) => {
      const info = tensors.get(id);
      const constant = constants.get(id);
      if (!info?.type || !isKnown(info.shape)) return undefined;
      return { type: info.type, shape: info.shape, ...(constant ? { constant } : {}) };
    }),
    outputs,
  );
  results.forEach((id, i) => {
    const { type, shape } = inferred?.[i] ?? {};
    tensors.set(id, { id, ...(type ? { type } : {}), ...(shape ? { shape } : {}) });
  });
  const graph = {
    version: 1,
    name: op,
    opsets,
    inputs: [...feeds.keys()],
    outputs: results,
    tensors,
    nodes: [node],
  } as const;
  return { model: { graph, weights }, feeds };
}

function filled({ shape, fill = 'normal', constant }: CaseInput, random: Random): Tensor {
  const count = elementCount(shape);
  if (constant === 'int64' && typeof fill !== 'string')
    return { type: 'int64', shape, data: BigInt64Array.from(fill, BigInt) };
  if (fill === 'truth') return { type: 'bool', shape, data: Uint8Array.from({ length: count }, () => random.below(2)) };
  const number = (i: number): number => {
    if (typeof fill !== 'string') return fill[i] as number;
    if (fill === 'positive') return 0.5 + random.unit();
    if (fill === 'labels') return random.below(3);
    if (fill === 'steps') return (random.below(7) - 3) / 2;
    return random.normal();
  };
  return { type: 'float32', shape, data: Float32Array.from({ length: count }, (_, i) => number(i)) };
}
