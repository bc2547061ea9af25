import { elementCount, type Shape } from '../../../../src/ir/index.ts';
import {
  bound,
  cuts,
  type Dispatch,
  float,
  type GpuNode,
  type GpuNodeView,
  type GpuPlaces,
  type GpuPlannerTable,
  grid,
  perElement,
  uniforms,
} from '../gpu-node.ts';
import { sumParts } from './convolution.ts';

export const normalizationPlanners: GpuPlannerTable = {
  BatchNormalization: batchNorm,
  'paretoscope.train::BatchNormalizationTraining': batchNormTraining,
  'paretoscope.train::BatchNormalizationGradient': batchNormGradient,
  LayerNormalization: layerNorm,
  'paretoscope.train::LayerNormalizationGradient': layerNormGradient,
};

/** Elements of a channel that one work group adds up, and the most groups per channel. */
const PART = 4096;
const MOST_PARTS = 64;

interface Channels {
  readonly elements: number;
  readonly channels: number;
  /** Elements of one channel of one sample, and of all samples. */
  readonly inner: number;
  readonly count: number;
  readonly partCount: number;
  readonly partSize: number;
}

function channelsOf(shape: Shape | undefined): Channels | undefined {
  if (!shape || shape.length < 2) return undefined;
  const elements = elementCount(shape);
  const channels = shape[1] as number;
  const count = elements / channels;
  const partSize = Math.ceil(count / Math.min(MOST_PARTS, Math.ceil(count / PART)));
  return {
    elements,
    channels,
    inner: elementCount(shape.slice(2)),
    count,
    partCount: Math.ceil(count / partSize),
    partSize,
  };
}

const PER_CHANNEL = [1, 2, 3, 4] as const;

function batchNorm(view: GpuNodeView): GpuNode | undefined {
  const c = channelsOf(view.input(0));
  if (!c || !view.output(0) || view.node.outputs.slice(1).some((id) => id !== '')) return undefined;
  if (view.int('training_mode', 0) !== 0 || PER_CHANNEL.some((i) => elementsOf(view, i) !== c.channels))
    return undefined;
  const epsilon = view.float('epsilon', 1e-5);
  return {
    reads: view.node.inputs.slice(0, 5),
    clamps: true,
    dispatches: (places) => [
      normalize(
        c,
        epsilon,
        [0, 1, 2, 3, 4].map((i) => places.operand(view.id(i))),
        places,
      ),
    ],
  };
}

const elementsOf = (view: GpuNodeView, index: number): number => elementCount(view.input(index) ?? [0]);

/** `operands`: X, scale, bias, mean, and variance or, without an epsilon, inverse deviation. */
function normalize(
  { elements, channels, inner }: Channels,
  epsilon: number | undefined,
  operands: readonly GPUBuffer[],
  places: GpuPlaces,
): Dispatch {
  return {
    kernel: 'batchNorm',
    constants: { FROM_VARIANCE: epsilon !== undefined, CLAMPS: cuts(places) },
    uniforms: uniforms([elements, channels, inner, float(epsilon ?? 0), bound(places.low), bound(places.high)]),
    buffers: [...operands, places.output(0)],
    groups: perElement(elements),
  };
}

function batchNormTraining(view: GpuNodeView): GpuNode | undefined {
  const c = channelsOf(view.input(0));
  if (!c || [0, 1, 2, 3, 4].some((i) => !view.input(i) || !view.output(i))) return undefined;
  const { channels, inner, count, partCount, partSize } = c;
  const momentum = view.float('momentum', 0.9);
  return {
    reads: view.node.inputs.slice(0, 5),
    scratch: [2 * channels * partCount],
    clamps: true,
    dispatches(places) {
      const operand = (i: number) => places.operand(view.id(i));
      const parts = places.scratch(0);
      return [
        {
          kernel: 'batchNormStatistics',
          uniforms: uniforms([channels, inner, count, partCount, partSize]),
          buffers: [operand(0), parts],
          groups: grid(channels * partCount),
        },
        {
          kernel: 'batchNormMerge',
          uniforms: uniforms([
            channels,
            count,
            partCount,
            partSize,
            float(momentum),
            float(1 - momentum),
            float(view.float('epsilon', 1e-5)),
          ]),
          buffers: [parts, operand(3), operand(4), ...[1, 2, 3, 4].map((i) => places.output(i))],
          groups: perElement(channels),
        },
        normalize(c, undefined, [operand(0), operand(1), operand(2), places.output(3), places.output(4)], places),
      ];
    },
  };
}

