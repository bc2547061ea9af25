import { type Dim, numbersOf, type Tensor, tensorOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { axisIn, type Dims, splitAt } from '../dims.ts';
import { given, scalarOf, take } from '../elements.ts';
import { sizeOf, value } from '../inference.ts';
import { OPEN_SIZE, type OpDef } from '../op-def.ts';

/** The k largest (or smallest) elements along an axis, in order, and their positions. k is an attribute before opset 10. */
export const topK = {
  id: 'TopK',
  sinceOpset: 1,
  bind(attributes, opset) {
    const read = new AttributeReader('TopK', attributes);
    const axis = read.int('axis') ?? -1;
    const sign = (read.int('largest') ?? 1) !== 0 ? -1 : 1;
    const fixed = read.int('k');
    const kOf = (input: Tensor | undefined) => (opset < 10 ? fixed : input && scalarOf(input));
    const shapeOf = (from: Dims, k: Dim): Dims => {
      const at = axisIn('TopK', axis, from.length);
      return from.map((d, i) => (i === at ? k : d));
    };
    return {
      infer([x, count], outputCount) {
        const k = kOf(count?.constant);
        const shape = x?.shape && shapeOf(x.shape, k ?? OPEN_SIZE);
        return [value(x?.type, shape), value('int64', shape)].slice(0, outputCount);
      },
      cost: ([x]) => ({ kind: 'elementwise', extraOps: sizeOf(x) }),
      run(inputs, outputCount) {
        const x = given('TopK', inputs, 0, 'X');
        const k = kOf(inputs[1]) ?? 1;
        const values = numbersOf(x);
        const [outer, size, inner] = splitAt(x.shape, axisIn('TopK', axis, x.shape.length));
        const map = new Int32Array(outer * k * inner);
        const positions = new Float64Array(map.length);
        for (let o = 0; o < outer; o++)
          for (let j = 0; j < inner; j++) {
            const at = (i: number) => (o * size + i) * inner + j;
            const order = Array.from({ length: size }, (_, i) => i);
            order.sort((a, b) => sign * ((values[at(a)] as number) - (values[at(b)] as number)) || a - b);
            for (let i = 0; i < k; i++) {
              const to = (o * k + i) * inner + j;
              positions[to] = order[i] as number;
              map[to] = at(order[i] as number);
            }
          }
        const shape = shapeOf(x.shape, k) as readonly number[];
        return [take(x, shape, map), tensorOf('int64', shape, positions)].slice(0, outputCount);
      },
    };
  },
} as const satisfies OpDef;
