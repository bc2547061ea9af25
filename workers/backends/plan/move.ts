import { elementCount, type Shape, type TensorId } from '../../../src/ir/index.ts';
import { FillField, MoveDim, MoveField } from '../../kernels/assembly/memory.ts';
import { bindFields, type FastNode, floatBits, inOrder, type NodeView, type Places, type View } from './fast-node.ts';

/** One dimension of a move, in elements: where its indices lie in the input and in the output. */
export interface MoveDimension {
  readonly size: number;
  readonly inputStep: number;
  readonly outputStep: number;
  /** Offset in the input per index, in place of multiples of `inputStep`. */
  readonly table?: readonly number[];
}

/** Elements that go from one place to another. */
export interface Move {
  readonly dimensions: readonly MoveDimension[];
  /** Elements before the first one that is read, and before the first one that is written. */
  readonly inputStart?: number;
  readonly outputStart?: number;
}

/** Distances between neighbours of a tensor along each dimension, in elements. */
export function stridesOf(shape: Shape): readonly number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let d = shape.length - 2; d >= 0; d--) strides[d] = (strides[d + 1] as number) * (shape[d + 1] as number);
  return strides;
}

/** An axis that may be counted from the end. */
export const axisOf = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Dimensions of `sizes` in the order `order`, written one after another. */
export function permuted(sizes: readonly number[], order: readonly number[]): Move {
  const from = stridesOf(sizes);
  const to = stridesOf(order.map((d) => sizes[d] as number));
  return {
    dimensions: order.map((d, i) => ({
      size: sizes[d] as number,
      inputStep: from[d] as number,
      outputStep: to[i] as number,
    })),
  };
}

/** Indices along an axis: a step where they are evenly spaced, otherwise a table. */
export function picked(
  indices: readonly number[],
  inputStep: number,
  outputStep: number,
): { readonly dimension: MoveDimension; readonly start: number } {
  const [first = 0, second = first] = indices;
  const step = second - first;
  const size = indices.length;
  if (indices.every((at, i) => at === first + i * step))
    return { dimension: { size, inputStep: step * inputStep, outputStep }, start: first * inputStep };
  return { dimension: { size, inputStep: 0, outputStep, table: indices.map((at) => at * inputStep) }, start: 0 };
}

/** The same move with as few dimensions as possible, the two of a transposition innermost. */
export function simplified({ dimensions, inputStart = 0, outputStart = 0 }: Move): Required<Move> {
  const kept: MoveDimension[] = [];
  for (const dimension of dimensions) {
    if (dimension.size === 1) {
      inputStart += dimension.table?.[0] ?? 0;
      continue;
    }
    const outer = kept.at(-1);
    const { size, inputStep, outputStep, table } = dimension;
    const continues =
      outer && !outer.table && !table && outer.inputStep === inputStep * size && outer.outputStep === outputStep * size;
    if (continues) kept[kept.length - 1] = { size: outer.size * size, inputStep, outputStep };
    else kept.push(dimension);
  }
  if (kept.length === 0) kept.push({ size: 1, inputStep: 1, outputStep: 1 });
  const last = kept.at(-1) as MoveDimension;
  const line = kept.findIndex((d) => d.inputStep === 1 && !d.table);
  if (last.outputStep === 1 && last.inputStep > 1 && !last.table && line >= 0)
    kept.splice(kept.length - 2, 0, ...kept.splice(line, 1));
  return { dimensions: kept, inputStart, outputStart };
}

export function bindMove({ memory }: Pick<Places, 'memory'>, input: number, output: number, move: Move): () => void {
  const { dimensions, inputStart, outputStart } = simplified(move);
  const fields = dimensions.flatMap(({ size, inputStep, outputStep, table }) => {
    const block = new Array<number>(MoveDim.bytes / 4).fill(0);
    block[MoveDim.size / 4] = size;
    block[MoveDim.inputStep / 4] = inputStep * 4;
    block[MoveDim.outputStep / 4] = outputStep * 4;
    block[MoveDim.table / 4] = table ? memory.place(Int32Array.from(table, (at) => at * 4)) : 0;
    return block;
  });
  return bindFields({ memory }, 'moveFloat', MoveField, {
    input: input + inputStart * 4,
    output: output + outputStart * 4,
    rank: dimensions.length,
    dims: memory.place(Int32Array.from(fields)),
  });
}

/** Writes one value to all elements of a place. */
export const bindFill = (places: Pick<Places, 'memory'>, output: number, count: number, value: number): (() => void) =>
  bindFields(places, 'fillFloat', FillField, { output, count, value: floatBits(value) });

/** Whether a move leaves all elements where they are. */
export function isCopy(move: Move, from: Shape, to: Shape): boolean {
  const { dimensions, inputStart, outputStart } = simplified(move);
  const [only, ...others] = dimensions;
  if (elementCount(from) !== elementCount(to) || inputStart !== 0 || outputStart !== 0 || others.length > 0)
    return false;
  return only?.inputStep === 1 && only.outputStep === 1 && only.size === elementCount(to);
}

/** A node whose output 0 is elements of its input 0, each read once or more; `fill`: what is elsewhere in the output. */
export function moved(view: NodeView, move: Move, fill?: number): FastNode | View | undefined {
  const input = view.node.inputs[0] as TensorId;
  const [from, to] = [view.floatShape(input), view.floatShape(view.node.outputs[0])];
  if (!from || !to || elementCount(to) === 0 || elementCount(from) === 0) return undefined;
  if (fill === undefined && view.isActivation(0) && isCopy(move, from, to)) return { viewOf: input };
  return {
    reads: [input],
    bind(places) {
      const output = places.output(0);
      const step = bindMove(places, places.operand(input), output, move);
      return fill === undefined ? step : inOrder([bindFill(places, output, elementCount(to), fill), step]);
    },
  };
}
