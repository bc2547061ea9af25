import {
  type Attribute,
  attributeOf,
  elementCount,
  type Graph,
  type Node,
  type Rewrite,
  type Tensor,
  type TensorId,
  tensorOf,
} from '../../ir/index.ts';
import { bindNode } from '../operator-of.ts';
import type { Look } from './look.ts';

/** Operators that compute each element for itself. */
const UNARY: ReadonlySet<string> = new Set(
  `Abs Cast Ceil Celu Clip Cos Elu Erf Exp Floor Gelu HardSigmoid HardSwish Identity LeakyRelu Log Mish Neg Not Reciprocal Relu
   Round Selu Sigmoid Sign Sin Softplus Softsign Sqrt Swish Tanh ThresholdedRelu`.split(/\s+/),
);
const BROADCASTING: ReadonlySet<string> = new Set(
  `Add And Div Equal Greater GreaterOrEqual Less LessOrEqual Max Mean Min Mul Or Pow PRelu Sub Sum Where Xor`.split(
    /\s+/,
  ),
);
const ALONG_AN_AXIS: ReadonlySet<string> = new Set(['Concat', 'Split', 'Softmax', 'LogSoftmax']);

/** How many of its first inputs hold data; the rest are sizes, axes and bounds. */
const dataInputs = (node: Node): number => (BROADCASTING.has(node.op) || node.op === 'Concat' ? node.inputs.length : 1);

/**
 * Whether a node computes the same on values whose axes are in another order, once its axes are changed accordingly. `isMoved`: the
 * values that can be had in the other order; there must be one, and others only as constants.
 */
export function isLayoutFree(
  node: Node,
  graph: Graph,
  rank: number,
  isMoved: (id: TensorId) => boolean,
  look: Look,
): boolean {
  if (node.domain !== '') return false;
  const data = node.inputs.slice(0, dataInputs(node));
  const fits = data.every((id) => isMoved(id) || (look.constantShape(id)?.length ?? rank + 1) <= rank);
  if (!data.some(isMoved) || !fits) return false;
  if (node.outputs.some((id) => id !== '' && look.shape(id)?.length !== rank)) return false;
  if (UNARY.has(node.op) || BROADCASTING.has(node.op)) return true;
  if (node.op === 'Softmax' || node.op === 'LogSoftmax') return (graph.opsets.get('') ?? 1) >= 13;
  if (node.op === 'Concat' || node.op === 'Split') return data.every(isMoved);
  if (node.op === 'Pad') return padsOf(node, look)?.length === 2 * rank;
  if (node.op === 'Slice')
    return look.constantShape(node.inputs[1]) !== undefined && axesOf(node, 3, look) !== undefined;
  if (!node.op.startsWith('Reduce')) return false;
  return (attributeOf(node.attributes, 'keepdims', 'int') ?? 1) === 1 && axesOf(node, 1, look) !== undefined;
}

const padsOf = (node: Node, look: Look): ArrayLike<number> | undefined =>
  (node.inputs[3] ?? '') === ''
    ? (attributeOf(node.attributes, 'pads', 'ints') ?? look.numbers(node.inputs[1]))
    : undefined;

/** Axes a node names, in an attribute or a constant input; `undefined` where it names none, or not beforehand. */
const axesOf = (node: Node, input: number, look: Look): readonly number[] | undefined => {
  const axes = attributeOf(node.attributes, 'axes', 'ints') ?? look.numbers(node.inputs[input]);
  return axes && Array.from(axes);
};

/** The order of axes that undoes another. */
export const inverse = (perm: readonly number[]): readonly number[] => perm.map((_, axis) => perm.indexOf(axis));

/**
 * The node as it computes on values before their Transpose: axis a of what it sees now is axis `perm[a]` of those. `name` gives
 * those values' names. Outputs are left as they are: the caller names them.
 */
export function beforeTranspose(
  node: Node,
  perm: readonly number[],
  name: (id: TensorId) => TensorId | undefined,
  graph: Graph,
  look: Look,
  rewrite: Rewrite,
): Node {
  const count = dataInputs(node);
  const inputs = node.inputs.map((id, i) => {
    if (i >= count) return id;
    const moved = name(id);
    if (moved !== undefined) return moved;
    const constant = look.constant(id) as Tensor;
    if (elementCount(constant.shape) === 1) return id;
    return rewrite.constant(`${id}_transposed`, transposed(constant, inverse(perm), graph));
  });
  const attributes = new Map<string, Attribute>(node.attributes);
  const moveAxes = (axes: readonly number[]) =>
    axes.map((axis) => perm[axis < 0 ? axis + perm.length : axis] as number);
  const integers = (hint: string, values: readonly number[]) =>
    rewrite.constant(`${node.id}_${hint}`, tensorOf('int64', [values.length], values));
  if (ALONG_AN_AXIS.has(node.op)) {
    const axis = attributeOf(attributes, 'axis', 'int') ?? (node.op === 'Split' ? 0 : -1);
    attributes.set('axis', { kind: 'int', value: moveAxes([axis])[0] as number });
  } else if (node.op === 'Pad') {
    const pads = Array.from(padsOf(node, look) ?? []);
    const value = [...inverse(perm), ...inverse(perm).map((axis) => axis + perm.length)].map(
      (at) => pads[at] as number,
    );
    if (attributes.has('pads')) attributes.set('pads', { kind: 'ints', value });
    else inputs[1] = integers('pads', value);
  } else if (node.op === 'Slice' || node.op.startsWith('Reduce')) {
    const at = node.op === 'Slice' ? 3 : 1;
    const value = moveAxes(axesOf(node, at, look) ?? []);
    if (attributes.has('axes')) attributes.set('axes', { kind: 'ints', value });
    else inputs[at] = integers('axes', value);
  }
  return { ...node, inputs, attributes };
}

/** A constant as wide as `perm`, with its axes in that order. */
function transposed(constant: Tensor, perm: readonly number[], graph: Graph): Tensor {
  const shape = [...Array<number>(perm.length - constant.shape.length).fill(1), ...constant.shape];
  const attributes = new Map<string, Attribute>([['perm', { kind: 'ints', value: perm }]]);
  const node: Node = { id: 'transpose', op: 'Transpose', domain: '', inputs: ['x'], outputs: ['y'], attributes };
  const [result] = bindNode(node, graph)?.run([{ ...constant, shape }], 1) ?? [];
  return result ?? constant;
}
