import { Random } from '../../base/index.ts';
import {
  elementCount,
  encodeWeight,
  type Graph,
  type Model,
  type Node,
  type Shape,
  type Tensor,
  type TensorId,
  verifyGraph,
} from '../../ir/index.ts';
import { ActiveValues, differentiate, Emitter, gradientRules, trainingOps } from '../../train/index.ts';
import { attributeFrom } from '../graph-builder.ts';
import type { GradientCase } from './case.ts';

/** A case as the graph that computes its gradients: inputs 'x0', 'x1', …, gradients of the outputs 'dy0', … in, those of the inputs out. */
export interface GradientGraph {
  readonly model: Model;
  readonly node: Node;
  readonly opsets: Graph['opsets'];
  /** Elements of the node's inputs; `undefined`: absent. */
  readonly values: readonly (Tensor | undefined)[];
  /** Outputs of the node that the loss reads, with the gradients they are fed. */
  readonly upstream: ReadonlyMap<TensorId, Tensor>;
  /** Input of the node → its gradient; `undefined` where there is none. */
  readonly gradients: ReadonlyMap<number, TensorId | undefined>;
  /** What the model is fed. */
  readonly feeds: ReadonlyMap<TensorId, Tensor>;
}

/** Inputs that a case differentiates by. */
export const differentiated = (given: GradientCase): number[] =>
  given.inputs.flatMap((input, i) => (input !== undefined && !('tensor' in input) && input.fixed !== true ? [i] : []));

/** In words, for the names of tests. */
export const caseTitle = ({ op, name }: GradientCase): string => (name === undefined ? op : `${op}: ${name}`);

function nodeOf(given: GradientCase): Node {
  const [name = '', domain = ''] = given.op.split('::').reverse();
  const inputs = given.inputs.map((input, i) => (input === undefined ? '' : `x${i}`));
  const count = Math.max(given.outputs ?? 1, gradientRules.get(given.op).outputs ?? 0);
  const outputs = Array.from({ length: count }, (_, i) => `y${i}`);
  const attributes = new Map(Object.entries(given.attributes ?? {}).map(([key, v]) => [key, attributeFrom(v)]));
  return { id: 'layer', op: name, domain, inputs, outputs, attributes };
}

function noise(random: Random, shape: Shape, low: number, high: number): Tensor {
  const data = Float32Array.from({ length: elementCount(shape) }, () => low + (high - low) * random.unit());
  return { type: 'float32', shape, data };
}

/** The graph of the gradients by the inputs in `wanted`. */
export function gradientGraph(given: GradientCase, wanted: readonly number[] = differentiated(given)): GradientGraph {
  const node = nodeOf(given);
  const e = new Emitter(new Map([['', given.opset ?? 17]]), trainingOps, [...node.inputs, ...node.outputs, node.id]);
  const random = new Random(7);
  const feeds = new Map<TensorId, Tensor>();
  const values = given.inputs.map((input, i): Tensor | undefined => {
    if (input === undefined) return undefined;
    const id = `x${i}`;
    const tensor = 'tensor' in input ? input.tensor : noise(random.derive(i), input.shape, ...(input.range ?? [-2, 2]));
    if ('tensor' in input && input.isConstant) e.stored({ id, weight: id }, encodeWeight(id, tensor), tensor);
    else feeds.set(e.input(id, tensor.type, tensor.shape), tensor);
    return tensor;
  });
  const active = new ActiveValues(
    e,
    wanted.map((i) => `x${i}`),
  );
  e.at(node.id);
  e.append(node);
  active.follow(node);
  const read = given.used ?? Array.from({ length: given.outputs ?? 1 }, (_, i) => i);
  const used = read.map((i) => `y${i}`).filter((id) => active.has(id));
  const upstream = new Map(used.map((id, i) => [id, noise(random.derive(100 + i), e.shapeOf(id), -1, 1)]));
  const seeds = new Map(used.map((id) => [id, e.input(`d${id}`, 'float32', e.shapeOf(id))]));
  for (const [id, tensor] of upstream) feeds.set(`d${id}`, tensor);
  const total = differentiate(e, [node], seeds, active, gradientRules);
  const gradients = new Map(given.inputs.map((_, i) => [i, total(`x${i}`)]));
  const outputs = wanted.flatMap((i) => gradients.get(i) ?? []);
  const model = verifyGraph(e.done('gradient', [...feeds.keys()], [...new Set(outputs)]));
  return { model, node, opsets: e.opsets, values, upstream, gradients, feeds };
}
