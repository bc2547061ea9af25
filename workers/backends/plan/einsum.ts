import type { Shape, TensorId } from '../../../src/ir/index.ts';
import { GemmField, ReduceFunction } from '../../kernels/assembly/memory.ts';
import {
  bindFields,
  type FastNode,
  floatBits,
  inOrder,
  type NodeView,
  type Places,
  type PlannerTable,
} from './fast-node.ts';
import { bindMove, isCopy, permuted } from './move.ts';
import { bindReduce } from './reduce.ts';

export const einsumPlanners: PlannerTable = { Einsum: einsum };

/** Letters of the operands and of the result; `undefined`: a form for the reference ('...', diagonals). */
function parsed(
  equation: string,
  count: number,
): { readonly inputs: readonly string[]; readonly output: string } | undefined {
  const [left = '', right] = equation.replaceAll(' ', '').split('->');
  const inputs = left.split(',');
  const all = inputs.join('');
  // Without a right side: letters that occur once, in the order of the alphabet.
  const output =
    right ??
    [...all]
      .filter((c) => all.indexOf(c) === all.lastIndexOf(c))
      .sort()
      .join('');
  const isPlain = [...inputs, output].every((term) => /^[A-Za-z]*$/.test(term) && new Set(term).size === term.length);
  return inputs.length === count && isPlain && [...output].every((c) => all.includes(c))
    ? { inputs, output }
    : undefined;
}

/** Size of every letter; `undefined` where operands disagree. */
function sizesOf(terms: readonly string[], shapes: readonly Shape[]): ReadonlyMap<string, number> | undefined {
  const sizes = new Map<string, number>();
  for (const [i, term] of terms.entries()) {
    const shape = shapes[i] as Shape;
    if (shape.length !== term.length) return undefined;
    for (const [d, letter] of [...term].entries()) {
      const size = shape[d] as number;
      if ((sizes.get(letter) ?? size) !== size) return undefined;
      sizes.set(letter, size);
    }
  }
  return sizes;
}

function einsum(view: NodeView): FastNode | undefined {
  const { inputs, outputs } = view.node;
  const shapes = inputs.map((id) => view.floatShape(id));
  const known = shapes.filter((shape) => shape !== undefined);
  const terms = parsed(view.text('equation') ?? '', inputs.length);
  const sizes = terms && known.length === inputs.length ? sizesOf(terms.inputs, known) : undefined;
  if (!terms || !sizes || !view.floatShape(outputs[0]) || [...sizes.values()].includes(0)) return undefined;
  const [a = '', b] = terms.inputs;
  if (b === undefined) return single(view, a, terms.output, sizes);
  return inputs.length === 2 ? product(view, a, b, terms.output, sizes) : undefined;
}

/** Working memory, shared out piece by piece. */
class Scratch {
  bytes = 0;
  take(elements: number): number {
    const at = this.bytes;
    this.bytes += Math.ceil(elements / 4) * 16 + 64;
    return at;
  }
}

const countOf = (letters: string, sizes: ReadonlyMap<string, number>): number =>
  [...letters].reduce((n, c) => n * (sizes.get(c) as number), 1);
const shapeOf = (letters: string, sizes: ReadonlyMap<string, number>): Shape =>
  [...letters].map((c) => sizes.get(c) as number);

/** Letters in another order. */
function reordered(from: string, to: string, sizes: ReadonlyMap<string, number>) {
  const move = permuted(
    shapeOf(from, sizes),
    [...to].map((c) => from.indexOf(c)),
  );
  return { move, isSame: isCopy(move, shapeOf(from, sizes), shapeOf(to, sizes)) };
}

