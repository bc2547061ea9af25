import { clamp as clampTo, roundAway } from '../base/index.ts';
import type { Node, Shape } from '../ir/index.ts';
import { allAxes, kernelAxes } from './axis-order.ts';
import { scaleOf, zeroOf } from './builder.ts';
import { batched, cannotLower } from './errors.ts';
import { type Lowering, rangeOf, sameQuant } from './lowering.ts';
import type { Placed } from './values.ts';

/** Layers that move codes: concat, pad, slice, resizeNearest, and moves that are only bookkeeping. */

/** Codes that the scheme gave another quantization than their source are converted. */
function moved(l: Lowering, node: Node, index: number, axes: readonly number[], output = 0): Placed {
  const target = l.target(node, output);
  const value = l.values.inAxes(l.input(node, index), axes, target.nodes);
  return l.requantized(value, target.quant, target.nodes, node.id);
}

export function emitRearrange(l: Lowering, node: Node, view?: Shape, order?: readonly number[]): void {
  const target = l.target(node);
  let value = l.input(node, 0);
  if (!sameQuant(value.quant, target.quant))
    value = l.requantized(l.values.anyOrder(value), target.quant, target.nodes, node.id);
  const seen = view ?? value.shape;
  l.values.rearrange(value, target.nodes, target.tensor, target.shape, seen, order ?? allAxes(seen));
}

/** Axes in kernel order; refuses to work along the batch. */
function axesWithin(node: Node, shape: Shape, touched: (axis: number) => boolean): number[] {
  const axes = kernelAxes(shape);
  const left = allAxes(shape).filter((a) => !axes.includes(a));
  if (left.some((a) => touched(a) || shape[a] !== 1)) throw batched(node, shape);
  return axes;
}

export function emitConcat(l: Lowering, node: Node, axis: number): void {
  const target = l.target(node);
  const axes = axesWithin(node, target.shape, (a) => a === axis);
  const inputs = node.inputs.map((_, i) => moved(l, node, i, axes).buffer);
  const output = l.place(target, axes);
  l.builder.call({ kernel: 'concat', nodes: target.nodes, inputs, output, axis: axes.indexOf(axis) });
}

export function emitPad(
  l: Lowering,
  node: Node,
  before: readonly number[],
  after: readonly number[],
  value: number,
): void {
  if ([...before, ...after].some((n) => n < 0)) throw cannotLower(node, 'negative padding (cropping) is not supported');
  const target = l.target(node);
  const axes = axesWithin(node, target.shape, (a) => before[a] !== 0 || after[a] !== 0);
  const input = moved(l, node, 0, axes);
  const [low, high] = rangeOf(target.quant);
  l.builder.call({
    kernel: 'pad',
    nodes: target.nodes,
    inputs: [input.buffer],
    output: l.place(target, axes),
    before: axes.map((a) => before[a] ?? 0),
    after: axes.map((a) => after[a] ?? 0),
    fillCode: clampTo(roundAway(value / scaleOf(target.quant)) + zeroOf(target.quant), low, high),
  });
}

export function emitSlice(
  l: Lowering,
  node: Node,
  starts: readonly number[],
  steps: readonly number[],
  output: number,
): void {
  const target = l.target(node, output);
  const axes = axesWithin(node, l.input(node, 0).shape, (a) => starts[a] !== 0);
  const input = moved(l, node, 0, axes, output);
  l.builder.call({
    kernel: 'slice',
    nodes: target.nodes,
    inputs: [input.buffer],
    output: l.place(target, axes),
    starts: axes.map((a) => starts[a] ?? 0),
    steps: axes.map((a) => steps[a] ?? 1),
  });
}

export function emitResizeNearest(l: Lowering, node: Node, rows: readonly number[], columns: readonly number[]): void {
  const target = l.target(node);
  if (target.shape.length !== 4 || l.input(node, 0).shape[1] !== target.shape[1])
    throw cannotLower(node, 'only maps [1, C, H, W] can be resized');
  const axes = axesWithin(node, target.shape, () => false);
  const input = moved(l, node, 0, axes);
  l.builder.call({
    kernel: 'resizeNearest',
    nodes: target.nodes,
    inputs: [input.buffer],
    output: l.place(target, axes),
    rows: l.builder.constant('index', `source rows of ${node.id}`, Uint16Array.from(rows)),
    columns: l.builder.constant('index', `source columns of ${node.id}`, Uint16Array.from(columns)),
  });
}
