import {
  attributeOf,
  elementCount,
  isKnown,
  type Model,
  type Node,
  type Shape,
  type Tensor,
  type TensorId,
  weightOf,
} from '../../src/ir/index.ts';
import { AffineField, ConvFloatField, ElementField, GemmField, PoolFloatField } from '../kernels/assembly/memory.ts';
import { type KernelMemory, writeFields } from './kernel-memory.ts';
import { packColumns } from './pack-float.ts';

/** Where an operation reads, writes and works, once memory is planned; `low` … `high` clamp what it writes. */
export interface Places {
  readonly memory: KernelMemory;
  readonly address: (id: TensorId) => number;
  readonly output: number;
  readonly low: number;
  readonly high: number;
  readonly map: number;
  readonly panels: number;
}

/** A node that has a fast kernel. */
export interface FastNode {
  /** Values it reads from kernel memory; constants are placed by `bind`. */
  readonly reads: readonly TensorId[];
  readonly mapBytes?: number;
  readonly panelBytes?: number;
  /** Whether its kernel can clamp as it writes, so that a following Relu or Clip costs nothing. */
  readonly clamps: boolean;
  bind(places: Places): () => void;
}

/** Bounds of a node that only clamps. */
export interface ClampBounds {
  readonly low: number;
  readonly high: number;
}

/** How many bytes of panels are packed at once: they should stay in the second cache with the weights. */
const PANEL_BYTES = 1 << 17;

const bits = new Int32Array(1);
const asFloat = new Float32Array(bits.buffer);
/** The pattern of a float32, as field blocks hold it. */
const floatBits = (value: number): number => {
  asFloat[0] = value;
  return bits[0] as number;
};

/** What a planner may ask about the graph. */
export class NodeView {
  readonly node: Node;
  readonly #model: Model;

  constructor(node: Node, model: Model) {
    this.node = node;
    this.#model = model;
  }

  /** Shape of an input or output that is float32 and fully known. */
  floatShape(id: TensorId | undefined): Shape | undefined {
    const found = id ? this.#model.graph.tensors.get(id) : undefined;
    return found?.type === 'float32' && isKnown(found.shape) ? found.shape : undefined;
  }

  /** Elements of an input that is a float32 constant. */
  constant(index: number): (Tensor & { readonly data: Float32Array }) | undefined {
    const weight = this.#model.graph.tensors.get(this.node.inputs[index] ?? '')?.weight;
    const tensor = weight === undefined ? undefined : weightOf(this.#model.weights, weight);
    return tensor?.type === 'float32' && tensor.data instanceof Float32Array
      ? { ...tensor, data: tensor.data }
      : undefined;
  }

  has(index: number): boolean {
    return (this.node.inputs[index] ?? '') !== '';
  }

  /** Whether input `index` is computed at run time. */
  isActivation(index: number): boolean {
    return this.has(index) && this.#model.graph.tensors.get(this.node.inputs[index] as string)?.weight === undefined;
  }

  int(name: string, fallback: number): number {
    return attributeOf(this.node.attributes, name, 'int') ?? fallback;
  }

  float(name: string, fallback: number): number {
    return attributeOf(this.node.attributes, name, 'float') ?? fallback;
  }

  ints(name: string): readonly number[] | undefined {
    return attributeOf(this.node.attributes, name, 'ints');
  }

  text(name: string): string | undefined {
    return attributeOf(this.node.attributes, name, 'string');
  }
}

/** [N, C, H, W] of a map of one or two spatial axes; H = 1 for one. */
function map4(shape: Shape | undefined): readonly [number, number, number, number] | undefined {
  if (shape?.length === 4) return [shape[0]!, shape[1]!, shape[2]!, shape[3]!];
  return shape?.length === 3 ? [shape[0]!, shape[1]!, 1, shape[2]!] : undefined;
}

/** Window attributes on two axes, padding resolved. */
interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
}

