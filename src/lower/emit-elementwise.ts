import { clamp as clampTo, roundAway } from '../base/index.ts';
import { elementCount, type Node, numbersOf, type ProgramConstant, type Shape, type TensorQuant } from '../ir/index.ts';
import { kernelAxes, sameOrder } from './axis-order.ts';
import { scaleOf, storageOf, zeroOf } from './builder.ts';
import { emitChannelAffine } from './emit-windows.ts';
import { cannotLower } from './errors.ts';
import { clampCodes, type Lowering, rangeOf, type Target } from './lowering.ts';
import type { Placed } from './values.ts';
import { largestCode } from './weighted.ts';

/** Layers that work element by element: add, mul, lookup, requantize. */

const activationsOf = (l: Lowering, node: Node): number[] =>
  [...node.inputs.keys()].filter((i) => node.inputs[i] !== '' && l.values.get(node.inputs[i] as string) !== undefined);

/** Two operands and the result's buffer, all in one order of axes; the second may be smaller (broadcast). */
function pair(l: Lowering, node: Node, a: Placed, b: Placed, target: Target, outShape: Shape) {
  const axes = kernelAxes(outShape);
  const full = (shape: Shape) => elementCount(shape) === elementCount(outShape);
  if (!full(a.shape)) throw cannotLower(node, 'both of its operands are broadcast');
  const alike = full(b.shape) && sameOrder(a.order, b.order) && a.shape.length === b.shape.length;
  if (alike) {
    const sizes = l.builder.shapeOf(a.buffer);
    const output = l.builder.buffer(target.tensor, sizes, target.quant);
    l.values.set(target.tensor, { ...a, ...target, buffer: output });
    return { first: a.buffer, second: l.builder.view(b.buffer, sizes), output };
  }
  const padded = (shape: Shape) => [...new Array<number>(outShape.length - shape.length).fill(1), ...shape];
  const first = l.values.inAxes(a, axes, target.nodes, padded(a.shape));
  const second = l.values.inAxes(b, axes, target.nodes, padded(b.shape));
  return { first: first.buffer, second: second.buffer, output: l.place(target, axes) };
}

/** Sum of activations and constants. Constants must be a number, or one number per channel. */
export function emitAdd(l: Lowering, node: Node, mode: 'add' | 'subtract'): void {
  const active = activationsOf(l, node);
  const [first] = active;
  if (first === undefined) throw cannotLower(node, 'none of its operands is an activation');
  const sign = (index: number) => (mode === 'subtract' && index > 0 ? -1 : 1);
  if (active.length < node.inputs.length) {
    if (active.length > 1) throw cannotLower(node, 'it adds constants to more than one activation');
    const shape = l.shape(node.inputs[first] as string);
    const shift = sumOfConstants(l, node, first, sign);
    const factor = sign(first);
    if (typeof shift === 'number') emitLookup(l, node, (x) => factor * x + shift, first);
    else {
      const channels = channelValues(l, node, shape, shift);
      const factors = channels.map(() => factor);
      emitChannelAffine(l, node, first, factors, channels);
    }
    return;
  }
  if (active.length < 2) throw cannotLower(node, 'it has one operand only');
  const target = l.target(node);
  let sum = l.values.anyOrder(l.input(node, first));
  for (const [i, index] of active.slice(1).entries()) {
    const last = i === active.length - 2;
    const other = l.values.anyOrder(l.input(node, index));
    const goal = last ? target : partialSum(node, target, sum, other);
    sum = addPair(l, node, sum, other, goal, i === 0 ? sign(first) : 1, sign(index));
  }
}

/** A 16-bit value that holds the sum of two others without clipping: between the operands of a Sum of three and more. */
function partialSum(node: Node, target: Target, a: Placed, b: Placed): Target {
  const reach = (p: Placed) => largestCode(p.quant) * scaleOf(p.quant);
  const quant: TensorQuant = {
    bits: 16,
    signed: true,
    narrow: true,
    scale: [(reach(a) + reach(b)) / 32767],
    zeroPoint: [0],
  };
  const whole = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
  return {
    ...target,
    tensor: `${node.id}:partial`,
    quant,
    nodes: [node.id],
    clamp: clampCodes(quant, whole),
    real: whole,
  };
}

