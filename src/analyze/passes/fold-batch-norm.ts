import {
  allocate,
  attributeOf,
  isFloat,
  type Model,
  type Node,
  numbersOf,
  Rewrite,
  type StageContext,
  type Tensor,
  tensorOf,
} from '../../ir/index.ts';
import { type Affine, affineOfNorm, affineOfOperation } from './affine.ts';
import { channelsOf } from './fuse-bias.ts';
import { type Look, lookAt } from './look.ts';

/** Beyond this factor a folded weight loses float32 digits, and quantizes badly (methods A.1). */
const LARGE_FACTOR = 1e3;

const FOLDED: ReadonlySet<string> = new Set(['BatchNormalization', 'Mul', 'Div', 'Add', 'Sub']);
const LAYERS: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm']);

/**
 * Folds BatchNormalization into the Conv, ConvTranspose or Gemm before it, where that has no other reader:
 * k = γ / √(σ² + ε), W' = k·W, b' = k·(b − μ) + β. Elsewhere it stays, as the per-channel affine layer it is.
 * Source: methods A.1.
 */
export const foldBatchNorm = (model: Model, ctx: Pick<StageContext, 'warn'>): Model =>
  foldBackward(model, ctx, (_node, next, look) => affineOfNorm(next, look));

/** Folds Mul, Div, Add and Sub by constants per channel into the Conv, ConvTranspose or Gemm before, as `foldBatchNorm` does. */
export const foldScale = (model: Model, ctx: Pick<StageContext, 'warn'>): Model =>
  foldBackward(model, ctx, (node, next, look) => {
    const channels = channelsOf(node, look);
    return channels === undefined ? undefined : affineOfOperation(next, node.outputs[0] as string, channels, look);
  });

function foldBackward(
  model: Model,
  ctx: Pick<StageContext, 'warn'>,
  affineOf: (node: Node, next: Node, look: Look) => Affine | undefined,
): Model {
  const look = lookAt(model);
  const rewrite = new Rewrite(model);
  for (const node of model.graph.nodes) {
    if (!LAYERS.has(node.op) || node.domain !== '') continue;
    const next = look.onlyReader(node.outputs[0]);
    // A Concat of thousands is not searched for the value: only what can be folded is looked at.
    if (!next || !FOLDED.has(next.op) || !next.inputs.includes(node.outputs[0] as string)) continue;
    const affine = affineOf(node, next, look);
    const fused = affine && fuse(node, next, affine, look, rewrite);
    if (!affine || !fused) continue;
    warnOfLargeFactors(node, next, affine, ctx);
    rewrite.replace(node.id, fused);
    rewrite.replace(next.id);
  }
  return rewrite.done();
}

function warnOfLargeFactors(node: Node, next: Node, { factor }: Affine, ctx: Pick<StageContext, 'warn'>): void {
  const largest = factor.reduce((m, k) => Math.max(m, Math.abs(k)), 0);
  if (largest <= LARGE_FACTOR) return;
  const cause = next.op === 'BatchNormalization' ? ': a variance is almost 0' : '';
  const message = `Folding '${next.id}' multiplies weights of '${node.id}' by up to ${Math.round(largest)}${cause}.`;
  ctx.warn({ code: 'analyze/large-batch-norm-factor', severity: 'warning', node: node.id, message });
}

function fuse(node: Node, next: Node, affine: Affine, look: Look, rewrite: Rewrite): Node | undefined {
  const weight = look.constant(node.inputs[1]);
  const channels = affine.factor.length;
  const channelOf = weight && outputChannel(node, weight, channels, look);
  if (!weight || !channelOf || !isFloat(weight.type)) return undefined;
  const bias = biasOf(node, channels, look);
  if (!bias) return undefined;
  const shifted = affine.factor.map((k, c) => k * (bias[c] as number) + (affine.offset[c] as number));
  const scaled = scaledBy(weight, (i) => affine.factor[channelOf(i)] as number);
  const newWeight = rewrite.constant(`${node.inputs[1]}_folded`, scaled);
  const newBias = rewrite.constant(`${next.id}_bias`, tensorOf(weight.type, [channels], shifted));
  return { ...node, inputs: [node.inputs[0] as string, newWeight, newBias], outputs: [next.outputs[0] as string] };
}

/** One number per channel; zeros where the layer has no bias. A Gemm may add a whole matrix: only a row per channel is a bias. */
function biasOf(node: Node, channels: number, look: Look): ArrayLike<number> | undefined {
  const id = node.inputs[2] ?? '';
  if (id === '') return new Float64Array(channels);
  const tensor = look.constant(id);
  if (!tensor || tensor.shape.at(-1) !== channels || tensor.shape.slice(0, -1).some((d) => d !== 1)) return undefined;
  return numbersOf(tensor);
}

/** Weights multiplied element by element, in their own type. */
function scaledBy(weight: Tensor, factor: (index: number) => number): Tensor {
  const source = numbersOf(weight);
  const data = allocate(weight.type, source.length) as Float32Array;
  for (let i = 0; i < data.length; i++) data[i] = (source[i] as number) * factor(i);
  return { type: weight.type, shape: weight.shape, data };
}

