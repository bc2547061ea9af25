/** Dense and Embedding. */
import { type Dim, elementCount } from '../../../ir/index.ts';
import { ints } from '../../network-builder.ts';
import {
  asKeras,
  kerasValue,
  type LayerReader,
  type LayerScope,
  only,
  put,
  take,
  turnedWeight,
  weight,
} from '../layer-scope.ts';
import { spatialOf, type Value } from '../value.ts';
import type { RawWeight } from '../weights.ts';
import { activated } from './activation.ts';
import { knownChannels } from './convolution.ts';

interface Parameters {
  readonly units: number;
  readonly kernel: RawWeight;
  readonly bias: RawWeight | undefined;
}

const biases = (scope: LayerScope, { bias }: Parameters): string[] => (bias ? [weight(scope, 'bias', bias)] : []);

const dense: LayerReader = (scope) => {
  const { config } = scope;
  const v = only(scope);
  const units = config.positive('units');
  const [kernel, bias] = take(scope, [
    { name: 'kernel', shape: [knownChannels(scope, v), units] },
    ...(config.flag('use_bias', true) ? [{ name: 'bias', shape: [units] }] : []),
  ]) as [RawWeight, RawWeight | undefined];
  const parameters = { units, kernel, bias };
  if (v.layout === 'channels-first') return activated(scope, pointwise(scope, v, parameters));
  return activated(scope, v.shape.length === 2 ? matrix(scope, v, parameters) : overSequence(scope, v, parameters));
};

/** Of a sample per row. Behind a Flatten the rows of the weights are put in the order in which the sample lies. */
function matrix(scope: LayerScope, v: Value, parameters: Parameters): Value {
  const { units, kernel } = parameters;
  const id = put(scope, 'Gemm', [v.id, rows(scope, v, kernel, units), ...biases(scope, parameters)]);
  return kerasValue(id, [v.shape[0] as Dim, units]);
}

function rows(scope: LayerScope, v: Value, kernel: RawWeight, units: number): string {
  if (v.layout !== 'flat-channels-first') return weight(scope, 'kernel', kernel);
  const from = v.from as readonly number[];
  const last = from.length - 1;
  return turnedWeight(scope, 'kernel', kernel, {
    view: [...from, units],
    perm: [last, ...from.slice(0, -1).map((_, i) => i), last + 1],
    shape: [elementCount(from), units],
  });
}

/** Over the channels at every place: a convolution with a window of one. */
function pointwise(scope: LayerScope, v: Value, parameters: Parameters): Value {
  const { units, kernel } = parameters;
  const ones = spatialOf(v).map(() => 1);
  const filter = turnedWeight(scope, 'kernel', kernel, {
    perm: [1, 0],
    shape: [units, kernel.shape[0] as number, ...ones],
  });
  const id = put(scope, 'Conv', [v.id, filter, ...biases(scope, parameters)], { kernel_shape: ints(ones) });
  return { id, shape: [...v.shape.slice(0, -1), units], layout: 'channels-first' };
}

function overSequence(scope: LayerScope, v: Value, parameters: Parameters): Value {
  const shape = [...v.shape.slice(0, -1), parameters.units];
  const [bias] = biases(scope, parameters);
  const product = put(scope, 'MatMul', [v.id, weight(scope, 'kernel', parameters.kernel)]);
  return kerasValue(bias === undefined ? product : put(scope, 'Add', [product, bias], {}, 'bias'), shape);
}

const embedding: LayerReader = (scope) => {
  const { config } = scope;
  const v = asKeras(scope, only(scope));
  const size = config.positive('output_dim');
  const [table] = take(scope, [{ name: 'embeddings', shape: [config.positive('input_dim'), size] }]) as [RawWeight];
  // Indices may come as floats; Gather takes whole numbers.
  const indices = put(scope, 'Cast', [v.id], { to: { kind: 'int', value: INT64 } }, 'indices');
  return kerasValue(put(scope, 'Gather', [weight(scope, 'embeddings', table), indices]), [...v.shape, size]);
};

/** TensorProto.DataType of int64. */
const INT64 = 7;

export const denseLayers: Readonly<Record<string, LayerReader>> = { Dense: dense, Embedding: embedding };
