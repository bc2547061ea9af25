import { elementCount, type Node, numbersOf, type Shape } from '../ir/index.ts';
import type { SpatialWindow } from '../ops/index.ts';
import { merged, ordered, split } from './axis-order.ts';
import { scaleOf } from './builder.ts';
import { batched, cannotLower } from './errors.ts';
import { type Lowering, rangeOf } from './lowering.ts';
import { rescaleParameters } from './rescale-parameters.ts';
import { largestCode, weightedConstants } from './weighted.ts';

/** Layers with windows or weights: conv2d, dense, maxPool, averagePool. */

type Pair = readonly [number, number];

/** One spatial axis becomes two, the first of size 1. */
function asPlane(node: Node, list: readonly number[], missing: number): Pair {
  const [a, b] = list;
  if (a !== undefined && list.length === 1) return [missing, a];
  if (a === undefined || b === undefined || list.length !== 2)
    throw cannotLower(node, `windows over ${list.length} axes are not supported`);
  return [a, b];
}

function planeWindow(node: Node, { strides, dilations, pads }: SpatialWindow) {
  const half = pads.length / 2;
  const begins = asPlane(node, pads.slice(0, half), 0);
  const ends = asPlane(node, pads.slice(half), 0);
  return {
    strides: asPlane(node, strides, 1),
    dilations: asPlane(node, dilations, 1),
    pads: [begins[0], begins[1], ends[0], ends[1]] as const,
  };
}

/** A [1, C, …] map as [1, C, H, W]. */
function planeShape(node: Node, shape: Shape): Shape {
  if (shape.length !== 3 && shape.length !== 4) throw cannotLower(node, `its input has ${shape.length} dimensions`);
  if (shape[0] !== 1) throw batched(node, shape);
  return shape.length === 4 ? shape : [1, shape[1] as number, 1, shape[2] as number];
}

const MAP_AXES = [2, 3, 1];

/** Input 0 as a map [H, W, C], and the buffer of the result as one. */
function mapOperands(l: Lowering, node: Node) {
  const value = l.input(node, 0);
  const shape = planeShape(node, value.shape);
  const target = l.target(node);
  const input = l.values.inAxes(value, MAP_AXES, target.nodes, shape);
  const outShape = planeShape(node, target.shape);
  const { buffer, order } = l.values.create(target.tensor, outShape, target.quant, MAP_AXES);
  l.values.set(target.tensor, { tensor: target.tensor, shape: target.shape, quant: target.quant, buffer, order });
  return { input, shape, target, output: buffer, outShape };
}

export function emitConv(l: Lowering, node: Node, window: SpatialWindow & { readonly groups: number }): void {
  const weights = l.stored(node.inputs[1]);
  if (!weights) throw cannotLower(node, 'its weights are computed at run time');
  const { input, target, output } = mapOperands(l, node);
  const [channels = 0, perGroup = 0, ...kernel] = weights.shape;
  const [kernelHeight, kernelWidth] = asPlane(node, kernel, 1);
  const taps = kernelHeight * kernelWidth;
  const row = perGroup * taps;
  const bias = l.constant(node.inputs[2]);
  const constants = weightedConstants(
    l.builder,
    {
      label: node.id,
      input: input.quant,
      output: target.quant,
      weights,
      weightQuant: l.quant(node.inputs[1] as string, node),
      // [O, I, KH, KW] → [O, KH, KW, I]
      plan: {
        key: 'conv',
        channels,
        row,
        source: (o, j) => o * row + (j % perGroup) * taps + Math.floor(j / perGroup),
      },
      weightFactor: 1,
      bias: bias && Array.from(numbersOf(bias)),
      mode: l.scheme.rescale,
      shiftRounding: l.scheme.shiftRounding,
    },
    [channels, kernelHeight, kernelWidth, perGroup],
  );
  noteMode(l, node, constants.mode);
  const { weights: codes, bias: biasCodes, rescale, accumulator } = constants;
  l.builder.call({
    kernel: 'conv2d',
    nodes: target.nodes,
    inputs: [input.buffer],
    output,
    weights: codes,
    bias: biasCodes,
    ...planeWindow(node, window),
    groups: window.groups,
    accumulator,
    rescale,
    clamp: target.clamp,
  });
}

function noteMode(l: Lowering, node: Node, used: string): void {
  if (used === l.scheme.rescale) return;
  const message = `Layer '${node.id}' is rescaled by ${used} instead of ${l.scheme.rescale}: its factor or its sums do not fit.`;
  l.warn({ code: 'lower/rescale-fallback', severity: 'info', node: node.id, message });
}

export interface DenseOperands {
  readonly weight: number;
  readonly bias?: number;
  readonly outAxis: 0 | 1;
  readonly weightFactor?: number;
  readonly biasFactor?: number;
}

