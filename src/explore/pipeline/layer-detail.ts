import { UserError } from '../../base/index.ts';
import type { FloatBackend } from '../../compute/index.ts';
import {
  elementCount,
  isKnown,
  type NodeId,
  numbersOf,
  type SampleSet,
  type Shape,
  type StageContext,
  type Tensor,
  type TensorId,
  weightOf,
} from '../../ir/index.ts';
import { bindNode } from '../../ops/index.ts';
import { unknownLayer } from '../errors.ts';
import type { Histogram, LayerDetail } from '../model-view.ts';
import type { OpenedModel } from './open.ts';
import { runFloat } from './session.ts';
import { channelTiles, filterTiles } from './tiles.ts';

const BINS = 64;
/** Samples a histogram of activations is made from. */
const MOST_SAMPLES = 16;

/**
 * Weights, activations and the values of a run of one layer, for the inspector. Activations and values only if samples and a
 * backend are given; where the network cannot run, `notRun` says why.
 */
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
    ...(weight === undefined || opened.view.weightless
      ? {}
      : { weights: weightDetail(weightOf(store, weight), outAxis) }),
  };
  if (!run || output === undefined || output === '') return detail;
  try {
    return { ...detail, ...(await runDetail(opened, output, run, ctx)) };
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    return { ...detail, notRun: thrown.message };
  }
}

async function runDetail(
  { asRead }: OpenedModel,
  output: TensorId,
  { samples, backend }: { readonly samples: SampleSet; readonly backend: FloatBackend },
  ctx: StageContext,
): Promise<Pick<LayerDetail, 'activations' | 'output'>> {
  const count = Math.min(MOST_SAMPLES, samples.count);
  const outputs = await runFloat(asRead, { ...samples, count }, [output], backend, ctx);
  const values = outputs.map(([first]) => first ?? new Float32Array(0));
  const first = values[0] ?? new Float32Array(0);
  const shape = asRead.graph.tensors.get(output)?.shape;
  return {
    activations: { histogram: histogramOf(values), samples: count },
    ...(isKnown(shape) && elementCount(shape) === first.length ? { output: valueDetail(first, shape) } : {}),
  };
}

const FIRST_VALUES = 256;

function valueDetail(values: Float32Array, shape: Shape): NonNullable<LayerDetail['output']> {
  let [min, max, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  const channels = channelTiles(values, shape);
  return {
    shape,
    min,
    max,
    mean: sum / values.length,
    first: values.slice(0, FIRST_VALUES),
    ...(channels ? { channels } : {}),
  };
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
  const filters = filterTiles(values, shape, outAxis);
  return {
    ...(filters ? { filters } : {}),
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
