import { axisIn, given, splitAt } from '../../ops/index.ts';
import { float, floats, floatTensor, trainingOperator } from './operator.ts';

/** (dY, Y) → dX along one axis; `of` gives dX from one row of each and the row's total. */
const softmaxGradientLike = <Name extends string>(
  name: Name,
  total: (dy: number, y: number) => number,
  of: (dy: number, y: number, total: number) => number,
) =>
  trainingOperator(name, (read) => {
    const axis = read.int('axis') ?? -1;
    return {
      ops: 5,
      infer: ([dy]) => [float(dy?.shape)],
      run(inputs) {
        const { shape } = given(name, inputs, 0, 'dY');
        const [dy, y] = [floats(name, inputs, 0), floats(name, inputs, 1)];
        const [outer, size, inner] = splitAt(shape, axisIn(name, axis, shape.length));
        const dx = new Float64Array(dy.length);
        for (let o = 0; o < outer; o++)
          for (let i = 0; i < inner; i++) {
            const at = (k: number) => (o * size + k) * inner + i;
            let sum = 0;
            for (let k = 0; k < size; k++) sum += total(dy[at(k)] as number, y[at(k)] as number);
            for (let k = 0; k < size; k++) dx[at(k)] = of(dy[at(k)] as number, y[at(k)] as number, sum);
          }
        return [floatTensor(shape, dx)];
      },
    };
  });

/** dX = Y · (dY − Σ dY·Y). */
export const softmaxGradient = softmaxGradientLike(
  'SoftmaxGradient',
  (dy, y) => dy * y,
  (dy, y, total) => y * (dy - total),
);

/** dX = dY − e^Y · Σ dY. */
export const logSoftmaxGradient = softmaxGradientLike(
  'LogSoftmaxGradient',
  (dy) => dy,
  (dy, y, total) => dy - Math.exp(y) * total,
);