/**
 * The last axis of the input is summed over. Whatever order its elements lie in, the weights are stored in that order: so a
 * Flatten of a channels-last map needs no transpose.
 */
export function emitDense(l: Lowering, node: Node, operands: DenseOperands): void {
  const weights = l.stored(node.inputs[operands.weight]);
  if (weights?.shape.length !== 2) throw cannotLower(node, 'its weights are not a constant matrix');
  const target = l.target(node);
  const value = l.input(node, 0);
  const size = value.shape.at(-1) ?? 1;
  const rows = elementCount(value.shape) / size;
  let placed = l.values.anyOrder(value);
  let loops = split(merged(placed.order), [size]);
  const firstInner = loops?.findIndex((loop) => loop.stride < size) ?? -1;
  if (!loops || (firstInner >= 0 && loops.slice(firstInner).some((loop) => loop.stride >= size))) {
    placed = l.values.inOrder(
      placed,
      ordered(
        value.shape,
        value.shape.map((_, i) => i),
      ),
      target.nodes,
    );
    loops = split(merged(placed.order), [size]) ?? [];
  }
  const inner = loops.filter((loop) => loop.stride < size);
  const outer = loops.filter((loop) => loop.stride >= size);
  const channels = weights.shape[operands.outAxis] as number;
  const position = positions(inner);
  const [perOut, perIn] = operands.outAxis === 0 ? [size, 1] : [1, channels];
  const bias = operands.bias === undefined ? undefined : l.constant(node.inputs[operands.bias]);
  const constants = weightedConstants(
    l.builder,
    {
      label: node.id,
      input: placed.quant,
      output: target.quant,
      weights,
      weightQuant: l.quant(node.inputs[operands.weight] as string, node),
      plan: {
        key: `dense:${operands.outAxis}:${inner.map((loop) => `${loop.stride}x${loop.size}`).join()}`,
        channels,
        row: size,
        source: (o, j) => o * perOut + (position[j] as number) * perIn,
      },
      weightFactor: operands.weightFactor ?? 1,
      bias: bias && denseBias(node, numbersOf(bias), channels, operands.biasFactor ?? 1),
      mode: l.scheme.rescale,
      shiftRounding: l.scheme.shiftRounding,
    },
    [channels, size],
  );
  noteMode(l, node, constants.mode);
  const { weights: codes, bias: biasCodes, rescale, accumulator } = constants;
  const sizes = rows > 1 ? [rows, channels] : [channels];
  const output = l.builder.buffer(target.tensor, sizes, target.quant);
  const order = [
    ...outer.map((loop) => ({ ...loop, stride: (loop.stride / size) * channels })),
    { stride: 1, size: channels },
  ];
  l.values.set(target.tensor, { ...target, buffer: output, order: order.filter((loop) => loop.size > 1) });
  l.builder.call({
    kernel: 'dense',
    nodes: target.nodes,
    inputs: [l.builder.view(placed.buffer, rows > 1 ? [rows, size] : [size])],
    output,
    weights: codes,
    bias: biasCodes,
    rows,
    accumulator,
    rescale,
    clamp: target.clamp,
  });
}

/** Row-major number of each element in memory order. */
function positions(loops: readonly { readonly stride: number; readonly size: number }[]): Int32Array {
  let list = Int32Array.of(0);
  for (const { stride, size } of loops) {
    const next = new Int32Array(list.length * size);
    for (let i = 0; i < list.length; i++)
      for (let k = 0; k < size; k++) next[i * size + k] = (list[i] as number) + k * stride;
    list = next;
  }
  return list;
}

function denseBias(node: Node, values: ArrayLike<number>, channels: number, factor: number): number[] {
  if (values.length !== 1 && values.length !== channels)
    throw cannotLower(node, `its bias has ${values.length} values for ${channels} outputs`);
  return Array.from({ length: channels }, (_, c) => (values[values.length > 1 ? c : 0] as number) * factor);
}

export function emitMaxPool(
  l: Lowering,
  node: Node,
  window: SpatialWindow & { readonly kernel: readonly number[] },
): void {
  if (node.outputs.length > 1 && node.outputs[1]) throw cannotLower(node, 'the positions of maxima are asked for');
  const { input, target, output } = mapOperands(l, node);
  const call = { kernel: 'maxPool' as const, nodes: target.nodes, inputs: [input.buffer], output };
  l.builder.call({
    ...call,
    window: asPlane(node, window.kernel, 1),
    ...planeWindow(node, window),
    clamp: target.clamp,
  });
}