function windowOf(
  view: NodeView,
  kernelSize: readonly number[],
  input: readonly [number, number],
  output: readonly [number, number],
): Window {
  const pair = (values: readonly number[] | undefined, missing: number) =>
    [values?.length === 2 ? values[0]! : missing, values?.at(-1) ?? missing] as const;
  const kernel = pair(kernelSize, 1);
  const strides = pair(view.ints('strides'), 1);
  const dilations = pair(view.ints('dilations'), 1);
  const given = view.ints('pads');
  const auto = view.text('auto_pad') ?? 'NOTSET';
  const axis = (i: 0 | 1): readonly [number, number] => {
    if (auto === 'VALID') return [0, 0];
    if (auto.startsWith('SAME')) {
      const reach = (output[i] - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1;
      const total = Math.max(0, reach - input[i]);
      const before = auto === 'SAME_UPPER' ? total >> 1 : total - (total >> 1);
      return [before, total - before];
    }
    if (given?.length === 4) return [given[i]!, given[i + 2]!];
    return i === 1 && given?.length === 2 ? [given[0]!, given[1]!] : [0, 0];
  };
  const [top, bottom] = axis(0);
  const [left, right] = axis(1);
  return { kernel, strides, dilations, pads: [top, left, bottom, right] };
}

function conv(view: NodeView): FastNode | undefined {
  const { node } = view;
  const input = map4(view.floatShape(node.inputs[0]));
  const output = map4(view.floatShape(node.outputs[0]));
  const weights = view.constant(1);
  const bias = view.constant(2);
  if (!input || !output || !weights || (view.has(2) && !bias) || !view.isActivation(0)) return undefined;
  const [batch, channels, height, width] = input;
  const [, outChannels, outHeight, outWidth] = output;
  const groups = view.int('group', 1);
  const w = windowOf(view, weights.shape.slice(2), [height, width], [outHeight, outWidth]);
  const reach = (i: 0 | 1, out: number) => (out - 1) * w.strides[i] + (w.kernel[i] - 1) * w.dilations[i] + 1;
  if (w.pads.some((pad) => pad < 0)) return undefined;
  const mapHeight = Math.max(w.pads[0] + height, reach(0, outHeight));
  const mapWidth = Math.max(w.pads[1] + width, reach(1, outWidth));
  const needsMap = mapHeight !== height || mapWidth !== width;
  const depth = (channels / groups) * w.kernel[0] * w.kernel[1];
  const depthwise = groups === channels && outChannels === channels && groups > 1 && w.strides[1] <= 2;
  const panelCount = Math.min(
    Math.ceil((outHeight * outWidth) / 8),
    Math.max(1, Math.floor(PANEL_BYTES / (depth * 32))),
  );
  const offsets = Int32Array.from({ length: depth }, (_, k) => {
    const [area, kx] = [w.kernel[0] * w.kernel[1], k % w.kernel[1]];
    const ky = Math.floor((k % area) / w.kernel[1]);
    return 4 * ((Math.floor(k / area) * mapHeight + ky * w.dilations[0]) * mapWidth + kx * w.dilations[1]);
  });
  const sizes = {
    batch,
    channels,
    height,
    width,
    mapHeight,
    mapWidth,
    groups,
    outChannels,
    outHeight,
    outWidth,
    depth,
  };
  return {
    reads: [node.inputs[0] as TensorId],
    mapBytes: needsMap ? channels * mapHeight * mapWidth * 4 : 0,
    panelBytes: depthwise ? 0 : panelCount * depth * 32,
    clamps: true,
    bind: (places) =>
      bindFields(places, depthwise ? 'depthwiseFloat' : 'convFloat', ConvFloatField, {
        ...sizes,
        input: places.address(node.inputs[0] as TensorId),
        output: places.output,
        padTop: w.pads[0],
        padLeft: w.pads[1],
        map: needsMap ? places.map : 0,
        strideY: w.strides[0],
        strideX: w.strides[1],
        offsets: places.memory.place(offsets),
        weights: places.memory.place(weights.data),
        bias: bias ? places.memory.place(bias.data) : 0,
        panels: places.panels,
        panelCount,
        low: floatBits(places.low),
        high: floatBits(places.high),
      }),
  };
}

/** Gemm and MatMul: [rows, depth] · [depth, columns], the right side constant or, for MatMul, a matrix computed at run time. */
function product(view: NodeView): FastNode | undefined {
  const { node } = view;
  const isGemm = node.op === 'Gemm';
  const a = view.floatShape(node.inputs[0]);
  const b = view.floatShape(node.inputs[1]);
  if (!a || !b || a.length < 2 || b.length !== 2 || !view.isActivation(0)) return undefined;
  if (isGemm && (view.int('transA', 0) || view.float('alpha', 1) !== 1 || view.float('beta', 1) !== 1))
    return undefined;
  const transB = isGemm && view.int('transB', 0) !== 0;
  const depth = a.at(-1) as number;
  const rows = elementCount(a) / depth;
  const columns = b[transB ? 0 : 1] as number;
  const constant = view.constant(1);
  const bias = view.constant(2);
  if (view.has(2) && (!bias || bias.shape.at(-1) !== columns || elementCount(bias.shape) !== columns)) return undefined;
  if (!constant && !view.isActivation(1)) return undefined;
  const panelBytes = Math.ceil(columns / 8) * depth * 32;
  return {
    reads: constant ? [node.inputs[0] as TensorId] : [node.inputs[0] as TensorId, node.inputs[1] as TensorId],
    panelBytes: constant ? 0 : panelBytes,
    clamps: true,
    bind: (places) =>
      bindFields(places, 'gemmFloat', GemmField, {
        a: places.address(node.inputs[0] as TensorId),
        panels: constant
          ? places.memory.place(packColumns(constant.data, depth, columns, transB ? 'columns' : 'rows'))
          : places.panels,
        c: places.output,
        rows,
        depth,
        columns,
        rowBias: 0,
        columnBias: bias ? places.memory.place(bias.data) : 0,
        low: floatBits(places.low),
        high: floatBits(places.high),
        source: constant ? 0 : places.address(node.inputs[1] as TensorId),
        depthStep: transB ? 4 : columns * 4,
        columnStep: transB ? depth * 4 : 4,
      }),
  };
}

function pool(view: NodeView): FastNode | undefined {
  const { node } = view;
  const input = map4(view.floatShape(node.inputs[0]));
  const output = map4(view.floatShape(node.outputs[0]));
  if (!input || !output || node.outputs.length > 1 || !view.isActivation(0)) return undefined;
  const global = node.op.startsWith('Global');
  const [batch, channels, height, width] = input;
  const kernelShape = global ? [height, width] : view.ints('kernel_shape');
  if (!kernelShape) return undefined;
  const w = windowOf(view, kernelShape, [height, width], [output[2], output[3]]);
  return {
    reads: [node.inputs[0] as TensorId],
    clamps: false,
    bind: (places) =>
      bindFields(places, node.op.endsWith('MaxPool') ? 'maxPoolFloat' : 'averagePoolFloat', PoolFloatField, {
        input: places.address(node.inputs[0] as TensorId),
        output: places.output,
        planes: batch * channels,
        height,
        width,
        windowHeight: w.kernel[0],
        windowWidth: w.kernel[1],
        strideY: w.strides[0],
        strideX: w.strides[1],
        dilationY: w.dilations[0],
        dilationX: w.dilations[1],
        padTop: w.pads[0],
        padLeft: w.pads[1],
        padBottom: w.pads[2],
        padRight: w.pads[3],
        outHeight: output[2],
        outWidth: output[3],
        countPadding: view.int('count_include_pad', 0),
      }),
  };
}

function element(view: NodeView): FastNode | undefined {
  const { node } = view;
  const output = view.floatShape(node.outputs[0]);
  const clamp = clampOf(view);
  const operands = clamp ? 1 : 2;
  const reads = node.inputs.slice(0, operands);
  if (!output || reads.length !== operands) return undefined;
  const size = elementCount(output);
  const fits = (id: TensorId, i: number) =>
    view.isActivation(i) && elementCount(view.floatShape(id) ?? [0]) === size && size > 0;
  if (!reads.every(fits)) return undefined;
  return {
    reads,
    clamps: true,
    bind: (places) =>
      bindFields(places, clamp ? 'clampFloat' : node.op === 'Add' ? 'addFloat' : 'mulFloat', ElementField, {
        a: places.address(reads[0] as TensorId),
        b: places.address(reads[operands - 1] as TensorId),
        output: places.output,
        count: size,
        low: floatBits(Math.max(places.low, clamp?.low ?? places.low)),
        high: floatBits(Math.min(places.high, clamp?.high ?? places.high)),
      }),
  };
}

function batchNormalization(view: NodeView): FastNode | undefined {
  const { node } = view;
  const shape = view.floatShape(node.inputs[0]);
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((i) => view.constant(i)?.data);
  if (!shape || shape.length < 2 || !scale || !shift || !mean || !variance || !view.isActivation(0)) return undefined;
  if (view.int('training_mode', 0) !== 0 || node.outputs.length > 1) return undefined;
  const [batch, channels] = shape as readonly [number, number];
  const epsilon = view.float('epsilon', 1e-5);
  const factors = scale.map((s, c) => s / Math.sqrt((variance[c] as number) + epsilon));
  const offsets = shift.map((b, c) => b - (mean[c] as number) * (factors[c] as number));
  return {
    reads: [node.inputs[0] as TensorId],
    clamps: true,
    bind: (places) =>
      bindFields(places, 'affineFloat', AffineField, {
        input: places.address(node.inputs[0] as TensorId),
        output: places.output,
        batch,
        channels,
        inner: elementCount(shape.slice(2)),
        scale: places.memory.place(factors),
        shift: places.memory.place(offsets),
        low: floatBits(places.low),
        high: floatBits(places.high),
      }),
  };
}

/** The bounds of a Relu or Clip with constant bounds; `undefined` for every other node. */
export function clampOf(view: NodeView): ClampBounds | undefined {
  if (view.node.op === 'Relu') return { low: 0, high: Number.POSITIVE_INFINITY };
  if (view.node.op !== 'Clip' || [1, 2].some((i) => view.has(i) && !view.constant(i))) return undefined;
  const low = view.constant(1)?.data[0] ?? view.float('min', Number.NEGATIVE_INFINITY);
  const high = view.constant(2)?.data[0] ?? view.float('max', Number.POSITIVE_INFINITY);
  return { low, high };
}

function bindFields<Enum extends Parameters<typeof writeFields>[2]>(
  { memory }: Places,
  name: string,
  fields: Enum,
  values: Parameters<typeof writeFields<Enum>>[3],
): () => void {
  const address = memory.reserve(fields.bytes);
  writeFields(memory, address, fields, values);
  const kernel = memory.kernel(name);
  return () => kernel(address);
}

/** Fast nodes by ONNX operator; every other node runs on the plain reference that the backend was given. */
const planners: Readonly<Record<string, (view: NodeView) => FastNode | undefined>> = {
  Conv: conv,
  Gemm: product,
  MatMul: product,
  MaxPool: pool,
  AveragePool: pool,
  GlobalAveragePool: pool,
  GlobalMaxPool: pool,
  Relu: element,
  Clip: element,
  Add: element,
  Mul: element,
  BatchNormalization: batchNormalization,
};

/** The node made ready for a fast kernel; `undefined`: run it plain. */
export function planNode(view: NodeView): FastNode | undefined {
  if (view.node.op === 'Clip' && !clampOf(view)) return undefined;
  return view.node.domain === '' && Object.hasOwn(planners, view.node.op) ? planners[view.node.op]?.(view) : undefined;
}
