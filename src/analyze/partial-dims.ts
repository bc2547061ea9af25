import {
  attributeOf,
  type Dim,
  elementCount,
  isKnown,
  type Node,
  numbersOf,
  type Tensor,
  tensorOf,
} from '../ir/index.ts';
import type { BoundOp, Value } from '../ops/index.ts';
import type { PartialTensor, Values } from './values.ts';

/**
 * Arithmetic on sizes of which only some are known: Shape → Gather → Concat → Reshape with a batch that has a name. What such a
 * chain gives is a list of numbers, names and unknowns; where all of it is known it is a constant.
 */

/** Longer lists are no shapes. */
const LONGEST = 64;

const MOVING: ReadonlySet<string> = new Set(['Identity', 'Unsqueeze', 'Squeeze', 'Reshape', 'Flatten', 'Cast']);
const FOLLOWED: ReadonlySet<string> = new Set([...MOVING, 'Shape', 'Gather', 'Slice', 'Concat', 'Add', 'Sub', 'Mul']);

/** The elements of the node's output as far as they follow from known sizes; `undefined` where nothing is gained. */
export function partialResult(
  node: Node,
  inputs: readonly (Value | undefined)[],
  result: Value,
  values: Values,
): PartialTensor | undefined {
  if (node.domain !== '' || !FOLLOWED.has(node.op) || !isKnown(result.shape) || elementCount(result.shape) > LONGEST)
    return undefined;
  const operand = (i: number) => partialOf(node.inputs[i], inputs[i], values);
  const { shape } = result;
  if (node.op === 'Shape') {
    const start = attributeOf(node.attributes, 'start', 'int') ?? 0;
    const dims = inputs[0]?.shape?.slice(start, attributeOf(node.attributes, 'end', 'int'));
    return dims && { shape, elements: dims };
  }
  if (node.op === 'Concat') return concatenated(node, operand, shape);
  const first = operand(0);
  if (!first) return undefined;
  if (MOVING.has(node.op)) return isInteger(result) ? { shape, elements: first.elements } : undefined;
  if (node.op === 'Gather') return gathered(node, first, inputs[1]?.constant, shape);
  if (node.op === 'Slice') return sliced(first, inputs, shape);
  const second = operand(1);
  return second && computed(node.op, first, second, shape);
}

const isInteger = (value: Value): boolean => value.type === 'int64' || value.type === 'int32';

/** The elements of a value: those of a constant, or what was found of it. */
function partialOf(id: string | undefined, value: Value | undefined, values: Values): PartialTensor | undefined {
  if (id === undefined || id === '') return undefined;
  const found = values.partial(id);
  if (found || !value || !isInteger(value) || !isKnown(value.shape) || elementCount(value.shape) > LONGEST)
    return found;
  const constant = value.constant;
  return constant && { shape: constant.shape, elements: Array.from(numbersOf(constant)) };
}

function concatenated(
  node: Node,
  operand: (i: number) => PartialTensor | undefined,
  shape: readonly number[],
): PartialTensor | undefined {
  if (shape.length !== 1) return undefined;
  const parts = node.inputs.map((_, i) => operand(i));
  const elements = parts.flatMap((part) => part?.elements ?? []);
  return parts.every((p) => p !== undefined) && elements.length === shape[0] ? { shape, elements } : undefined;
}

function gathered(
  node: Node,
  { elements, shape: from }: PartialTensor,
  indices: Tensor | undefined,
  shape: readonly number[],
): PartialTensor | undefined {
  if (!indices || from.length !== 1 || (attributeOf(node.attributes, 'axis', 'int') ?? 0) > 0) return undefined;
  const picked = Array.from(numbersOf(indices), (i) => elements[i < 0 ? i + elements.length : i]);
  return { shape, elements: picked };
}

