import {
  attributeOf,
  consumersOf,
  type Model,
  type Node,
  numbersOf,
  Rewrite,
  type StageContext,
  type Tensor,
  tensorOf,
} from '../../ir/index.ts';
import { constantOperand, numbersOperand, onlyReader, scaledChannels } from './constant-operand.ts';

/** Beyond this factor a folded weight loses float32 digits, and quantizes badly (methods A.1). */
const LARGE_FACTOR = 1e3;

/** A normalization as y = factor · x + offset per channel. */
interface Affine {
  readonly factor: Float64Array;
  readonly offset: Float64Array;
}

/**
 * Folds BatchNormalization into the Conv, ConvTranspose or Gemm before it, where that has no other reader:
 * k = γ / √(σ² + ε), W' = k·W, b' = k·(b − μ) + β. Elsewhere it stays, as the per-channel affine layer it is.
 * Source: methods A.1.
 */
export function foldBatchNorm(model: Model, ctx: Pick<StageContext, 'warn'>): Model {
  const { graph } = model;
  const consumers = consumersOf(graph);
  const rewrite = new Rewrite(model);
  for (const node of graph.nodes) {
    const norm = onlyReader(node.outputs[0] ?? '', consumers, graph.outputs);
    if (norm?.op !== 'BatchNormalization' || norm.domain !== '' || norm.inputs[0] !== node.outputs[0]) continue;
    const affine = affineOf(model, norm);
    const fused = affine && fuse(model, node, norm, affine, rewrite);
    if (!affine || !fused) continue;
    const largest = affine.factor.reduce((m, k) => Math.max(m, Math.abs(k)), 0);
    if (largest > LARGE_FACTOR) {
      const message = `Folding '${norm.id}' multiplies weights of '${node.id}' by up to ${Math.round(largest)}: a variance is almost 0.`;
      ctx.warn({ code: 'analyze/large-batch-norm-factor', severity: 'warning', node: node.id, message });
    }
    rewrite.replace(node.id, fused);
    rewrite.replace(norm.id);
  }
  return rewrite.done();
}

function affineOf(model: Model, norm: Node): Affine | undefined {
  if (norm.outputs.slice(1).some((id) => id !== '')) return undefined;
  if (attributeOf(norm.attributes, 'training_mode', 'int') === 1) return undefined;
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map((i) => numbersOperand(model, norm.inputs[i]));
  if (!gamma || !beta || !mean || !variance) return undefined;
  const epsilon = attributeOf(norm.attributes, 'epsilon', 'float') ?? 1e-5;
  const factor = Float64Array.from(gamma, (g, c) => g / Math.sqrt((variance[c] as number) + epsilon));
  const offset = factor.map((k, c) => (beta[c] as number) - k * (mean[c] as number));
  return { factor, offset };
}

function fuse(model: Model, node: Node, norm: Node, affine: Affine, rewrite: Rewrite): Node | undefined {
  const weight = constantOperand(model, node.inputs[1]);
  const inner = weight && channelStride(model, node, weight, affine.factor.length);
  if (!weight || inner === undefined) return undefined;
  const channels = affine.factor.length;
  let bias: ArrayLike<number> = new Float64Array(channels);
  const biasId = node.inputs[2] ?? '';
  if (biasId !== '') {
    const tensor = constantOperand(model, biasId);
    // A Gemm may add a whole matrix; only a row per channel is a bias.
    if (!tensor || tensor.shape.at(-1) !== channels || tensor.shape.slice(0, -1).some((d) => d !== 1)) return undefined;
    bias = numbersOf(tensor);
  }
  const shifted = affine.factor.map((k, c) => k * (bias[c] as number) + (affine.offset[c] as number));
  const newWeight = rewrite.constant(`${node.inputs[1]}_folded`, scaledChannels(weight, affine.factor, inner));
  const newBias = rewrite.constant(`${norm.id}_bias`, tensorOf(weight.type, [channels], shifted));
  return { ...node, inputs: [node.inputs[0] as string, newWeight, newBias], outputs: [norm.outputs[0] as string] };
}

/** Elements between two neighbouring output channels of the weight; `undefined` where the layer cannot take a factor. */
function channelStride(model: Model, node: Node, weight: Tensor, channels: number): number | undefined {
  if (node.domain !== '') return undefined;
  const behind = (axis: number) => weight.shape.slice(axis + 1).reduce((n, d) => n * d, 1);
  if (node.op === 'Conv') return weight.shape[0] === channels ? behind(0) : undefined;
  if (node.op === 'ConvTranspose') {
    const groups = attributeOf(node.attributes, 'group', 'int') ?? 1;
    return groups === 1 && weight.shape[1] === channels ? behind(1) : undefined;
  }
  if (node.op !== 'Gemm') return undefined;
  const isPlain = ['alpha', 'beta'].every((name) => (attributeOf(node.attributes, name, 'float') ?? 1) === 1);
  const axis = attributeOf(node.attributes, 'transB', 'int') === 1 ? 0 : 1;
  const rank = model.graph.tensors.get(node.outputs[0] ?? '')?.shape?.length;
  return isPlain && rank === 2 && weight.shape[axis] === channels ? behind(axis) : undefined;
}
