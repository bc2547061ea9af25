import { type DataType, elementCount, numbersOf, type Shape, type Tensor } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import type { Dims } from '../dims.ts';
import { given, resultOf } from '../elements.ts';
import { sizeOf, value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';
import { logSoftmax } from './softmax.ts';

/** Losses over classes, the second dimension: NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss. */

interface LossOptions {
  readonly ignored: number | undefined;
  readonly reduction: 'mean' | 'sum' | 'none';
}

const readLoss = (read: AttributeReader): LossOptions => ({
  ignored: read.int('ignore_index'),
  reduction: read.oneOf('reduction', ['mean', 'sum', 'none']),
});

const lossDims = (target: Dims | undefined, { reduction }: LossOptions): Dims | undefined =>
  reduction === 'none' ? target : [];

/** −weight · log-probability of the target class, per element or reduced; the mean is weighted. */
function likelihoodLoss(logs: Tensor, target: Tensor, weight: Tensor | undefined, o: LossOptions): Tensor {
  const classes = logs.shape[1] ?? 1;
  const inner = elementCount(logs.shape.slice(2));
  const [values, weights] = [numbersOf(logs), weight && numbersOf(weight)];
  let total = 0;
  let totalWeight = 0;
  const losses = Float64Array.from(numbersOf(target), (label, i) => {
    if (label === o.ignored) return 0;
    const factor = (weights?.[label] as number | undefined) ?? 1;
    const at = (Math.floor(i / inner) * classes + label) * inner + (i % inner);
    const loss = -factor * (values[at] as number);
    total += loss;
    totalWeight += factor;
    return loss;
  });
  const type: DataType = logs.type;
  if (o.reduction === 'none') return resultOf(type, target.shape, losses);
  return resultOf(type, [], Float64Array.of(o.reduction === 'sum' ? total : total / totalWeight));
}

export const negativeLogLikelihoodLoss = {
  id: 'NegativeLogLikelihoodLoss',
  sinceOpset: 12,
  bind(attributes) {
    const options = readLoss(new AttributeReader('NegativeLogLikelihoodLoss', attributes));
    return {
      infer: ([x, target]) => [value(x?.type, lossDims(target?.shape, options))],
      cost: ([, target]) => ({ kind: 'elementwise', extraOps: 2 * sizeOf(target) }),
      run(inputs) {
        const [x, target] = [
          given('NegativeLogLikelihoodLoss', inputs, 0, 'input'),
          given('NegativeLogLikelihoodLoss', inputs, 1, 'target'),
        ];
        return [likelihoodLoss(x, target, inputs[2], options)];
      },
    };
  },
} as const satisfies OpDef;

/** The same after a LogSoftmax over classes, which is the second output where it is asked for. */
export const softmaxCrossEntropyLoss = {
  id: 'SoftmaxCrossEntropyLoss',
  sinceOpset: 12,
  bind(attributes) {
    const options = readLoss(new AttributeReader('SoftmaxCrossEntropyLoss', attributes));
    const overClasses = (logSoftmax as OpDef).bind(new Map([['axis', { kind: 'int', value: 1 }]]), 13);
    return {
      infer: ([scores, labels], outputCount) =>
        [value(scores?.type, lossDims(labels?.shape, options)), value(scores?.type, scores?.shape)].slice(
          0,
          outputCount,
        ),
      cost: ([scores]) => ({ kind: 'softmax', extraOps: 7 * sizeOf(scores) }),
      run(inputs, outputCount) {
        const scores = given('SoftmaxCrossEntropyLoss', inputs, 0, 'scores');
        // Logarithms stay in double precision until the loss is there.
        const wide: Tensor = { type: 'float64', shape: scores.shape, data: Float64Array.from(numbersOf(scores)) };
        const logs = overClasses.run([wide], 1)[0] ?? wide;
        const loss = likelihoodLoss(logs, given('SoftmaxCrossEntropyLoss', inputs, 1, 'labels'), inputs[2], options);
        const asGiven = (t: Tensor) => resultOf(scores.type, t.shape as Shape, numbersOf(t));
        return [asGiven(loss), asGiven(logs)].slice(0, outputCount);
      },
    };
  },
} as const satisfies OpDef;
