import type { TensorId } from '../../ir/index.ts';
import { reshape, scaled, sumTo, turned } from '../compose.ts';
import { type Emitter, int, real } from '../emitter.ts';
import type { GradientRule } from './rule.ts';

/** factor · A′·B′, transposed where asked: one node, for its operands need not be moved. */
export const product = (
  e: Emitter,
  a: TensorId,
  b: TensorId,
  { transA = false, transB = false, alpha = 1 }: { transA?: boolean; transB?: boolean; alpha?: number } = {},
): TensorId =>
  e.emit('Gemm', [a, b], {
    ...(transA ? { transA: int(1) } : {}),
    ...(transB ? { transB: int(1) } : {}),
    ...(alpha === 1 ? {} : { alpha: real(alpha) }),
  });

export const gemm: GradientRule = {
  id: 'Gemm',
  gradients(ctx) {
    const { e, dy, node, read } = ctx;
    const [a = '', b = '', c = ''] = node.inputs;
    const [transA, transB] = [read.flag('transA'), read.flag('transB')];
    const alpha = read.float('alpha') ?? 1;
    return [
      ctx.wanted(0, () =>
        transA
          ? product(e, b, dy, { transA: transB, transB: true, alpha })
          : product(e, dy, b, { transB: !transB, alpha }),
      ),
      ctx.wanted(1, () =>
        transB
          ? product(e, dy, a, { transA: true, transB: transA, alpha })
          : product(e, a, dy, { transA: !transA, alpha }),
      ),
      ctx.wanted(2, () => scaled(e, sumTo(e, dy, e.shapeOf(c)), read.float('beta') ?? 1)),
    ];
  },
};

/** Vectors count as matrices of one row or column; products of a matrix with many rows at once are one large product. */
export const matMul: GradientRule = {
  id: 'MatMul',
  gradients(ctx) {
    const { e, node } = ctx;
    const [a = '', b = ''] = node.inputs;
    const [shapeA, shapeB] = [e.shapeOf(a), e.shapeOf(b)];
    const matrixA = reshape(e, a, shapeA.length === 1 ? [1, ...shapeA] : shapeA);
    const matrixB = reshape(e, b, shapeB.length === 1 ? [...shapeB, 1] : shapeB);
    const [x, y] = [e.shapeOf(matrixA), e.shapeOf(matrixB)];
    const [rows, inner, columns] = [x.at(-2), x.at(-1), y.at(-1)] as [number, number, number];
    const batch = e
      .shapeOf(ctx.dy)
      .slice(0, e.shapeOf(ctx.dy).length - (shapeA.length > 1 ? 1 : 0) - (shapeB.length > 1 ? 1 : 0));
    const dy = reshape(e, ctx.dy, [...batch, rows, columns]);
    if (y.length === 2) {
      const flat = [x.slice(0, -1).reduce((n, d) => n * d, 1), columns] as const;
      const tall = reshape(e, dy, flat);
      return [
        ctx.wanted(0, () => reshape(e, product(e, tall, matrixB, { transB: true }), shapeA)),
        ctx.wanted(1, () =>
          reshape(e, product(e, reshape(e, matrixA, [flat[0], inner]), tall, { transA: true }), shapeB),
        ),
      ];
    }
    return [
      ctx.wanted(0, () => reshape(e, sumTo(e, e.emit('MatMul', [dy, turned(e, matrixB)]), x), shapeA)),
      ctx.wanted(1, () => reshape(e, sumTo(e, e.emit('MatMul', [turned(e, matrixA), dy]), y), shapeB)),
    ];
  },
};