function addPair(l: Lowering, node: Node, x: Placed, y: Placed, target: Target, signX: number, signY: number): Placed {
  const swap = elementCount(x.shape) < elementCount(y.shape);
  const [a, b] = swap ? [y, x] : [x, y];
  const [signA, signB] = swap ? [signY, signX] : [signX, signY];
  const { first, second, output } = pair(l, node, a, b, target, target.shape);
  const factors = [scaleOf(a.quant) / scaleOf(target.quant), scaleOf(b.quant) / scaleOf(target.quant)] as const;
  const { multipliers, shift } = addMultipliers(factors, [largestCode(a.quant), largestCode(b.quant)]);
  l.builder.call({
    kernel: 'add',
    nodes: target.nodes,
    inputs: [first, second],
    output,
    multiplierA: signA * multipliers[0],
    multiplierB: signB * multipliers[1],
    shift,
    clamp: target.clamp,
  });
  l.builder.allowInPlace(output, first);
  return l.values.get(target.tensor) as Placed;
}

/**
 * Multipliers below 2^15 with one shift, chosen so that A · mA + B · mB + half stays within 32 bits. `largest` bounds |A| and |B|.
 */
export function addMultipliers(
  factors: readonly [number, number],
  largest: readonly [number, number],
): { readonly multipliers: readonly [number, number]; readonly shift: number } {
  const most = Math.max(...factors);
  // The sum may take 2^30, half another 2^29.
  const limit = Math.min(32767, Math.floor(2 ** 30 / (largest[0] + largest[1])));
  const shift = Math.max(0, Math.min(30, Math.floor(Math.log2(limit / most))));
  const multiplier = (factor: number) => Math.min(32767, roundAway(factor * 2 ** shift));
  return { multipliers: [multiplier(factors[0]), multiplier(factors[1])], shift };
}

/** Signed sum of all constant operands: a number, or the values of the one that is not a scalar. */
function sumOfConstants(l: Lowering, node: Node, active: number, sign: (index: number) => number) {
  let scalar = 0;
  let list: readonly number[] | undefined;
  for (const [index, id] of node.inputs.entries()) {
    if (index === active || id === '') continue;
    const constant = l.constant(id);
    if (!constant) throw cannotLower(node, `its operand '${id}' is neither an activation nor a constant`);
    const values = Array.from(numbersOf(constant), (v) => v * sign(index));
    if (values.length === 1) scalar += values[0] as number;
    else if (list) throw cannotLower(node, 'it adds several constant tensors');
    else list = values;
  }
  return list ? list.map((v) => v + scalar) : scalar;
}

/** One value per channel, from as many values; other broadcasts have no integer form. */
function channelValues(l: Lowering, node: Node, shape: Shape, values: readonly number[]): readonly number[] {
  const axis = shape.length > 2 ? 1 : shape.length - 1;
  const constant = node.inputs.map((id) => l.constant(id)).find((c) => c && c.data.length > 1);
  const own = constant?.shape ?? [];
  const position = axis - (shape.length - own.length);
  if (values.length !== shape[axis] || own[position] !== values.length)
    throw cannotLower(node, `its constant [${own.join(', ')}] is not one number per channel`);
  return values;
}

