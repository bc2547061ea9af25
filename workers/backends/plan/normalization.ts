import { elementCount, type Shape, type TensorId } from '../../../src/ir/index.ts';
import {
  AffineField,
  ChannelFactorsField,
  LocalResponseField,
  StandardizeField,
} from '../../kernels/assembly/memory.ts';
import {
  bindFields,
  type FastNode,
  floatBits,
  inOrder,
  type NodeView,
  type Places,
  type PlannerTable,
} from './fast-node.ts';
import { axisOf } from './move.ts';

export const normalizationPlanners: PlannerTable = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: (view) => grouped(view, view.floatShape(view.node.inputs[0])?.[1]),
  GroupNormalization: (view) => grouped(view, view.int('num_groups', 1)),
  LayerNormalization: (view) => layerNormalization(view, true),
  RMSNormalization: (view) => layerNormalization(view, false),
  LRN: localResponse,
};

const EPSILON = 1e-5;

/** At inference: a factor and an offset per channel. They are computed once where all parameters are constants. */
function batchNormalization(view: NodeView): FastNode | undefined {
  const { inputs, outputs } = view.node;
  const shape = view.floatShape(inputs[0]);
  const isInference = view.int('training_mode', 0) === 0 && view.int('spatial', 1) !== 0;
  if (!shape || shape.length < 2 || elementCount(shape) === 0 || !isInference || outputs.slice(1).some((id) => id))
    return undefined;
  const [batch, channels] = shape as readonly [number, number];
  const parameters = inputs.slice(1, 5);
  if (parameters.length < 4 || parameters.some((id) => view.floatShape(id)?.[0] !== channels)) return undefined;
  const affine = (places: Places, scale: number, shift: number) =>
    bindFields(places, 'affineFloat', AffineField, {
      input: places.operand(inputs[0] as TensorId),
      output: places.output(0),
      batch,
      channels,
      inner: elementCount(shape.slice(2)),
      scale,
      shift,
      low: floatBits(places.low),
      high: floatBits(places.high),
    });
  const constants = constantFactors(view);
  if (constants) {
    const { factors, offsets } = constants;
    return {
      reads: [inputs[0] as TensorId],
      clamps: true,
      bind: (places) => affine(places, places.memory.place(factors), places.memory.place(offsets)),
    };
  }
  const factorBytes = Math.ceil(channels / 4) * 16 + 16;
  return {
    reads: inputs.slice(0, 5),
    scratchBytes: 2 * factorBytes,
    clamps: true,
    bind(places) {
      const [scale, bias, mean, variance] = parameters.map((id) => places.operand(id)) as [
        number,
        number,
        number,
        number,
      ];
      const [factors, offsets] = [places.scratch, places.scratch + factorBytes];
      const epsilon = floatBits(view.float('epsilon', EPSILON));
      const values = { scale, bias, mean, variance, epsilon, channels, factors, offsets };
      return inOrder([
        bindFields(places, 'channelFactorsFloat', ChannelFactorsField, values),
        affine(places, factors, offsets),
      ]);
    },
  };
}

function constantFactors(view: NodeView) {
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((i) => view.constant(i)?.data);
  if (!scale || !shift || !mean || !variance) return undefined;
  const epsilon = view.float('epsilon', EPSILON);
  const factors = Float64Array.from(scale, (s, c) => s / Math.sqrt((variance[c] as number) + epsilon));
  const offsets = Float32Array.from(shift, (b, c) => b - (mean[c] as number) * (factors[c] as number));
  return { factors: Float32Array.from(factors), offsets };
}

/** What a standardizing node is made of. */
interface Standardization {
  readonly size: number;
  readonly inner: number;
  readonly groups: number;
  readonly channelsPerParameter: number;
  readonly centred: boolean;
  readonly hasBias: boolean;
}

function standardized(view: NodeView, shape: Shape, how: Standardization): FastNode {
  const { inputs, outputs } = view.node;
  return {
    reads: inputs.slice(0, how.hasBias ? 3 : 2),
    clamps: true,
    bind: (places) =>
      bindFields(places, 'standardizeFloat', StandardizeField, {
        input: places.operand(inputs[0] as TensorId),
        output: places.output(0),
        runs: elementCount(shape) / how.size,
        size: how.size,
        inner: how.inner,
        groups: how.groups,
        channelsPerParameter: how.channelsPerParameter,
        scale: places.operand(inputs[1] as TensorId),
        bias: how.hasBias ? places.operand(inputs[2] as TensorId) : 0,
        epsilon: floatBits(view.float('epsilon', EPSILON)),
        centred: how.centred ? 1 : 0,
        means: outputs[1] ? places.output(1) : 0,
        inverses: outputs[2] ? places.output(2) : 0,
        low: floatBits(places.low),
        high: floatBits(places.high),
      }),
  };
}

/** Per sample and group of channels, with a factor and an offset per channel (or, where there are as few, per group). */
function grouped(view: NodeView, groups: number | undefined): FastNode | undefined {
  const { inputs } = view.node;
  const shape = view.floatShape(inputs[0]);
  const parameters = view.floatShape(inputs[1])?.[0];
  if (!shape || !groups || !parameters || shape.length < 2 || elementCount(shape) === 0) return undefined;
  if (view.floatShape(inputs[2])?.[0] !== parameters) return undefined;
  const channels = shape[1] as number;
  const inner = elementCount(shape.slice(2));
  const channelsPerParameter = channels / parameters;
  if (channels % groups !== 0 || channels % parameters !== 0) return undefined;
  // One run of channels without positions would be taken for parameters per element.
  if (inner === 1 && groups === 1 && channelsPerParameter !== 1) return undefined;
  const size = (channels / groups) * inner;
  return standardized(view, shape, { size, inner, groups, channelsPerParameter, centred: true, hasBias: true });
}

/** Over all dimensions from `axis` on, with parameters per element. */
function layerNormalization(view: NodeView, centred: boolean): FastNode | undefined {
  const { inputs, outputs } = view.node;
  const shape = view.floatShape(inputs[0]);
  if (!shape || elementCount(shape) === 0 || outputs.some((id) => id !== '' && !view.floatShape(id))) return undefined;
  const size = elementCount(shape.slice(axisOf(view.int('axis', -1), shape.length)));
  const hasBias = centred && view.has(2);
  const parameters = inputs.slice(1, hasBias ? 3 : 2).map((id) => view.floatShape(id));
  if (parameters.some((p) => !p || elementCount(p) !== size)) return undefined;
  return standardized(view, shape, { size, inner: 1, groups: 1, channelsPerParameter: 1, centred, hasBias });
}

/** Over `size` neighbouring channels, without parameters that are trained. */
function localResponse(view: NodeView): FastNode | undefined {
  const input = view.node.inputs[0] as TensorId;
  const shape = view.floatShape(input);
  if (!shape || shape.length < 2 || elementCount(shape) === 0 || view.float('bias', 1) <= 0) return undefined;
  const [batch, channels] = shape as readonly [number, number];
  const size = view.int('size', 1);
  return {
    reads: [input],
    clamps: true,
    bind: (places) =>
      bindFields(places, 'localResponseFloat', LocalResponseField, {
        input: places.operand(input),
        output: places.output(0),
        batch,
        channels,
        inner: elementCount(shape.slice(2)),
        before: Math.floor((size - 1) / 2),
        after: Math.ceil((size - 1) / 2),
        scale: floatBits(view.float('alpha', 1e-4) / size),
        beta: floatBits(view.float('beta', 0.75)),
        bias: floatBits(view.float('bias', 1)),
        low: floatBits(places.low),
        high: floatBits(places.high),
      }),
  };
}
