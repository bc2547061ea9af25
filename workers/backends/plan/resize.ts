import { elementCount, type Shape, type TensorId } from '../../../src/ir/index.ts';
import { type ResizeParts, type ResizeSource, resizeParts } from '../../../src/ops/index.ts';
import { ResampleField } from '../../kernels/assembly/memory.ts';
import {
  bindFields,
  type FastNode,
  inOrder,
  type NodeView,
  type Places,
  type PlannerTable,
  type View,
} from './fast-node.ts';
import { type MoveDimension, moved, picked, stridesOf } from './move.ts';

export const resizePlanners: PlannerTable = {
  Resize: (view) => resized(view, 'Resize'),
  Upsample: (view) => resized(view, 'Upsample'),
};

/** Elements of one line that an element is mixed from, with their weights. */
export type Mixture = readonly (readonly [at: number, weight: number])[];

/** Nearest elements are moved; others are mixed along one axis after the other. */
function resized(view: NodeView, op: 'Resize' | 'Upsample'): FastNode | View | undefined {
  const { inputs, attributes } = view.node;
  const shape = view.floatShape(inputs[0]);
  const output = view.floatShape(view.node.outputs[0]);
  const isOpen = inputs.slice(1).some((id, i) => id !== '' && !view.numbers(i + 1));
  if (!shape || !output || isOpen || elementCount(output) === 0 || elementCount(shape) === 0) return undefined;
  const constants = (index: number) => {
    const list = view.numbers(index);
    return list && list.length > 0 ? list : undefined;
  };
  const parts = resizeParts(op, attributes, view.opset, shape, constants);
  if (!parts || parts.axes.flat().includes('extrapolated')) return undefined;
  return parts.isNearest ? moved(view, { dimensions: nearest(shape, output, parts) }) : smooth(view, shape, parts);
}

const tapsOf = (source: ResizeSource): Mixture =>
  source === 'extrapolated' ? [] : source.at.map((at, t) => [at, source.weights[t] as number]);

function nearest(shape: Shape, output: Shape, { axes }: ResizeParts): readonly MoveDimension[] {
  const from = stridesOf(shape);
  const to = stridesOf(output);
  return shape.map((size, d): MoveDimension => {
    const sources = axes[d];
    const [inputStep, outputStep] = [from[d] as number, to[d] as number];
    if (!sources) return { size, inputStep, outputStep };
    const picks = sources.map((source) => tapsOf(source)[0]?.[0] as number);
    const { dimension, start } = picked(picks, inputStep, outputStep);
    // Evenly spaced picks may start behind the first element; a table says so by itself.
    return start === 0
      ? dimension
      : { size: picks.length, inputStep, outputStep, table: picks.map((at) => at * inputStep) };
  });
}

function smooth(view: NodeView, shape: Shape, { axes }: ResizeParts): FastNode | View | undefined {
  const input = view.node.inputs[0] as TensorId;
  const growth = (d: number) => (axes[d]?.length ?? 0) / (shape[d] as number);
  // What shrinks goes first, then later passes have less to do; of equals the last axis, which takes longest per element.
  const changing = shape
    .map((_, d) => d)
    .filter((d) => axes[d])
    .sort((a, b) => growth(a) - growth(b) || b - a);
  if (changing.length === 0) return view.isActivation(0) ? { viewOf: input } : undefined;
  const mixtures = new Map(changing.map((d) => [d, (axes[d] ?? []).map(tapsOf)]));
  const passes = passesOf(shape, mixtures);
  const [first = 0, second = 0] = bufferBytes(passes);
  return {
    reads: [input],
    scratchBytes: first + second,
    bind: (places) => bindPasses(places, passes, places.operand(input), places.output(0), first),
  };
}

/** One axis of a separable mixing: [outer, inputSize, inner] → [outer, mixtures, inner]. */
export interface MixingPass {
  readonly outer: number;
  readonly inputSize: number;
  readonly inner: number;
  readonly mixtures: readonly Mixture[];
}

/** Axis after axis of `shape`, in the order of `mixtures`. */
export function passesOf(shape: Shape, mixtures: ReadonlyMap<number, readonly Mixture[]>): readonly MixingPass[] {
  const sizes = [...shape];
  const product = (list: readonly number[]) => list.reduce((n, size) => n * size, 1);
  return [...mixtures].map(([d, mixed]) => {
    const pass = {
      outer: product(sizes.slice(0, d)),
      inputSize: sizes[d] as number,
      inner: product(sizes.slice(d + 1)),
      mixtures: mixed,
    };
    sizes[d] = mixed.length;
    return pass;
  });
}

/** Bytes of the two places that passes before the last one write to by turns. */
export function bufferBytes(passes: readonly MixingPass[]): readonly [number, number] {
  const bytes: [number, number] = [0, 0];
  passes.slice(0, -1).forEach(({ outer, inner, mixtures }, i) => {
    const turn = (i % 2) as 0 | 1;
    bytes[turn] = Math.max(bytes[turn], Math.ceil((outer * inner * mixtures.length) / 4) * 16 + 32);
  });
  return bytes;
}

/** Runs the passes one after another; those in between write to working memory, the second place `first` bytes into it. */
export function bindPasses(
  places: Places,
  passes: readonly MixingPass[],
  input: number,
  output: number,
  first: number,
): () => void {
  let from = input;
  return inOrder(
    passes.map((pass, i) => {
      const to = i === passes.length - 1 ? output : places.scratch + (i % 2 === 0 ? 0 : first);
      const step = bindPass(places, pass, from, to);
      from = to;
      return step;
    }),
  );
}

function bindPass(
  { memory }: Places,
  { outer, inputSize, inner, mixtures }: MixingPass,
  input: number,
  output: number,
): () => void {
  const tapCount = mixtures.reduce((most, mixture) => Math.max(most, mixture.length), 1);
  const taps = mixtures.flatMap((mixture) =>
    // What is missing counts the last element with weight 0.
    Array.from({ length: tapCount }, (_, t) => mixture[t] ?? ([mixture.at(-1)?.[0] ?? 0, 0] as const)),
  );
  return bindFields({ memory }, 'resampleFloat', ResampleField, {
    input,
    output,
    outer,
    inputSize,
    outputSize: mixtures.length,
    inner,
    tapCount,
    elements: memory.place(Int32Array.from(taps, ([at]) => at)),
    weights: memory.place(Float32Array.from(taps, ([, weight]) => weight)),
  });
}