/** Product of two activations, or of one with a number or one number per channel. */
export function emitMul(l: Lowering, node: Node): void {
  const [first, second] = activationsOf(l, node);
  if (first === undefined) throw cannotLower(node, 'none of its operands is an activation');
  if (second === undefined) {
    const constant = l.constant(node.inputs[1 - first]);
    if (!constant) throw cannotLower(node, 'one of its operands is neither an activation nor a constant');
    const values = Array.from(numbersOf(constant));
    const [only] = values;
    if (values.length === 1 && only !== undefined) emitLookup(l, node, (x) => x * only, first);
    else {
      const factors = channelValues(l, node, l.shape(node.inputs[first] as string), values);
      const shifts = factors.map(() => 0);
      emitChannelAffine(l, node, first, factors, shifts);
    }
    return;
  }
  const target = l.target(node);
  const [x, y] = [l.values.anyOrder(l.input(node, first)), l.values.anyOrder(l.input(node, second))];
  const [a, b] = elementCount(x.shape) < elementCount(y.shape) ? [y, x] : [x, y];
  const operands = pair(l, node, a, b, target, target.shape);
  const factor = (scaleOf(a.quant) * scaleOf(b.quant)) / scaleOf(target.quant);
  l.builder.call({
    kernel: 'mul',
    nodes: target.nodes,
    inputs: [operands.first, operands.second],
    output: operands.output,
    rescale: l.fixedPoint(factor, largestCode(a.quant) * largestCode(b.quant), node.id),
    clamp: target.clamp,
  });
  l.builder.allowInPlace(operands.output, operands.first);
}

/** Any function of one number, as a table over the input's 8-bit codes; wider inputs are narrowed to 8 bits first. */
export function emitLookup(l: Lowering, node: Node, compute: (x: number) => number, index = 0): void {
  const target = l.target(node);
  let input = l.values.anyOrder(l.input(node, index));
  if (input.quant.bits > 8) {
    const scale = (scaleOf(input.quant) * largestCode(input.quant)) / 127;
    const narrow: TensorQuant = { bits: 8, signed: true, narrow: true, scale: [scale], zeroPoint: [0] };
    input = l.requantized(input, narrow, target.nodes, node.id);
    const message = `Layer '${node.id}' (${node.op}) is a table of 256 entries: its 16-bit input is narrowed to 8 bits.`;
    l.warn({ code: 'lower/table-narrowed', severity: 'info', node: node.id, message });
  }
  const output = l.builder.buffer(target.tensor, l.builder.shapeOf(input.buffer), target.quant);
  l.values.set(target.tensor, { ...input, ...target, buffer: output });
  const table = l.builder.constant('table', `table of ${node.id}`, lookupTable(input.quant, target, compute));
  l.builder.call({ kernel: 'lookup', nodes: target.nodes, inputs: [input.buffer], output, table });
  l.builder.allowInPlace(output, input.buffer);
}

function lookupTable(
  input: TensorQuant,
  { quant, real }: Target,
  compute: (x: number) => number,
): ProgramConstant['data'] {
  const [low, high] = rangeOf(quant);
  const first = input.signed ? -128 : 0;
  const codes = Array.from({ length: 256 }, (_, i) => {
    const y = clampTo(compute((first + i - zeroOf(input)) * scaleOf(input)), real[0], real[1]);
    return Number.isNaN(y) ? zeroOf(quant) : clampTo(roundAway(y / scaleOf(quant)) + zeroOf(quant), low, high);
  });
  const types = { int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, int32: Int32Array };
  return types[storageOf(quant)].from(codes);
}

/** A clamp that could not be fused: its producer's value has other readers too. */
export function emitClamp(l: Lowering, node: Node, low: number, high: number): void {
  const target = l.target(node);
  const input = l.values.anyOrder(l.input(node, 0));
  const output = l.builder.buffer(target.tensor, l.builder.shapeOf(input.buffer), target.quant);
  l.values.set(target.tensor, { ...input, ...target, buffer: output });
  l.builder.call({
    kernel: 'requantize',
    nodes: target.nodes,
    inputs: [input.buffer],
    output,
    rescale: l.fixedPoint(scaleOf(input.quant) / scaleOf(target.quant), largestCode(input.quant), node.id),
    clamp: clampCodes(target.quant, [low, high]),
  });
  l.builder.allowInPlace(output, input.buffer);
}
