import type { FloatBackend } from '../../compute/index.ts';
import { type NodeId, numbersOf, type SampleSet, type StageContext, type Tensor, weightOf } from '../../ir/index.ts';
import { bindNode } from '../../ops/index.ts';
import { unknownLayer } from '../errors.ts';
import type { Histogram, LayerDetail } from '../model-view.ts';
import type { OpenedModel } from './open.ts';
import { runFloat } from './session.ts';

const BINS = 64;
/** Samples a histogram of activations is made from. */
const MOST_SAMPLES = 16;

/** Weights and activations of one layer of the file, for the inspector. Activations only if samples and a backend are given. */
export async function layerDetail(
  opened: OpenedModel,
  nodeId: NodeId,
  ctx: StageContext,
  run?: { readonly samples: SampleSet; readonly backend: FloatBackend },
): Promise<LayerDetail> {
  const { graph, weights: store } = opened.asRead;
  const node = graph.nodes.find((n) => n.id === nodeId);
  if (!node) throw unknownLayer(nodeId);
  const traits = bindNode(node, graph.opsets)?.quant;
  const weight = traits?.role === 'weighted' ? graph.tensors.get(node.inputs[traits.weight] ?? '')?.weight : undefined;
  const outAxis = traits?.role === 'weighted' ? traits.outAxis : 0;
  const output = node.outputs[0];
  const detail: LayerDetail = {
    node: nodeId,
    ...(weight === undefined ? {} : { weights: weightDetail(weightOf(store, weight), outAxis) }),
  };
  if (!run || output === undefined) return detail;
  const count = Math.min(MOST_SAMPLES, run.samples.count);
  const outputs = await runFloat(opened.asRead, { ...run.samples, count }, [output], run.backend, ctx);
  const values = outputs.map(([first]) => first ?? new Float32Array(0));
  return { ...detail, activations: { histogram: histogramOf(values), samples: count } };
}

function weightDetail({ shape, ...tensor }: Tensor, outAxis: number): NonNullable<LayerDetail['weights']> {
  const values = numbersOf({ shape, ...tensor });
  const channels = shape[outAxis] ?? 1;
  const inner = shape.slice(outAxis + 1).reduce((n, d) => n * d, 1);
  const channelMaxima = new Array<number>(channels).fill(0);
  let [min, max, sum, squares, zeros] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    squares += value * value;
    if (value === 0) zeros++;
    const channel = Math.floor(i / inner) % channels;
    channelMaxima[channel] = Math.max(channelMaxima[channel] as number, Math.abs(value));
  }
  const count = values.length;
  const mean = sum / count;
  return {
    count,
    min,
    max,
    mean,
    standardDeviation: Math.sqrt(Math.max(0, squares / count - mean * mean)),
    zeroShare: zeros / count,
    histogram: histogramOf([values]),
    channelMaxima,
  };
}

function histogramOf(parts: readonly ArrayLike<number>[]): Histogram {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) {
      low = Math.min(low, part[i] as number);
      high = Math.max(high, part[i] as number);
    }
  }
  const counts = new Array<number>(BINS).fill(0);
  if (!(low <= high)) return { low: 0, high: 0, counts };
  const factor = high > low ? BINS / (high - low) : 0;
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) {
      const bin = Math.min(BINS - 1, Math.floor(((part[i] as number) - low) * factor));
      counts[bin] = (counts[bin] as number) + 1;
    }
  }
  return { low, high, counts };
}
