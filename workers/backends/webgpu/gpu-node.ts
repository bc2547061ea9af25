import { isKnown, type Model, type Node, type Shape, type TensorId } from '../../../src/ir/index.ts';
import { NodeView } from '../plan/fast-node.ts';
import type { GpuKernel, KernelConstants } from './kernels.ts';

/** One call of a kernel: `buffers` are bound from 1 on, in order; 0 holds the uniforms. */
export interface Dispatch {
  readonly kernel: GpuKernel;
  readonly constants?: KernelConstants;
  readonly uniforms: Uint8Array<ArrayBuffer>;
  readonly buffers: readonly GPUBuffer[];
  readonly groups: readonly [x: number, y: number, z: number];
}

/** Where a node reads, writes and works, once buffers are planned; `low` … `high` clamp what it writes. */
export interface GpuPlaces {
  operand(id: TensorId): GPUBuffer;
  output(index: number): GPUBuffer;
  scratch(index: number): GPUBuffer;
  /** A table that the node's kernels read. */
  table(values: Int32Array): GPUBuffer;
  /** Bound where a variant of a kernel has no such operand. */
  readonly nothing: GPUBuffer;
  readonly low: number;
  readonly high: number;
}

/** A node with WGSL kernels. All it touches is float32; truth values are held as 1 and 0. */
export interface GpuNode {
  /** Values and constants it reads by `operand`. */
  readonly reads: readonly TensorId[];
  /** Elements of each working buffer, valid within the node. */
  readonly scratch?: readonly number[];
  /** Whether it can clamp output 0 as it writes, so that a following Relu or Clip costs nothing. */
  readonly clamps?: boolean;
  /** [output, input] pairs: the kernels change that input where it lies, so both are one buffer (a copy comes first where they cannot be). */
  readonly inPlace?: readonly (readonly [output: number, input: number])[];
  /** Inputs that must hold whole numbers below a count: classes. Checked where they are fed. */
  readonly classes?: readonly (readonly [input: TensorId, count: number])[];
  dispatches(places: GpuPlaces): readonly Dispatch[];
}

export interface GpuView {
  readonly viewOf: TensorId;
}

/** `undefined`: this form of the node has no kernel; it runs on the plain reference, with a read-back. */
export type GpuPlanner = (view: GpuNodeView) => GpuNode | GpuView | undefined;
/** By operator: 'Conv', 'paretoscope.train::ConvWeightGradient'. */
export type GpuPlannerTable = Readonly<Record<string, GpuPlanner>>;

/** What a planner may ask about the graph; values that lie on the device are float32 or truth values. */
export class GpuNodeView extends NodeView {
  readonly #model: Model;

  constructor(node: Node, model: Model) {
    super(node, model);
    this.#model = model;
  }

  /** Known shape of a value that can lie on the device and has elements. */
  shape(id: TensorId | undefined): Shape | undefined {
    const found = id ? this.#model.graph.tensors.get(id) : undefined;
    const { type, shape } = found ?? {};
    if ((type !== 'float32' && type !== 'bool') || !isKnown(shape)) return undefined;
    return shape.every((size) => size > 0) ? shape : undefined;
  }

  input(index: number): Shape | undefined {
    return this.shape(this.node.inputs[index]);
  }

  output(index: number): Shape | undefined {
    return this.shape(this.node.outputs[index]);
  }

  typeOf(id: TensorId | undefined): string | undefined {
    return id ? this.#model.graph.tensors.get(id)?.type : undefined;
  }

  hasOutput(index: number): boolean {
    return (this.node.outputs[index] ?? '') !== '';
  }

  id(index: number): TensorId {
    return this.node.inputs[index] as TensorId;
  }
}

/** A float32 in a block of uniforms; plain numbers are whole. */
export interface Float {
  readonly float: number;
}
export const float = (value: number): Float => ({ float: value });

/** The largest float32: uniforms hold no infinite bound, which compilers need not heed. */
const LARGEST = 3.4028234663852886e38;
export const bound = (value: number): Float => float(Math.max(-LARGEST, Math.min(LARGEST, value)));

/** Whether bounds cut anything off. */
export const cuts = ({ low, high }: Pick<GpuPlaces, 'low' | 'high'>): boolean =>
  low > Number.NEGATIVE_INFINITY || high < Number.POSITIVE_INFINITY;

/** A uniform block: scalars, then `rows` of four whole numbers each, `rowCount` of them in the kernel's declaration. */
export function uniforms(
  scalars: readonly (number | Float)[],
  rows: readonly (readonly number[])[] = [],
  rowCount = rows.length,
): Uint8Array<ArrayBuffer> {
  const head = Math.ceil(scalars.length / 4) * 4;
  const view = new DataView(new ArrayBuffer(4 * (head + 4 * rowCount)));
  scalars.forEach((value, i) => {
    if (typeof value === 'number') view.setUint32(4 * i, value >>> 0, true);
    else view.setFloat32(4 * i, value.float, true);
  });
  rows.forEach((row, r) => {
    row.forEach((value, c) => {
      view.setInt32(4 * (head + 4 * r + c), value, true);
    });
  });
  return new Uint8Array(view.buffer);
}

const GROUP = 256;
const MOST_GROUPS = 65535;

/** A grid of so many work groups, folded into two dimensions. */
export const grid = (groups: number): readonly [number, number, number] => [
  Math.min(groups, MOST_GROUPS),
  Math.ceil(groups / MOST_GROUPS),
  1,
];

/** A grid with an invocation per element. */
export const perElement = (count: number): readonly [number, number, number] => grid(Math.ceil(count / GROUP));
