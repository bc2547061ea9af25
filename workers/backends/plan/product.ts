import { elementCount, type TensorId } from '../../../src/ir/index.ts';
import { GemmField } from '../../kernels/assembly/memory.ts';
import { packColumns } from '../pack-float.ts';
import { bindFields, type FastNode, floatBits, type NodeView, type PlannerTable } from './fast-node.ts';

export const productPlanners: PlannerTable = { Gemm: product, MatMul: product };

/** Gemm and MatMul: [rows, depth] · [depth, columns], the right side constant or, for MatMul, a matrix computed at run time. */
function product(view: NodeView): FastNode | undefined {
  const { node } = view;
  const isGemm = node.op === 'Gemm';
  const a = view.floatShape(node.inputs[0]);
  const b = view.floatShape(node.inputs[1]);
  if (!a || !b || a.length < 2 || b.length !== 2 || !view.isActivation(0)) return undefined;
  if (isGemm && (view.int('transA', 0) || view.float('alpha', 1) !== 1 || view.float('beta', 1) !== 1))
    return undefined;
  const transB = isGemm && view.int('transB', 0) !== 0;
  const depth = a.at(-1) as number;
  const rows = elementCount(a) / depth;
  const columns = b[transB ? 0 : 1] as number;
  const constant = view.constant(1);
  const bias = view.constant(2);
  if (view.has(2) && (!bias || bias.shape.at(-1) !== columns || elementCount(bias.shape) !== columns)) return undefined;
  if (!constant && !view.isActivation(1)) return undefined;
  const panelBytes = Math.ceil(columns / 8) * depth * 32;
  return {
    reads: constant ? [node.inputs[0] as TensorId] : [node.inputs[0] as TensorId, node.inputs[1] as TensorId],
    scratchBytes: constant ? 0 : panelBytes,
    clamps: true,
    bind: (places) =>
      bindFields(places, 'gemmFloat', GemmField, {
        a: places.operand(node.inputs[0] as TensorId),
        panels: constant
          ? places.memory.place(packColumns(constant.data, depth, columns, transB ? 'columns' : 'rows'))
          : places.scratch,
        c: places.output(0),
        rows,
        depth,
        columns,
        rowBias: 0,
        columnBias: bias ? places.memory.place(bias.data) : 0,
        low: floatBits(places.low),
        high: floatBits(places.high),
        source: constant ? 0 : places.operand(node.inputs[1] as TensorId),
        depthStep: transB ? 4 : columns * 4,
        columnStep: transB ? depth * 4 : 4,
      }),
  };
}
