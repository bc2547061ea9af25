import { elementCount, type Shape, type TensorId } from '../../../src/ir/index.ts';
import { GemmField } from '../../kernels/assembly/memory.ts';
import { packColumns } from '../pack-float.ts';
import { bindFields, type FastNode, floatBits, type NodeView, type Places, type PlannerTable } from './fast-node.ts';

export const productPlanners: PlannerTable = { Gemm: gemm, MatMul: matMul };

/** A product of matrices, or of stacks of them: how its operands lie. */
interface Product {
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
  readonly transA: boolean;
  readonly transB: boolean;
  readonly alpha: number;
  /** Elements that a batch's A and B lie after the first ones, two numbers per batch. */
  readonly table: readonly number[];
}

/** Where sums start: fields of the kernel; operands that it needs. */
interface Start {
  readonly reads: readonly TensorId[];
  fields(
    places: Places,
  ): Pick<
    Record<keyof typeof GemmField, number>,
    'rowBias' | 'columnBias' | 'start' | 'startRowStep' | 'startColumnStep' | 'startFactor'
  >;
}

const NO_BIAS = { rowBias: 0, columnBias: 0, start: 0, startRowStep: 0, startColumnStep: 0, startFactor: floatBits(1) };

function gemm(view: NodeView): FastNode | undefined {
  const { node } = view;
  const a = view.floatShape(node.inputs[0]);
  const b = view.floatShape(node.inputs[1]);
  if (a?.length !== 2 || b?.length !== 2) return undefined;
  const [transA, transB] = [view.int('transA', 0) !== 0, view.int('transB', 0) !== 0];
  const [rows, depth] = (transA ? [a[1], a[0]] : a) as readonly [number, number];
  const columns = b[transB ? 0 : 1] as number;
  const start = gemmStart(view, rows, columns);
  if (!start) return undefined;
  return product(view, { rows, depth, columns, transA, transB, alpha: view.float('alpha', 1), table: [0, 0] }, start);
}

/** beta · C, which any shape that broadcasts to [rows, columns] may be; `undefined`: it has no known shape. */
function gemmStart(view: NodeView, rows: number, columns: number): Start | undefined {
  const beta = view.float('beta', 1);
  if (!view.has(2) || beta === 0) return { reads: [], fields: () => NO_BIAS };
  const id = view.node.inputs[2] as TensorId;
  const shape = view.floatShape(id);
  if (!shape || shape.length > 2) return undefined;
  const [height, width] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const fields = (places: Places) => {
    const address = places.operand(id);
    if (beta === 1 && height === 1 && width === columns) return { ...NO_BIAS, columnBias: address };
    if (beta === 1 && width === 1 && height === rows) return { ...NO_BIAS, rowBias: address };
    const startRowStep = height === 1 ? 0 : width * 4;
    return {
      ...NO_BIAS,
      start: address,
      startRowStep,
      startColumnStep: width === 1 ? 0 : 4,
      startFactor: floatBits(beta),
    };
  };
  return { reads: [id], fields };
}

/** Also of vectors, and of stacks of matrices that broadcast. */
function matMul(view: NodeView): FastNode | undefined {
  const { node } = view;
  const a = view.floatShape(node.inputs[0]);
  const b = view.floatShape(node.inputs[1]);
  if (!a?.length || !b?.length) return undefined;
  const left = a.length === 1 ? [1, a[0] as number] : a;
  const right = b.length === 1 ? [b[0] as number, 1] : b;
  const [depth, columns] = right.slice(-2) as [number, number];
  const start: Start = { reads: [], fields: () => NO_BIAS };
  const one = { depth, columns, transA: false, transB: false, alpha: 1 };
  if (right.length === 2) return product(view, { ...one, rows: elementCount(left) / depth, table: [0, 0] }, start);
  return product(view, { ...one, rows: left.at(-2) as number, table: batchTable(left, right) }, start);
}

/** Where the matrices of each batch lie, batches in row-major order of the broadcast leading axes. */
function batchTable(a: Shape, b: Shape): readonly number[] {
  const rank = Math.max(a.length, b.length) - 2;
  const leading = (shape: Shape) => [...new Array<number>(rank + 2 - shape.length).fill(1), ...shape.slice(0, -2)];
  const [left, right] = [leading(a), leading(b)];
  const [leftSize, rightSize] = [elementCount(a.slice(-2)), elementCount(b.slice(-2))];
  let table: readonly (readonly [number, number])[] = [[0, 0]];
  for (let axis = 0; axis < rank; axis++) {
    const [m, n] = [left[axis] as number, right[axis] as number];
    const count = m === 1 ? n : m;
    table = table.flatMap(([i, j]) =>
      Array.from({ length: count }, (_, k) => [i * m + (m === 1 ? 0 : k), j * n + (n === 1 ? 0 : k)] as const),
    );
  }
  return table.flatMap(([i, j]) => [i * leftSize, j * rightSize]);
}

/** Fewer rows do not repay packing a matrix whose rows are contiguous. */
const ROWS_WORTH_PACKING = 16;

function product(view: NodeView, p: Product, start: Start): FastNode | undefined {
  const { node } = view;
  const { rows, depth, columns, table } = p;
  if (table.length === 0 || rows * columns * depth === 0) return undefined;
  const [a, b] = [node.inputs[0] as TensorId, node.inputs[1] as TensorId];
  const constant = table.length === 2 ? view.constant(1) : undefined;
  /** Packed once for all calls. */
  let kept: number | undefined;
  const packed = ({ memory }: Places, data: Float32Array): number => {
    kept ??= memory.place(constantPanels(data, p));
    return kept;
  };
  const packs = !constant && (p.transB || p.alpha !== 1 || rows >= ROWS_WORTH_PACKING);
  return {
    reads: [a, ...(constant ? [] : [b]), ...start.reads],
    scratchBytes: packs ? Math.ceil(columns / 8) * depth * 32 : 0,
    clamps: true,
    bind: (places) =>
      bindFields(places, 'gemmFloat', GemmField, {
        a: places.operand(a),
        aRowStep: p.transA ? 4 : depth * 4,
        aDepthStep: p.transA ? rows * 4 : 4,
        ...(constant ? packedRight(p, packed(places, constant.data)) : runTimeRight(places, b, p, packs)),
        factor: floatBits(p.alpha),
        c: places.output(0),
        rows,
        depth,
        columns,
        ...start.fields(places),
        low: floatBits(places.low),
        high: floatBits(places.high),
        batches: table.length / 2,
        table: places.memory.place(Int32Array.from(table, (elements) => elements * 4)),
      }),
  };
}

function constantPanels(data: Float32Array, { depth, columns, transB, alpha }: Product): Float32Array {
  const panels = packColumns(data, depth, columns, transB ? 'columns' : 'rows');
  return alpha === 1 ? panels : panels.map((v) => v * alpha);
}

const packedRight = ({ depth }: Product, b: number) => ({ b, panels: 0, panelStep: depth * 32, bStep: 32 });

const runTimeRight = (places: Places, b: TensorId, { depth, columns, transB }: Product, packs: boolean) => ({
  b: places.operand(b),
  panels: packs ? places.scratch : 0,
  ...(packs
    ? { panelStep: transB ? depth * 4 : 4, bStep: transB ? 4 : columns * 4 }
    : { panelStep: 32, bStep: columns * 4 }),
});