function sliced(
  { elements, shape: from }: PartialTensor,
  inputs: readonly (Value | undefined)[],
  shape: readonly number[],
): PartialTensor | undefined {
  const number = (i: number) => (inputs[i]?.constant ? numbersOf(inputs[i].constant as Tensor)[0] : undefined);
  const start = number(1);
  if (from.length !== 1 || start === undefined || (inputs[4] && number(4) !== 1)) return undefined;
  const first = Math.max(0, start < 0 ? start + elements.length : start);
  return { shape, elements: elements.slice(first, first + (shape[0] as number)) };
}

function computed(op: string, a: PartialTensor, b: PartialTensor, shape: readonly number[]): PartialTensor | undefined {
  const count = elementCount(shape);
  const fits = (p: PartialTensor) => p.elements.length === 1 || p.elements.length === count;
  if (!fits(a) || !fits(b)) return undefined;
  const at = (p: PartialTensor, i: number) => p.elements[p.elements.length === 1 ? 0 : i];
  const elements = Array.from({ length: count }, (_, i) => combined(op, at(a, i), at(b, i)));
  return { shape, elements };
}

function combined(op: string, x: Dim | undefined, y: Dim | undefined): Dim | undefined {
  if (typeof x === 'number' && typeof y === 'number') return op === 'Add' ? x + y : op === 'Sub' ? x - y : x * y;
  const neutral = op === 'Mul' ? 1 : 0;
  if (y === neutral) return x;
  return x === neutral && op !== 'Sub' ? y : undefined;
}

/** The constant a partly known value is, where all of it is known. */
export function wholly({ shape, elements }: PartialTensor, type: 'int64' | 'int32'): Tensor | undefined {
  return isKnown(elements as readonly Dim[]) ? tensorOf(type, shape, elements as readonly number[]) : undefined;
}

/**
 * The target of a Reshape as a constant of numbers: a name that is the size of the same axis of the input is 0 ("as it was"),
 * one further unknown is −1. `undefined` where more is unknown, or 0 has another meaning.
 */
export function reshapeNumbers(
  node: Node,
  from: readonly Dim[] | undefined,
  { elements }: PartialTensor,
): readonly number[] | undefined {
  if (attributeOf(node.attributes, 'allowzero', 'int') === 1) return undefined;
  let open = elements.filter((d) => d === -1).length;
  const numbers = elements.map((d, axis) => {
    if (typeof d === 'number') return d;
    if (d !== undefined && from?.[axis] === d) return 0;
    open++;
    return -1;
  });
  return open <= 1 ? numbers : undefined;
}

/** What a layer with a partly known target gives: Reshape, Expand and ConstantOfShape. `undefined` for others. */
export function shapedByPartial(
  node: Node,
  op: BoundOp,
  inputs: readonly (Value | undefined)[],
  values: Values,
): Value | undefined {
  const at = node.op === 'ConstantOfShape' ? 0 : 1;
  if (node.op !== 'Reshape' && node.op !== 'Expand' && at === 1) return undefined;
  const id = node.inputs[at];
  const target = id === undefined || inputs[at]?.constant ? undefined : values.partial(id);
  if (!target || node.domain !== '') return undefined;
  if (node.op === 'Reshape') {
    const numbers = reshapeNumbers(node, inputs[0]?.shape, target);
    const constant = numbers && tensorOf('int64', [numbers.length], numbers);
    if (constant) return op.infer([inputs[0], { type: 'int64', shape: constant.shape, constant }], 1)[0];
  }
  const from = inputs[0]?.shape;
  const open = (axis: number): Dim => `?${node.id}_0_${axis}`;
  const shape = target.elements.map((d, axis): Dim => {
    if (d === 0 && node.op === 'Reshape') return from?.[axis] ?? open(axis);
    return d === undefined || d === -1 ? open(axis) : d;
  });
  const [inferred] = op.infer(inputs, 1);
  if (node.op !== 'Expand') return { ...inferred, shape };
  // Expand broadcasts both ways: a size is certain where the input's is 1, or the same.
  if (from === undefined || from.length > shape.length) return undefined;
  const grown = shape.map((d, axis) => {
    const own = from[axis - shape.length + from.length] ?? 1;
    return own === 1 || own === d ? d : typeof own === 'number' ? own : open(axis);
  });
  return { ...inferred, shape: grown };
}
