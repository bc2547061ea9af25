import { type Graph, isFloat, type Model, type Node, type SampleSet, type Tensor, type TensorId } from '../ir/index.ts';

/**
 * Steps are as long for a weight of 0.001 as for one of 1, so a network that takes bytes (0 … 255), whose first weights are small, would be
 * torn apart by rates that suit any other. While it is trained, such an input is divided by a power of two near its root mean square, and the
 * weights it meets are multiplied by the same: the network computes what it did, to the bit, and its first weights have the size of the others.
 */
export interface Conditioning {
  /** Input → what it is divided by. */
  readonly inputs: ReadonlyMap<TensorId, number>;
  /** Weight → what it is multiplied by. */
  readonly weights: ReadonlyMap<TensorId, number>;
}

/** Inputs between a quarter and four are left as they are. */
const NEAR_ONE = 4;

/** Operators that only move elements: factors pass them. */
const MOVES = new Set(['Identity', 'Transpose', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);
/** Operators that are linear in an input: its index, and that of the weight it is multiplied with. */
const PRODUCTS: Readonly<Record<string, readonly (readonly [input: number, weight: number])[]>> = {
  Conv: [[0, 1]],
  ConvTranspose: [[0, 1]],
  Gemm: [[0, 1]],
  MatMul: [
    [0, 1],
    [1, 0],
  ],
  LSTM: [[0, 1]],
  GRU: [[0, 1]],
};

/** What to condition: inputs of float type whose every use is a product with a trained weight that has no other use. */
export function conditioningOf({ graph }: Model, trained: ReadonlySet<TensorId>, samples: SampleSet): Conditioning {
  const inputs = new Map<TensorId, number>();
  const weights = new Map<TensorId, number>();
  for (const { tensor, data } of samples.inputs) {
    const type = graph.tensors.get(tensor)?.type ?? 'float32';
    const factor = isFloat(type) ? powerOfTwoNear(data) : 1;
    const met = factor === 1 ? undefined : weightsMet(graph, tensor, trained);
    if (!met) continue;
    inputs.set(tensor, factor);
    for (const weight of met) weights.set(weight, factor);
  }
  return { inputs, weights };
}

/** Values times factors, where there are some; the others as they are. A factor is a power of two, so nothing is rounded. */
export function scaledBy(
  values: ReadonlyMap<TensorId, Tensor>,
  factors: ReadonlyMap<TensorId, number>,
  direction: 'times' | 'over',
): ReadonlyMap<TensorId, Tensor> {
  if (factors.size === 0) return values;
  return new Map(
    [...values].map(([id, tensor]) => {
      const factor = factors.get(id);
      if (factor === undefined) return [id, tensor];
      const by = direction === 'times' ? factor : 1 / factor;
      return [id, { ...tensor, data: (tensor.data as Float32Array).map((value) => value * by) }];
    }),
  );
}

function powerOfTwoNear(data: Float32Array): number {
  let sum = 0;
  for (const value of data) sum += value * value;
  const size = Math.sqrt(sum / Math.max(1, data.length));
  if (!(size > 0) || !Number.isFinite(size) || (size < NEAR_ONE && size > 1 / NEAR_ONE)) return 1;
  let power = 1;
  while (size / power > Math.SQRT2) power *= 2;
  while (size / power < Math.SQRT1_2) power /= 2;
  return power;
}

/** Weights that a value is multiplied with wherever it is used; `undefined`: it is used in another way too. */
function weightsMet(graph: Graph, input: TensorId, trained: ReadonlySet<TensorId>): readonly TensorId[] | undefined {
  const found: TensorId[] = [];
  const waiting = [input];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (graph.outputs.includes(id)) return undefined;
    for (const node of graph.nodes) {
      for (const [place, read] of node.inputs.entries()) {
        if (read !== id) continue;
        if (MOVES.has(node.op) && place === 0) waiting.push(...node.outputs.filter((output) => output !== ''));
        else {
          const weight = weightBeside(graph, node, place, trained);
          if (weight === undefined) return undefined;
          found.push(weight);
        }
      }
    }
  }
  return found.length > 0 ? found : undefined;
}

/** The weight of a product, if it is trained, read here only, and stored under this name only. */
function weightBeside(graph: Graph, node: Node, place: number, trained: ReadonlySet<TensorId>): TensorId | undefined {
  const pair = PRODUCTS[node.op]?.find(([input]) => input === place);
  const weight = pair && node.inputs[pair[1]];
  if (node.domain !== '' || weight === undefined || !trained.has(weight)) return undefined;
  const stored = graph.tensors.get(weight)?.weight;
  const uses = graph.nodes.reduce((n, other) => n + other.inputs.filter((id) => id === weight).length, 0);
  const names = [...graph.tensors.values()].filter((info) => info.weight === stored).length;
  return uses === 1 && names === 1 ? weight : undefined;
}
