import { elementCount, type Shape } from '../../../../src/ir/index.ts';
import {
  bound,
  cuts,
  type Dispatch,
  float,
  type GpuNode,
  type GpuNodeView,
  type GpuPlaces,
  type GpuPlannerTable,
  uniforms,
} from '../gpu-node.ts';

export const productPlanners: GpuPlannerTable = { Gemm: gemm, MatMul: matMul };

/** How a tile kernel is cut: values per invocation along rows and columns, few where the product is narrow. */
export function tileOf(rows: number, columns: number) {
  const per = (size: number) => (size > 32 ? 4 : size > 16 ? 2 : 1);
  const tile = { ROWS: per(rows), COLUMNS: per(columns) };
  const grid = [Math.ceil(columns / (16 * tile.COLUMNS)), Math.ceil(rows / (16 * tile.ROWS))] as const;
  return { tile, grid };
}

interface Operand {
  readonly step: number;
  readonly depthStep: number;
  /** 0: the same matrix in every product. */
  readonly batchStep: number;
}

interface Product {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly batch: number;
  readonly a: Operand;
  readonly b: Operand;
  readonly bias?: { readonly rowStep: number; readonly columnStep: number };
  readonly alpha: number;
  readonly beta: number;
}

function gemm(view: GpuNodeView): GpuNode | undefined {
  const [a, b, output] = [view.input(0), view.input(1), view.output(0)];
  if (a?.length !== 2 || b?.length !== 2 || output?.length !== 2) return undefined;
  const [transA, transB] = [view.int('transA', 0) !== 0, view.int('transB', 0) !== 0];
  const [rows, columns] = output as [number, number];
  const depth = a[transA ? 0 : 1] as number;
  const bias = view.has(2) ? stepsOver(view.input(2), [rows, columns]) : undefined;
  if (view.has(2) && !bias) return undefined;
  return product(view, {
    rows,
    columns,
    depth,
    batch: 1,
    a: { step: transA ? 1 : depth, depthStep: transA ? rows : 1, batchStep: 0 },
    b: { step: transB ? depth : 1, depthStep: transB ? 1 : columns, batchStep: 0 },
    ...(bias ? { bias } : {}),
    alpha: view.float('alpha', 1),
    beta: view.float('beta', 1),
  });
}

/** Of one matrix with others, of as many with as many, or of stacked rows with one matrix. */
function matMul(view: GpuNodeView): GpuNode | undefined {
  const [a, b] = [view.input(0), view.input(1)];
  if (!a || !b || !view.output(0) || a.length < 1 || b.length < 1) return undefined;
  const depth = a.at(-1) as number;
  const columns = b.length === 1 ? 1 : (b.at(-1) as number);
  const height = a.length === 1 ? 1 : (a.at(-2) as number);
  const [batchA, batchB] = [a.slice(0, -2), b.slice(0, -2)];
  const [countA, countB] = [elementCount(batchA), elementCount(batchB)];
  const sizes = { columns, depth, alpha: 1, beta: 1, b: { step: 1, depthStep: columns, batchStep: 0 } };
  if (countB === 1)
    return product(view, {
      ...sizes,
      rows: countA * height,
      batch: 1,
      a: { step: depth, depthStep: 1, batchStep: 0 },
    });
  const aligned = countA === 1 || (countA === countB && sameBatch(batchA, batchB));
  if (!aligned) return undefined;
  return product(view, {
    ...sizes,
    rows: height,
    batch: countB,
    a: { step: depth, depthStep: 1, batchStep: countA === 1 ? 0 : height * depth },
    b: { ...sizes.b, batchStep: depth * columns },
  });
}

/** Equal but for leading ones. */
const sameBatch = (a: Shape, b: Shape): boolean =>
  a.slice(a.findIndex((d) => d !== 1)).join() === b.slice(b.findIndex((d) => d !== 1)).join();

function stepsOver(shape: Shape | undefined, [rows, columns]: readonly [number, number]) {
  if (!shape || shape.length > 2) return undefined;
  const [height, width] = [shape.length === 2 ? (shape[0] as number) : 1, shape.at(-1) ?? 1];
  if ((height !== 1 && height !== rows) || (width !== 1 && width !== columns)) return undefined;
  return { rowStep: height === 1 ? 0 : width, columnStep: width === 1 ? 0 : 1 };
}

/** Work groups along one dimension of a grid. */
const MOST_GROUPS = 65535;

function product(view: GpuNodeView, p: Product): GpuNode | undefined {
  const { grid } = tileOf(p.rows, p.columns);
  if (Math.max(...grid, p.batch) > MOST_GROUPS) return undefined;
  const ids = view.node.inputs.slice(0, p.bias ? 3 : 2);
  return { reads: ids, clamps: true, dispatches: (places) => [dispatch(p, ids, places)] };
}

function dispatch(p: Product, ids: readonly string[], places: GpuPlaces): Dispatch {
  const { tile, grid } = tileOf(p.rows, p.columns);
  return {
    kernel: 'gemm',
    constants: {
      ...tile,
      A_ALONG_DEPTH: p.a.depthStep === 1,
      B_ALONG_DEPTH: p.b.depthStep === 1,
      HAS_BIAS: p.bias !== undefined,
      CLAMPS: cuts(places),
    },
    uniforms: uniforms([
      p.rows,
      p.columns,
      p.depth,
      p.a.step,
      p.a.depthStep,
      p.a.batchStep,
      p.b.depthStep,
      p.b.step,
      p.b.batchStep,
      p.bias?.rowStep ?? 0,
      p.bias?.columnStep ?? 0,
      float(p.alpha),
      float(p.beta),
      bound(places.low),
      bound(places.high),
    ]),
    buffers: [
      places.operand(ids[0] as string),
      places.operand(ids[1] as string),
      ids[2] === undefined ? places.nothing : places.operand(ids[2]),
      places.output(0),
    ],
    groups: [...grid, p.batch],
  };
}