/** Sums over letters that the result lacks, then puts the others in order. */
function single(view: NodeView, from: string, to: string, sizes: ReadonlyMap<string, number>): FastNode {
  const input = view.node.inputs[0] as TensorId;
  const kept = [...from].filter((c) => to.includes(c)).join('');
  const { move, isSame } = reordered(kept, to, sizes);
  const scratch = new Scratch();
  const sums = isSame ? 0 : scratch.take(countOf(kept, sizes));
  return {
    reads: [input],
    scratchBytes: scratch.bytes,
    bind(places) {
      const free = { ...places, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
      const to = isSame ? places.output(0) : places.scratch + sums;
      const isReduced = [...from].map((c) => !kept.includes(c));
      const step = bindReduce(free, ReduceFunction.sum, shapeOf(from, sizes), isReduced, places.operand(input), to);
      return isSame ? step : inOrder([step, bindMove(places, to, places.output(0), move)]);
    },
  };
}

/** As products of matrices: letters of both operands and the result count batches, those the result lacks are the depth. */
function product(
  view: NodeView,
  a: string,
  b: string,
  output: string,
  sizes: ReadonlyMap<string, number>,
): FastNode | undefined {
  const letters = (text: string, keep: (c: string) => boolean) => [...text].filter(keep).join('');
  const batch = letters(output, (c) => a.includes(c) && b.includes(c));
  const rows = letters(output, (c) => a.includes(c) && !b.includes(c));
  const columns = letters(output, (c) => !a.includes(c) && b.includes(c));
  const depth = letters(a, (c) => b.includes(c) && !output.includes(c));
  // A letter of one operand that the result lacks would have to be summed first.
  if ([...a, ...b].some((c) => ![batch, rows, columns, depth].some((group) => group.includes(c)))) return undefined;
  const scratch = new Scratch();
  const left = reordered(a, batch + rows + depth, sizes);
  const transB = reordered(b, batch + columns + depth, sizes).isSame;
  const right = reordered(b, transB ? batch + columns + depth : batch + depth + columns, sizes);
  const result = reordered(batch + rows + columns, output, sizes);
  const [m, n, k, count] = [rows, columns, depth, batch].map((group) => countOf(group, sizes)) as [
    number,
    number,
    number,
    number,
  ];
  const at = {
    left: left.isSame ? 0 : scratch.take(count * m * k),
    right: right.isSame ? 0 : scratch.take(count * k * n),
    result: result.isSame ? 0 : scratch.take(count * m * n),
    panels: scratch.take(Math.ceil(n / 8) * 8 * k),
  };
  const ids = view.node.inputs as readonly [TensorId, TensorId];
  return {
    reads: ids,
    scratchBytes: scratch.bytes,
    bind(places) {
      const calls: (() => void)[] = [];
      const inPlace = (id: TensorId, { move, isSame }: typeof left, offset: number): number => {
        const from = places.operand(id);
        if (isSame) return from;
        calls.push(bindMove(places, from, places.scratch + offset, move));
        return places.scratch + offset;
      };
      const [x, y] = [inPlace(ids[0], left, at.left), inPlace(ids[1], right, at.right)];
      const c = result.isSame ? places.output(0) : places.scratch + at.result;
      calls.push(bindProducts(places, { x, y, c, panels: places.scratch + at.panels }, { m, n, k, count, transB }));
      if (!result.isSame) calls.push(bindMove(places, c, places.output(0), result.move));
      return inOrder(calls);
    },
  };
}

function bindProducts(
  { memory }: Pick<Places, 'memory'>,
  { x, y, c, panels }: Readonly<Record<'x' | 'y' | 'c' | 'panels', number>>,
  {
    m,
    n,
    k,
    count,
    transB,
  }: { readonly m: number; readonly n: number; readonly k: number; readonly count: number; readonly transB: boolean },
): () => void {
  const table = Array.from({ length: count }, (_, i) => [i * m * k * 4, i * k * n * 4]).flat();
  return bindFields({ memory }, 'gemmFloat', GemmField, {
    a: x,
    aRowStep: k * 4,
    aDepthStep: 4,
    b: y,
    panelStep: transB ? k * 4 : 4,
    bStep: transB ? 4 : n * 4,
    panels,
    factor: floatBits(1),
    c,
    rows: m,
    depth: k,
    columns: n,
    rowBias: 0,
    columnBias: 0,
    start: 0,
    startRowStep: 0,
    startColumnStep: 0,
    startFactor: floatBits(1),
    low: floatBits(Number.NEGATIVE_INFINITY),
    high: floatBits(Number.POSITIVE_INFINITY),
    batches: count,
    table: memory.place(Int32Array.from(table)),
  });
}
