import type { Dim, Shape, Tensor } from '../../ir/index.ts';
import { AttributeReader, type BoundOp, given, type OpDef, sizeOf, type Value, value } from '../../ops/index.ts';

/** Domain of operators that exist only in training steps and are never written to a file. Its one opset is 1. */
export const TRAINING_DOMAIN = 'paretoscope.train';

interface Definition extends Pick<BoundOp, 'infer' | 'run'> {
  /** Operations per element of the first output; default 1. */
  readonly ops?: number;
  readonly cost?: BoundOp['cost'];
}

/** An operator of the domain; `define` reads its attributes. */
export const trainingOperator = <Name extends string>(name: Name, define: (read: AttributeReader) => Definition) =>
  ({
    id: `${TRAINING_DOMAIN}::${name}`,
    sinceOpset: 1,
    bind(attributes) {
      const { infer, run, ops = 1, cost } = define(new AttributeReader(name, attributes));
      return {
        infer: (inputs, outputCount) => infer(inputs, outputCount).slice(0, outputCount),
        run: (inputs, outputCount) => run(inputs, outputCount).slice(0, outputCount),
        cost: cost ?? ((_inputs, [y]) => ({ kind: 'elementwise', extraOps: ops * sizeOf(y) })),
      };
    },
  }) as const satisfies OpDef;

/** What is known of a value of float32 numbers. */
export const float = (shape: readonly Dim[] | undefined): Value => value('float32', shape);

/** The numbers of an input of float32. */
export function floats(op: string, inputs: readonly (Tensor | undefined)[], index: number, name?: string) {
  const { data } = given(op, inputs, index, name);
  return data as Float32Array;
}

/** A tensor from numbers computed in double precision, rounded once. */
export const floatTensor = (shape: Shape, values: ArrayLike<number>): Tensor => ({
  type: 'float32',
  shape,
  data: values instanceof Float32Array ? values : Float32Array.from(values),
});

export const scalar = (x: number): Tensor => floatTensor([], [x]);