export function emitAveragePool(
  l: Lowering,
  node: Node,
  window: SpatialWindow & { readonly kernel: readonly number[]; readonly countPadding: boolean },
): void {
  if (window.dilations.some((d) => d !== 1)) throw cannotLower(node, 'its window is dilated');
  const { input, shape, target, output, outShape } = mapOperands(l, node);
  const kernel = asPlane(node, window.kernel, 1);
  const { strides, pads } = planeWindow(node, window);
  const along = (axis: 0 | 1) => {
    const [size, out] = [shape[axis + 2] as number, outShape[axis + 2] as number];
    const [begin, end] = [pads[axis], pads[axis + 2] as number];
    return windowCounts(size, out, kernel[axis], strides[axis], begin, end, window.countPadding);
  };
  const [rows, columns] = [along(0), along(1)];
  const counts = [...new Set(rows.flatMap((r) => columns.map((c) => r * c)))].filter((n) => n > 0);
  const factors = counts.map((n) => scaleOf(input.quant) / (scaleOf(target.quant) * n));
  const sum = largestCode(input.quant) * kernel[0] * kernel[1];
  const mode = l.scheme.rescale === 'fixed32' && sum < 2 ** 31 ? 'fixed32' : 'fixed16';
  const { multiplier, shift } = rescaleParameters(factors, mode);
  const table = new Int32Array(kernel[0] * kernel[1] + 1);
  counts.forEach((n, i) => {
    table[n] = multiplier[i] as number;
  });
  l.builder.call({
    kernel: 'averagePool',
    nodes: target.nodes,
    inputs: [input.buffer],
    output,
    window: kernel,
    strides,
    pads,
    countPadding: window.countPadding,
    multiplier: l.builder.constant('multiplier', `multipliers of ${node.id}`, table),
    shift: shift[0] as number,
    clamp: target.clamp,
  });
}

/** How many elements each window along one axis counts. */
function windowCounts(
  size: number,
  out: number,
  kernel: number,
  stride: number,
  begin: number,
  end: number,
  countPadding: boolean,
): number[] {
  const counts = Array.from({ length: out }, (_, i) => {
    const from = i * stride - begin;
    return countPadding
      ? Math.min(from + kernel, size + end) - from
      : Math.min(from + kernel, size) - Math.max(from, 0);
  });
  return [...new Set(counts)];
}

/** y = factor[c] · x + shift[c] for each channel (axis 1 of a map, the last axis otherwise): a 1×1 convolution by channel. */
export function emitChannelAffine(
  l: Lowering,
  node: Node,
  index: number,
  factors: readonly number[],
  shifts: readonly number[],
): void {
  const value = l.input(node, index);
  const target = l.target(node);
  const channels = factors.length;
  const axes =
    value.shape.length > 2
      ? [...value.shape.keys()].filter((a) => a !== 1 && a !== 0).concat(1)
      : [value.shape.length - 1];
  if (value.shape.length > 1 && value.shape[0] !== 1) throw batched(node, value.shape);
  const input = l.values.inAxes(value, axes, target.nodes);
  const pixels = elementCount(value.shape) / channels;
  const output = l.place(target, axes);
  const label = `factors of ${node.id}`;
  const [low, high] = rangeOf(target.quant);
  const scaleIn = scaleOf(input.quant);
  const scaleOut = scaleOf(target.quant);
  // A factor of 0 leaves the shift alone: the finest scale that holds it stands in.
  const units = factors.map((f, c) =>
    Math.max(Math.abs(f) / 127, Math.abs(shifts[c] as number) / (scaleIn * 2 ** 29), (scaleOut / scaleIn) * 2 ** -30),
  );
  const codes = Int8Array.from(factors, (f, c) => Math.round(f / (units[c] as number)));
  const bias = Int32Array.from(shifts, (s, c) => Math.round(s / (scaleIn * (units[c] as number))));
  const parameters = rescaleParameters(
    units.map((u) => (scaleIn * u) / scaleOut),
    l.scheme.rescale === 'fixed32' ? 'fixed32' : 'fixed16',
  );
  const map = [pixels, 1, channels];
  const { builder } = l;
  builder.call({
    kernel: 'conv2d',
    nodes: target.nodes,
    inputs: [builder.view(input.buffer, map)],
    output: builder.view(output, map),
    weights: builder.constant('weights', label, codes, [channels, 1, 1, 1]),
    bias: builder.constant('bias', `shifts of ${node.id}`, bias),
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
    groups: channels,
    accumulator: 'int32',
    rescale: {
      multiplier: builder.constant('multiplier', `multipliers of ${node.id}`, Int32Array.from(parameters.multiplier)),
      shift: builder.constant('shift', `shifts of ${node.id}`, Uint8Array.from(parameters.shift)),
      rounding: true,
    },
    clamp: { low: Math.max(low, target.clamp.low), high: Math.min(high, target.clamp.high) },
  });
}
