import { elementCount, numbersOf, type Shape, type Tensor } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import type { Dims } from '../dims.ts';
import { broadcastTo, given, resultOf, take, walk } from '../elements.ts';
import { incompatibleShapes } from '../errors.ts';
import { value } from '../inference.ts';
import type { LowerContext } from '../lower-context.ts';
import type { OpDef } from '../op-def.ts';
import { addProduct } from './matmul.ts';

const turned = (x: Tensor): Tensor => {
  const [rows = 0, columns = 0] = x.shape;
  return take(x, [columns, rows], walk([columns, rows], [1, columns]));
};

/** Y = alpha · A′ · B′ + beta · C, with A′ and B′ transposed where asked, C broadcast. */
export const gemm = {
  id: 'Gemm',
  sinceOpset: 7,
  bind(attributes) {
    const read = new AttributeReader('Gemm', attributes);
    const transA = read.flag('transA');
    const transB = read.flag('transB');
    const alpha = read.float('alpha') ?? 1;
    const beta = read.float('beta') ?? 1;
    const dimsOf = (a: Dims, b: Dims): Dims => {
      const [m, k1] = transA ? [a[1], a[0]] : [a[0], a[1]];
      const [k2, n] = transB ? [b[1], b[0]] : [b[0], b[1]];
      const differ = typeof k1 === 'number' && typeof k2 === 'number' && k1 !== k2;
      if (a.length !== 2 || b.length !== 2 || differ || m === undefined || n === undefined)
        throw incompatibleShapes('Gemm', 'the factors must be matrices whose inner sizes agree', [a, b]);
      return [m, n];
    };
    return {
      infer: ([a, b]) => [value(a?.type, a?.shape && b?.shape && dimsOf(a.shape, b.shape))],
      cost([a, b], [y]) {
        const inner = a?.shape[transA ? 0 : 1] ?? 0;
        return {
          kind: b?.isConstant ? 'dense' : 'matmul',
          macs: elementCount(y?.shape ?? [0]) * inner,
          params: [1, 2],
          bias: 2,
          geometry: { inChannels: inner, outChannels: y?.shape[1] ?? 0 },
        };
      },
      run(inputs) {
        const a = given('Gemm', inputs, 0, 'A');
        const b = given('Gemm', inputs, 1, 'B');
        const shape = dimsOf(a.shape, b.shape) as Shape;
        const [m = 0, n = 0] = shape;
        const left = numbersOf(transA ? turned(a) : a);
        const right = numbersOf(transB ? turned(b) : b);
        const out = new Float64Array(m * n);
        addProduct(left, 0, right, 0, out, 0, [m, m === 0 ? 0 : left.length / m, n]);
        const c = inputs[2] && numbersOf(broadcastTo(inputs[2], shape));
        for (let i = 0; i < out.length; i++) out[i] = alpha * (out[i] as number) + (c ? beta * (c[i] as number) : 0);
        return [resultOf(a.type, shape, out)];
      },
      quant: { role: 'weighted', weight: 1, bias: 2, outAxis: transB ? 0 : 1, inAxis: transB ? 1 : 0 },
      // A transposed first factor would need its batch moved inwards: no integer form.
      ...(transA
        ? {}
        : {
            lower: (ctx: LowerContext) =>
              ctx.dense({ weight: 1, bias: 2, outAxis: transB ? 0 : 1, weightFactor: alpha, biasFactor: beta }),
          }),
    };
  },
} as const satisfies OpDef;
