/** Multi-head attention over sequences. */
import type { Dim } from '../../../ir/index.ts';
import { tooFewInputs, unsupportedLayer } from '../../errors.ts';
import { int, ints } from '../../network-builder.ts';
import {
  asKeras,
  constant,
  kerasValue,
  type LayerReader,
  type LayerScope,
  put,
  scalar,
  turnedWeight,
} from '../layer-scope.ts';
import type { Value } from '../value.ts';
import type { RawWeight } from '../weights.ts';
import { knownChannels } from './convolution.ts';

interface Heads {
  readonly count: number;
  readonly size: number;
}

/** [batch, steps, inputs] → [batch, heads, steps, size], turned by `perm`. */
function projected(scope: LayerScope, v: Value, name: string, { count, size }: Heads, perm: readonly number[]): string {
  const inputs = knownChannels(scope, v);
  const useBias = scope.config.flag('use_bias', true);
  const [kernel, bias] = scope.source
    .part(`${name}_dense`, name)
    .take([
      { name: 'kernel', shape: [inputs, count, size] },
      ...(useBias ? [{ name: 'bias', shape: [count, size] }] : []),
    ]) as [RawWeight, RawWeight | undefined];
  const width = count * size;
  const w = turnedWeight(scope, `${name}/kernel`, kernel, { perm: [0, 1, 2], shape: [inputs, width] });
  const product = biased(scope, put(scope, 'MatMul', [v.id, w], {}, name), bias, name, width);
  const shape = constant(scope, `${name}_shape`, [4], [0, 0, count, size], 'int64');
  const apart = put(scope, 'Reshape', [product, shape], {}, `${name}_heads`);
  return put(scope, 'Transpose', [apart], { perm: ints(perm) }, `${name}_turned`);
}

function biased(scope: LayerScope, id: string, bias: RawWeight | undefined, name: string, width: number): string {
  if (!bias) return id;
  const flat = turnedWeight(scope, `${name}/bias`, bias, { perm: bias.shape.map((_, i) => i), shape: [width] });
  return put(scope, 'Add', [id, flat], {}, `${name}_bias`);
}

/** softmax(q · kᵀ / √size) · v per head, then one projection. Source: Vaswani et al., "Attention Is All You Need", 2017. */
const multiHeadAttention: LayerReader = (scope) => {
  const { config, inputs } = scope;
  if (inputs.length < 2) throw tooFewInputs(scope.file, scope.path, 2, inputs.length);
  if (inputs.length > 3) throw unsupportedLayer(scope.file, scope.path, 'it is given a mask');
  const [query, value, key = value] = inputs.map((v) => asKeras(scope, v)) as [Value, Value, Value?];
  const causal = scope.call.settings['use_causal_mask'] === true;
  if ([query, value, key].some((v) => v.shape.length !== 3) || causal)
    throw unsupportedLayer(
      scope.file,
      scope.path,
      causal ? 'it masks causally' : 'its inputs are no sequences of vectors',
    );
  const heads: Heads = { count: config.positive('num_heads'), size: config.positive('key_dim') };
  const valueHeads: Heads = { count: heads.count, size: config.positive('value_dim', heads.size) };
  const q = projected(scope, query, 'query', heads, [0, 2, 1, 3]);
  const k = projected(scope, key, 'key', heads, [0, 2, 3, 1]);
  const v = projected(scope, value, 'value', valueHeads, [0, 2, 1, 3]);
  const scaled = put(scope, 'Mul', [q, scalar(scope, 'scale', 1 / Math.sqrt(heads.size))], {}, 'scaled');
  const scores = put(scope, 'MatMul', [scaled, k], {}, 'scores');
  const shares = put(scope, 'Softmax', [scores], { axis: int(-1) }, 'shares');
  const mixed = put(scope, 'MatMul', [shares, v], {}, 'mixed');
  return output(scope, query, mixed, valueHeads);
};

function output(scope: LayerScope, query: Value, mixed: string, { count, size }: Heads): Value {
  const [batch, steps] = query.shape as readonly [Dim, Dim];
  const given = scope.config.wholes('output_shape');
  if (given && given.length > 1) throw scope.config.bad('output_shape', 'one number');
  const units = given?.[0] ?? knownChannels(scope, query);
  const useBias = scope.config.flag('use_bias', true);
  const [kernel, bias] = scope.source
    .part('output_dense', 'attention_output')
    .take([
      { name: 'kernel', shape: [count, size, units] },
      ...(useBias ? [{ name: 'bias', shape: [units] }] : []),
    ]) as [RawWeight, RawWeight | undefined];
  const turned = put(scope, 'Transpose', [mixed], { perm: ints([0, 2, 1, 3]) }, 'mixed_turned');
  const shape = constant(scope, 'joined_shape', [3], [0, 0, count * size], 'int64');
  const joined = put(scope, 'Reshape', [turned, shape], {}, 'joined');
  const w = turnedWeight(scope, 'output/kernel', kernel, { perm: [0, 1, 2], shape: [count * size, units] });
  const product = put(scope, 'MatMul', [joined, w], {}, 'output');
  return kerasValue(biased(scope, product, bias, 'output', units), [batch, steps, units]);
}

export const attentions: Readonly<Record<string, LayerReader>> = { MultiHeadAttention: multiHeadAttention };