const behind = (weight: Tensor, axis: number): number => weight.shape.slice(axis + 1).reduce((n, d) => n * d, 1);

/** Which output channel each element of the weight belongs to; `undefined` where the layer cannot take a factor. */
function outputChannel(
  node: Node,
  weight: Tensor,
  channels: number,
  look: Look,
): ((index: number) => number) | undefined {
  if (channelsOf(node, look) !== channels) return undefined;
  if (node.op === 'Gemm') {
    if (look.shape(node.outputs[0])?.length !== 2) return undefined;
    const inner = attributeOf(node.attributes, 'transB', 'int') === 1 ? behind(weight, 0) : 1;
    return (i) => Math.floor(i / inner) % channels;
  }
  if (node.op === 'Conv') {
    const inner = behind(weight, 0);
    return (i) => Math.floor(i / inner);
  }
  // ConvTranspose: [input channels, output channels of a group, …]; input channels go through the groups in order.
  const perGroup = weight.shape[1] as number;
  const inner = behind(weight, 1);
  const inputsPerGroup = (weight.shape[0] as number) / (channels / perGroup);
  return (i) => {
    const row = Math.floor(i / (inner * perGroup));
    return Math.floor(row / inputsPerGroup) * perGroup + (Math.floor(i / inner) % perGroup);
  };
}

/**
 * Folds BatchNormalization into the Conv or Gemm behind it, where that is its only reader: W' = W·k per input channel,
 * b' = b + Σ W·offset. Exact only where no padding stands beside normalized values, or the offset is 0.
 */
export function foldBatchNormForward(model: Model, _ctx: Pick<StageContext, 'warn'>): Model {
  const look = lookAt(model);
  const rewrite = new Rewrite(model);
  for (const norm of model.graph.nodes) {
    const affine = affineOfNorm(norm, look);
    const next = affine && look.onlyReader(norm.outputs[0]);
    if (!affine || !next || next.inputs[0] !== norm.outputs[0] || next.domain !== '') continue;
    const weight = look.constant(next.inputs[1]);
    const places = weight && inputChannel(next, weight, affine, look);
    const bias = places && biasOf(next, places.outputs, look);
    if (!weight || !places || !bias || !isFloat(weight.type)) continue;
    const elements = numbersOf(weight);
    const added = Float64Array.from({ length: places.outputs }, (_, c) => bias[c] as number);
    for (let i = 0; i < elements.length; i++) {
      const [from, to] = [places.input(i), places.output(i)];
      added[to] = (added[to] as number) + (elements[i] as number) * (affine.offset[from] as number);
    }
    const scaled = scaledBy(weight, (i) => affine.factor[places.input(i)] as number);
    const newWeight = rewrite.constant(`${next.inputs[1]}_folded`, scaled);
    const newBias = rewrite.constant(`${norm.id}_bias`, tensorOf(weight.type, [places.outputs], added));
    rewrite.replace(next.id, { ...next, inputs: [norm.inputs[0] as string, newWeight, newBias] });
    rewrite.replace(norm.id);
  }
  return rewrite.done();
}

interface Places {
  readonly outputs: number;
  /** Input and output channel of each element of the weight. */
  input(index: number): number;
  output(index: number): number;
}

function inputChannel(next: Node, weight: Tensor, { factor, offset }: Affine, look: Look): Places | undefined {
  const outputs = channelsOf(next, look);
  if (outputs === undefined) return undefined;
  if (next.op === 'Gemm') {
    if (attributeOf(next.attributes, 'transA', 'int') === 1) return undefined;
    const isTransposed = attributeOf(next.attributes, 'transB', 'int') === 1;
    const [rows, columns] = weight.shape as [number, number];
    if ((isTransposed ? columns : rows) !== factor.length) return undefined;
    const [row, column] = [(i: number) => Math.floor(i / columns), (i: number) => i % columns];
    return { outputs, input: isTransposed ? column : row, output: isTransposed ? row : column };
  }
  if (next.op !== 'Conv' || (padsAnything(next) && offset.some((v) => v !== 0))) return undefined;
  const perGroup = weight.shape[1] as number;
  const outputsPerGroup = outputs / (attributeOf(next.attributes, 'group', 'int') ?? 1);
  const [outer, inner] = [behind(weight, 0), behind(weight, 1)];
  const output = (i: number) => Math.floor(i / outer);
  const input = (i: number) => Math.floor(output(i) / outputsPerGroup) * perGroup + (Math.floor(i / inner) % perGroup);
  return { outputs, input, output };
}

function padsAnything(node: Node): boolean {
  const automatic = attributeOf(node.attributes, 'auto_pad', 'string') ?? 'NOTSET';
  if (automatic === 'VALID') return false;
  return automatic !== 'NOTSET' || (attributeOf(node.attributes, 'pads', 'ints') ?? []).some((p) => p !== 0);
}
