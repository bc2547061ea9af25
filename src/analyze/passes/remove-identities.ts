import {
  attributeOf,
  dataTypeOf,
  elementCount,
  type Model,
  type Node,
  Rewrite,
  type TensorId,
} from '../../ir/index.ts';
import { type Look, lookAt } from './look.ts';

/**
 * Removes nodes whose output is their input when the network runs: Identity, Dropout, sums with 0, products with 1, Cast to the same type,
 * and Reshape, Transpose, Pad, Slice, Expand … that change nothing. An output of the network keeps its name: the node before writes
 * it then. One that is an input, a constant or written under another output's name stays.
 */
export function removeIdentities(model: Model): Model {
  const { graph } = model;
  const look = lookAt(model);
  const rewrite = new Rewrite(model);
  const bypassed = new Map<TensorId, TensorId>();
  const follow = (id: TensorId): TensorId => {
    let at = id;
    for (let next = bypassed.get(at); next !== undefined; next = bypassed.get(at)) at = next;
    return at;
  };
  /** Values that take the name of an output they are a copy of. */
  const promoted = new Map<TensorId, TensorId>();
  for (const node of graph.nodes) {
    const same = sameAs(model, node, look);
    const [to] = node.outputs;
    if (same === undefined || to === undefined || to === '') continue;
    const from = follow(same);
    if (!look.outputs.has(to)) bypassed.set(to, from);
    else if (look.producer(from) && !look.outputs.has(from) && !promoted.has(from)) promoted.set(from, to);
    else continue;
    rewrite.replace(node.id);
  }
  for (const [from, to] of bypassed) rewrite.redirect(from, to);
  for (const [from, to] of promoted) rewrite.redirect(from, to);
  const producers = new Set([...promoted.keys()].map((id) => look.producer(id) as Node));
  for (const producer of producers)
    rewrite.replace(producer.id, { ...producer, outputs: producer.outputs.map((id) => promoted.get(id) ?? id) });
  return rewrite.done();
}

/** The input that the node's first output equals; `undefined` where it is none, or that is not known. */
function sameAs(model: Model, node: Node, look: Look): TensorId | undefined {
  if (node.domain !== '') return undefined;
  const [x = ''] = node.inputs;
  if (x === '' || hasOtherOutputs(node, look)) return undefined;
  switch (node.op) {
    case 'Identity':
      return x;
    case 'Dropout':
      return isInference(node, look) ? x : undefined;
    case 'Cast':
      return dataTypeOf(attributeOf(node.attributes, 'to', 'int') ?? 0) === typeOf(model, x) ? x : undefined;
    case 'CastLike':
      return typeOf(model, x) !== undefined && typeOf(model, x) === typeOf(model, node.inputs[1]) ? x : undefined;
    case 'Relu':
      return look.producer(x)?.op === 'Relu' && look.producer(x)?.domain === '' ? x : undefined;
    case 'Transpose':
      return attributeOf(node.attributes, 'perm', 'ints')?.every((axis, i) => axis === i) ? x : undefined;
    case 'Concat':
    case 'Sum':
    case 'Max':
    case 'Min':
    case 'Mean':
      return node.inputs.length === 1 ? x : undefined;
    default:
      return neutralOperand(model, node, look) ?? (keepsShape(node, look) ? x : undefined);
  }
}

const hasOtherOutputs = (node: Node, look: Look): boolean =>
  node.outputs.slice(1).some((id) => id !== '' && (look.outputs.has(id) || look.readers(id).length > 0));

function isInference(node: Node, look: Look): boolean {
  const training = node.inputs[2] ?? '';
  if (training === '') return (attributeOf(node.attributes, 'is_test', 'int') ?? 1) !== 0;
  return look.numbers(training)?.[0] === 0;
}

const typeOf = ({ graph }: Model, id: TensorId | undefined) => graph.tensors.get(id ?? '')?.type;

/** What each operation leaves as it is, and on which sides that number may stand. */
const NEUTRAL: Readonly<Record<string, readonly [number: number, sides: readonly number[]]>> = {
  Add: [0, [0, 1]],
  Sub: [0, [1]],
  Mul: [1, [0, 1]],
  Div: [1, [1]],
  Pow: [1, [1]],
};

/** The other operand of x + 0, x · 1 and the like, where the constant does not widen it. */
function neutralOperand(model: Model, node: Node, look: Look): TensorId | undefined {
  const [number, sides] = NEUTRAL[node.op] ?? [0, []];
  for (const side of sides) {
    const other = node.inputs[1 - side];
    const constant = look.constant(node.inputs[side]);
    if (!constant || look.constant(other) || elementCount(constant.shape) > LONGEST_NEUTRAL) continue;
    const numbers = look.numbers(node.inputs[side]) ?? [];
    if (numbers.length === 0 || !Array.from(numbers).every((v) => v === number)) continue;
    const isSame = areEqual(look.shape(other), look.shape(node.outputs[0]));
    if (isSame && typeOf(model, other) === typeOf(model, node.outputs[0])) return other;
  }
  return undefined;
}

/** Longer constants are weights, not all of one number. */
const LONGEST_NEUTRAL = 2 ** 16;

function areEqual(a: readonly unknown[] | undefined, b: readonly unknown[] | undefined): boolean {
  return a !== undefined && a.length === b?.length && a.every((dim, i) => dim === b[i]);
}

/** The same elements in the same order, whatever the sizes: nothing changes where the shape does not. */
const IN_ORDER: ReadonlySet<string> = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Expand']);

/** Whether a layer that moves elements has nothing to move, because its output is as large as its input. */
function keepsShape(node: Node, look: Look): boolean {
  const from = look.shape(node.inputs[0]);
  if (!areEqual(from, look.shape(node.outputs[0]))) return false;
  if (IN_ORDER.has(node.op)) return true;
  if (!look.known(node.inputs[0])) return false;
  switch (node.op) {
    case 'Pad': {
      const pads = attributeOf(node.attributes, 'pads', 'ints') ?? look.numbers(node.inputs[1]);
      return pads !== undefined && Array.from(pads).every((p) => p === 0);
    }
    case 'Slice': {
      const steps = node.inputs[4] ?? '';
      return steps === '' || Array.from(look.numbers(steps) ?? [0]).every((step) => step > 0);
    }
    case 'Split':
      return node.outputs.length === 1;
    case 'Tile':
    case 'DepthToSpace':
    case 'SpaceToDepth':
      return true;
    case 'MaxPool':
    case 'AveragePool':
      return attributeOf(node.attributes, 'kernel_shape', 'ints')?.every((k) => k === 1) ?? false;
    default:
      return false;
  }
}
