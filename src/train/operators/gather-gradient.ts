import { elementCount } from '../../ir/index.ts';
import { axisIn, given, listOf, splitAt } from '../../ops/index.ts';
import { badGradientShapes, missingAttribute } from '../errors.ts';
import { float, floats, floatTensor, trainingOperator } from './operator.ts';

/** (indices, dY) → dData of Gather: each slice of dY is added to the slice of the data it was taken from. */
export const gatherGradient = trainingOperator('GatherGradient', (read) => {
  const shape = read.ints('input_shape');
  if (!shape) throw missingAttribute('GatherGradient', 'input_shape');
  const axis = axisIn('GatherGradient', read.int('axis') ?? 0, shape.length);
  return {
    infer: () => [float(shape)],
    run(inputs) {
      const indices = listOf(given('GatherGradient', inputs, 0, 'indices'));
      const dy = floats('GatherGradient', inputs, 1, 'dY');
      const [outer, size, inner] = splitAt(shape, axis);
      if (dy.length !== outer * indices.length * inner)
        throw badGradientShapes('GatherGradient', [shape, [indices.length], [dy.length]]);
      const data = new Float64Array(elementCount(shape));
      for (let o = 0; o < outer; o++)
        indices.forEach((index, k) => {
          const to = (o * size + (index < 0 ? index + size : index)) * inner;
          const from = (o * indices.length + k) * inner;
          for (let i = 0; i < inner; i++) data[to + i] = (data[to + i] as number) + (dy[from + i] as number);
        });
      return [floatTensor(shape, data)];
    },
  };
});
