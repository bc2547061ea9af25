import type { Node, Shape, Tensor } from '../ir/index.ts';

/**
 * Windows over the spatial axes of a [1, C, …] map, as ONNX lists them: one entry per spatial axis (1 or 2 of them), pads
 * with all beginnings first: [top, left, bottom, right]. `auto_pad` and defaults are resolved by the operator.
 */
export interface SpatialWindow {
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
}

/**
 * What an operator is given to emit integer kernel calls with; implemented by the room `lower`. The operator says which
 * kernel computes its node, in the graph's own terms: axes, shapes and indices are those of the ONNX node. Layout (channels
 * last), scales, fused clamps, rescaling constants and buffers are looked after behind this interface.
 *
 * Exactly one of the emitting methods is called, once per output of the node. Methods that cannot do what is asked throw a
 * `UserError`. Clamps (role 'clamp') and dropped nodes (role 'dropped') need no lowering of their own.
 */
export interface LowerContext {
  readonly node: Node;
  /** Shape of an input of the node. */
  inputShape(index: number): Shape;
  outputShape(): Shape;
  /** Elements of an input that is a constant; undefined for an activation or an absent input. */
  constant(index: number): Tensor | undefined;

  /** Convolution of input 0 with the constant weights, input 1 ([O, I/groups, …]), and bias, input 2 if there. */
  conv(window: SpatialWindow & { readonly groups: number }): void;
  /**
   * y = weightFactor · x · W + biasFactor · bias, over the last axis of input 0; all other axes are rows. `weight` and
   * `bias` are input indices; `outAxis` is the axis of the stored W that runs over outputs.
   */
  dense(operands: {
    readonly weight: number;
    readonly bias?: number;
    readonly outAxis: 0 | 1;
    readonly weightFactor?: number;
    readonly biasFactor?: number;
  }): void;
  maxPool(window: SpatialWindow & { readonly kernel: readonly number[] }): void;
  averagePool(window: SpatialWindow & { readonly kernel: readonly number[]; readonly countPadding: boolean }): void;
  /** Sum of all inputs, or for `subtract` input 0 − input 1. Inputs may be constants; shapes broadcast. */
  add(mode: 'add' | 'subtract'): void;
  /** Product of inputs 0 and 1; one of them may be a constant. Shapes broadcast. */
  mul(): void;
  /** Any function of one number, element by element: becomes a table of codes. */
  lookup(compute: (x: number) => number): void;
  concat(axis: number): void;
  /** Elements added before and after, per graph axis, filled with `value`. */
  pad(before: readonly number[], after: readonly number[], value: number): void;
  /**
   * Elements of input 0 in another order: seen with shape `view` (default: its own), axes permuted so that axis i is axis
   * `order[i]` of the view (default: as they are), then seen with the output's shape. Reshape, Transpose, DepthToSpace,
   * Identity are all this. Usually only the bookkeeping of axes changes, and nothing runs.
   */
  rearrange(view?: Shape, order?: readonly number[]): void;
  /** Starts and steps per graph axis of input 0; the sizes are those of the output. `output` is the index of the node's output. */
  slice(starts: readonly number[], steps: readonly number[], output?: number): void;
  /** Nearest-neighbour resize over H and W of [1, C, H, W]: source row of each output row, source column of each column. */
  resizeNearest(rows: readonly number[], columns: readonly number[]): void;
}