function batchNormGradient(view: GpuNodeView): GpuNode | undefined {
  const c = channelsOf(view.input(0));
  if (!c || [0, 1, 2, 3, 4].some((i) => !view.input(i))) return undefined;
  const { elements, channels, inner, count, partCount, partSize } = c;
  return {
    reads: view.node.inputs.slice(0, 5),
    scratch: [2 * channels * partCount, 2 * channels],
    dispatches(places) {
      const [dy, x, scale, mean, inverse] = [0, 1, 2, 3, 4].map((i) => places.operand(view.id(i))) as GPUBuffer[];
      const operands = { dy, x, scale, mean, inverse } as Record<string, GPUBuffer>;
      const [parts, sums] = [places.scratch(0), places.scratch(1)];
      const pick = (output: number, source: number): Dispatch => ({
        kernel: 'copy',
        uniforms: uniforms([channels, 1, source, 0], [[channels, 1, 1]], 8),
        buffers: [sums, places.output(output)],
        groups: perElement(channels),
      });
      const list: Dispatch[] = [
        {
          kernel: 'batchNormSums',
          uniforms: uniforms([channels, inner, count, partCount, partSize]),
          buffers: ['dy', 'x', 'mean', 'inverse'].map((name) => operands[name] as GPUBuffer).concat(parts),
          groups: grid(channels * partCount),
        },
        sumParts(parts, sums, 2 * channels, partCount),
      ];
      if (view.hasOutput(0))
        list.push({
          kernel: 'batchNormGradient',
          uniforms: uniforms([elements, channels, inner, float(1 / count)]),
          buffers: [...Object.values(operands), sums, places.output(0)],
          groups: perElement(elements),
        });
      if (view.hasOutput(1)) list.push(pick(1, 0));
      if (view.hasOutput(2)) list.push(pick(2, channels));
      return list;
    },
  };
}

/** Rows before an axis, elements from it on. */
function rowsOf(view: GpuNodeView, shape: Shape): readonly [rows: number, inner: number] {
  const given = view.int('axis', -1);
  const axis = given < 0 ? given + shape.length : given;
  return [elementCount(shape.slice(0, axis)), elementCount(shape.slice(axis))];
}

function layerNorm(view: GpuNodeView): GpuNode | undefined {
  const x = view.input(0);
  if (!x || !view.output(0)) return undefined;
  const [rows, inner] = rowsOf(view, x);
  if (elementsOf(view, 1) !== inner || (view.has(2) && elementsOf(view, 2) !== inner)) return undefined;
  return {
    reads: view.node.inputs.filter((id) => id !== ''),
    scratch: [rows, rows],
    dispatches: (places) => [
      {
        kernel: 'layerNorm',
        constants: { HAS_BIAS: view.has(2) },
        uniforms: uniforms([rows, inner, float(view.float('epsilon', 1e-5))]),
        buffers: [
          places.operand(view.id(0)),
          places.operand(view.id(1)),
          view.has(2) ? places.operand(view.id(2)) : places.nothing,
          places.output(0),
          view.hasOutput(1) ? places.output(1) : places.scratch(0),
          view.hasOutput(2) ? places.output(2) : places.scratch(1),
        ],
        groups: grid(rows),
      },
    ],
  };
}

function layerNormGradient(view: GpuNodeView): GpuNode | undefined {
  const shape = view.input(0);
  if (!shape || [0, 1, 2, 3, 4].some((i) => !view.input(i))) return undefined;
  const [rows, inner] = rowsOf(view, shape);
  if (elementsOf(view, 2) !== inner) return undefined;
  return {
    reads: view.node.inputs.slice(0, 5),
    scratch: [inner, inner],
    dispatches(places) {
      const operand = (i: number) => places.operand(view.id(i));
      const list: Dispatch[] = [];
      if (view.hasOutput(0))
        list.push({
          kernel: 'layerNormGradient',
          uniforms: uniforms([rows, inner]),
          buffers: [...[0, 1, 2, 3, 4].map(operand), places.output(0)],
          groups: grid(rows),
        });
      if (view.hasOutput(1) || view.hasOutput(2))
        list.push({
          kernel: 'layerNormSums',
          uniforms: uniforms([rows, inner]),
          buffers: [
            ...[0, 1, 3, 4].map(operand),
            view.hasOutput(1) ? places.output(1) : places.scratch(0),
            view.hasOutput(2) ? places.output(2) : places.scratch(1),
          ],
          groups: grid(inner),
        });
      return list;
    },
  };
}
