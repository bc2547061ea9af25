import type { Attribute, Graph, Node } from '../ir/index.ts';
import { opsetOf } from './edit-kind.ts';

/** An operator among those that take the same inputs. */
interface Member {
  readonly op: string;
  /** Opset that introduced it, or gave it the form it shares with the family. */
  readonly since: number;
  /** Attributes it may have, and since when. */
  readonly attributes: Readonly<Record<string, number>>;
}

const member = (op: string, since = 1, attributes: Readonly<Record<string, number>> = {}): Member => ({
  op,
  since,
  attributes,
});
const members = (ops: string, since: number, attributes: Readonly<Record<string, number>> = {}): readonly Member[] =>
  ops.split(' ').map((op) => member(op, since, attributes));

const WINDOW = { kernel_shape: 1, strides: 1, pads: 1, auto_pad: 1 } as const;

/**
 * Operators that can stand for one another: the same inputs, one result of the same rank. Since when is that of the ONNX
 * operator changelog.
 */
const families: readonly (readonly Member[])[] = [
  [
    ...members('Relu Sigmoid Tanh Softplus Softsign Identity Abs Neg Exp Log Sqrt Reciprocal Floor Ceil', 6),
    ...members('LeakyRelu Elu', 6, { alpha: 6 }),
    member('HardSigmoid', 6, { alpha: 6, beta: 6 }),
    member('Selu', 6, { alpha: 6, gamma: 6 }),
    ...members('Sin Cos', 7),
    ...members('Erf Sign', 9),
    member('ThresholdedRelu', 10, { alpha: 10 }),
    member('Round', 11),
    member('Celu', 12, { alpha: 12 }),
    member('HardSwish', 14),
    member('Mish', 18),
    member('Gelu', 20, { approximate: 20 }),
  ],
  members('Add Sub Mul Div Pow', 7),
  [...members('Equal Greater Less', 9), ...members('GreaterOrEqual LessOrEqual', 12)],
  members('And Or Xor', 7),
  members('Max Min Sum Mean', 8),
  [
    member('MaxPool', 1, { ...WINDOW, ceil_mode: 10, dilations: 10, storage_order: 8 }),
    member('AveragePool', 1, { ...WINDOW, ceil_mode: 10, dilations: 19, count_include_pad: 7 }),
    member('LpPool', 2, { ...WINDOW, ceil_mode: 18, dilations: 18, p: 2 }),
  ],
  [...members('GlobalMaxPool GlobalAveragePool', 1), member('GlobalLpPool', 2, { p: 2 })],
  members(
    'ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSum ReduceLogSumExp',
    1,
    { axes: 1, keepdims: 1, noop_with_empty_axes: 13 },
  ),
  members('ArgMax ArgMin', 1, { axis: 1, keepdims: 1, select_last_index: 12 }),
  members('Softmax LogSoftmax Hardmax', 1, { axis: 1 }),
];

const isStandard = ({ domain }: Node): boolean => domain === '' || domain === 'ai.onnx';

function familyOf(node: Node): readonly Member[] {
  return isStandard(node) ? (families.find((family) => family.some(({ op }) => op === node.op)) ?? []) : [];
}

/** Operators that can take the place of this node's, at the graph's opset. None where its operator has no family. */
export function replacementsFor(node: Node, graph: Graph): readonly string[] {
  const opset = opsetOf(graph);
  return familyOf(node)
    .filter(({ op, since }) => op !== node.op && since <= opset && hasSameForm(node.op, op, opset))
    .map(({ op }) => op);
}

/** ReduceSum takes its axes as an input since opset 13, the other reductions since 18. */
const hasSameForm = (from: string, to: string, opset: number): boolean =>
  opset < 13 || opset >= 18 || !from.startsWith('Reduce') || (from !== 'ReduceSum' && to !== 'ReduceSum');

/** Attributes that change which elements go where, with the values that mean nothing. */
const NEUTRAL: Readonly<Record<string, number>> = { dilations: 1, ceil_mode: 0 };

/** What becomes of a node's attributes under another operator of its family. */
export interface KeptAttributes {
  readonly kept: ReadonlyMap<string, Attribute>;
  /** Attributes that matter and that the other operator cannot have. */
  readonly lost: readonly string[];
}

/** The attributes that `op` may have too. Those of a function's own form (alpha, p) are dropped where it may not. */
export function keptAttributes(node: Node, op: string, graph: Graph): KeptAttributes {
  const opset = opsetOf(graph);
  const allowed = familyOf(node).find((m) => m.op === op)?.attributes ?? {};
  const kept = new Map<string, Attribute>();
  const lost: string[] = [];
  for (const [name, attribute] of node.attributes) {
    if ((allowed[name] ?? Number.POSITIVE_INFINITY) <= opset && !isOwnForm(name)) kept.set(name, attribute);
    else if (!isNeutral(name, attribute)) lost.push(name);
  }
  return { kept, lost };
}

/** Parameters of a function: another function's parameter of the same name means something else. */
const isOwnForm = (name: string): boolean => ['alpha', 'beta', 'gamma', 'p'].includes(name);

function isNeutral(name: string, attribute: Attribute): boolean {
  const neutral = NEUTRAL[name];
  if (neutral === undefined) return true;
  if (attribute.kind === 'int') return attribute.value === neutral;
  return attribute.kind === 'ints' && attribute.value.every((value) => value === neutral);
}
