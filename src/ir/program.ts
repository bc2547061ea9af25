import type { NodeId, TensorId } from './graph.ts';

/**
 * A quantized network as integer kernels over one memory arena: what the emulator interprets and every exporter prints.
 *
 * ## Semantics
 *
 * One inference of one sample: write the inputs into their buffers, run the calls in order, read the outputs.
 * All arithmetic is on exact integers; ">>" is the arithmetic shift (floor). Nothing overflows: the verifier proves from
 * the constants that accumulators stay within the width a call names.
 *
 * Notation: `x[…]` is the stored code of input x, xz its zero point, X = x − xz.
 *
 *   rescale(acc, c) = (acc · multiplier[c] + half) >> shift[c],   half = rounding ? 2^(shift[c]−1) : 0  (0 if shift[c] = 0)
 *   put(v)          = clamp(v + outZeroPoint, low, high)
 *
 * where low … high is `clamp` of the call: the code range of the output, cut by a fused ReLU or Clip. `multiplier` and
 * `shift` have one entry, or one per output channel c.
 *
 * Feature maps are [H, W, C] (channels last), vectors [C]. The batch is not stored: a program handles one sample.
 *
 * | kernel | value of output element, before put() |
 * |---|---|
 * | conv2d | rescale(bias[o] + Σ_{kh,kw,i} X[oh·s+kh·d−p, ow·s+kw·d−p, g·I+i] · (w[o,kh,kw,i] − wz[o]), o); outside the map X = 0 |
 * | dense | rescale(bias[o] + Σ_i X[i] · (w[o,i] − wz[o]), o), for each row |
 * | maxPool | max of x over the window, padding left out; output code = input code (same quantization) |
 * | averagePool | (ΣX · multiplier[n] + half) >> shift, n = window elements counted; one multiplier per possible count |
 * | add | (A · mA + B · mB + half) >> shift |
 * | mul | rescale(A · B) |
 * | lookup | table[x − lowest code of x]: the output code itself, no put() |
 * | requantize | rescale(X) |
 * | concat | operands copied one after another along an axis; all share the output's quantization |
 * | pad | copy, border filled with a code |
 * | transpose | copy, axes permuted |
 * | slice | copy of start : start + step·size : step per axis |
 * | resizeNearest | copy, source index from a table per axis |
 *
 * Weights lie as [O, KH, KW, I/groups] for conv2d and [O, I] for dense. In a package they are packed to `bits` per
 * value, row by row of one output channel, each row padded to whole bytes (`packBits`).
 */
export interface Program {
  readonly version: 1;
  readonly name: string;
  /** Bytes of the one static arena that holds every buffer. */
  readonly arenaBytes: number;
  readonly buffers: readonly ProgramBuffer[];
  readonly constants: readonly ProgramConstant[];
  readonly calls: readonly KernelCall[];
  readonly inputs: readonly ProgramPort[];
  readonly outputs: readonly ProgramPort[];
}

export type BufferId = number;
export type ConstantId = number;

/** Type a code is stored as. 2- to 7-bit activations take a byte each; only weights are packed. */
export type StorageType = 'int8' | 'uint8' | 'int16' | 'uint16' | 'int32';

export interface ProgramBuffer {
  readonly id: BufferId;
  /** Graph value it holds; several buffers may hold the same value in different layouts. */
  readonly tensor: TensorId;
  readonly type: StorageType;
  /** Physical sizes, outermost first: [H, W, C], [C] … */
  readonly shape: readonly number[];
  readonly scale: number;
  readonly zeroPoint: number;
  /** Width of the codes, ≤ the storage width. */
  readonly bits: number;
  /** Byte offset in the arena. Buffers whose lifetimes meet do not overlap, views (reshape) excepted. */
  readonly offset: number;
  readonly bytes: number;
  /** Buffer whose memory this one is a view of (same bytes, other shape). */
  readonly viewOf?: BufferId;
  /** Ticks: index of the call that writes it (−1 for inputs) and of the last call that reads it (`calls.length` for outputs). */
  readonly firstTick: number;
  readonly lastTick: number;
}

/** Where a program meets the graph: the buffer of an input or output, and how the graph's order of axes maps to it. */
export interface ProgramPort {
  readonly tensor: TensorId;
  readonly buffer: BufferId;
  /** Shape of the graph's tensor, batch included (1). */
  readonly graphShape: readonly number[];
  /** Physical axis i of the buffer is axis `axes[i]` of the graph's tensor; axes left out have size 1. */
  readonly axes: readonly number[];
}

export interface ProgramConstant {
  readonly id: ConstantId;
  /** What it is, for readers of a package: 'weights of conv2d_4'. Comes from the file: never code. */
  readonly label: string;
  readonly role: 'weights' | 'bias' | 'multiplier' | 'shift' | 'zeroPoint' | 'table' | 'index';
  readonly type: StorageType;
  /** Width of the values; below the storage width they are packed in packages (role 'weights' only). */
  readonly bits: number;
  readonly shape: readonly number[];
  readonly data: Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array;
}

/** acc → output code (see the semantics above). `multiplier` int32 ≥ 0, `shift` uint8 in 0 … 62. */
export interface Rescale {
  readonly multiplier: ConstantId;
  readonly shift: ConstantId;
  readonly rounding: boolean;
}

interface CallBase {
  /** Graph nodes this call computes (fused ones included); the first is the layer it is shown under. */
  readonly nodes: readonly NodeId[];
  readonly inputs: readonly BufferId[];
  readonly output: BufferId;
}

/** Bounds of the output codes. */
export interface CodeClamp {
  readonly low: number;
  readonly high: number;
}

/**
 * Width in which sums are kept. 'int32': proven to stay within ±(2^31 − 1). 'int64': within ±2^47, so that doubles are
 * exact and a 16-bit multiplier fits int64; such calls use multipliers below 2^15.
 */
export type AccumulatorType = 'int32' | 'int64';

export interface Conv2dCall extends CallBase {
  readonly kernel: 'conv2d';
  readonly weights: ConstantId;
  /** One per output channel; all zero for symmetric weights, then absent. */
  readonly weightZeroPoint?: ConstantId;
  readonly bias: ConstantId;
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** top, left, bottom, right */
  readonly pads: readonly [number, number, number, number];
  readonly groups: number;
  readonly accumulator: AccumulatorType;
  readonly rescale: Rescale;
  readonly clamp: CodeClamp;
}

export interface DenseCall extends CallBase {
  readonly kernel: 'dense';
  readonly weights: ConstantId;
  readonly weightZeroPoint?: ConstantId;
  readonly bias: ConstantId;
  /** The input is `rows` vectors one after another; the output likewise. */
  readonly rows: number;
  readonly accumulator: AccumulatorType;
  readonly rescale: Rescale;
  readonly clamp: CodeClamp;
}

export interface MaxPoolCall extends CallBase {
  readonly kernel: 'maxPool';
  readonly window: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly clamp: CodeClamp;
}

export interface AveragePoolCall extends CallBase {
  readonly kernel: 'averagePool';
  readonly window: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  /** Whether padding counts as elements (of value 0). */
  readonly countPadding: boolean;
  /** Indexed by the count of elements, 0 … window size; entries for counts that do not occur are 0. */
  readonly multiplier: ConstantId;
  readonly shift: number;
  readonly clamp: CodeClamp;
}

/** Operand b is broadcast: equal shape, or size 1 (or fewer axes) where a's is larger. a has the output's shape. */
export interface AddCall extends CallBase {
  readonly kernel: 'add';
  /** int32, may be negative for a subtraction; |m| < 2^15. */
  readonly multiplierA: number;
  readonly multiplierB: number;
  readonly shift: number;
  readonly clamp: CodeClamp;
}

export interface MulCall extends CallBase {
  readonly kernel: 'mul';
  readonly rescale: Rescale;
  readonly clamp: CodeClamp;
}

export interface LookupCall extends CallBase {
  readonly kernel: 'lookup';
  /** One output code per input code, from the lowest code of the input's storage range up. */
  readonly table: ConstantId;
}

export interface RequantizeCall extends CallBase {
  readonly kernel: 'requantize';
  readonly rescale: Rescale;
  readonly clamp: CodeClamp;
}

export interface ConcatCall extends CallBase {
  readonly kernel: 'concat';
  /** Physical axis. */
  readonly axis: number;
}

export interface PadCall extends CallBase {
  readonly kernel: 'pad';
  /** Per physical axis: elements before and after. */
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly fillCode: number;
}

export interface TransposeCall extends CallBase {
  readonly kernel: 'transpose';
  /** Output axis i is input axis `axes[i]`. */
  readonly axes: readonly number[];
}

export interface SliceCall extends CallBase {
  readonly kernel: 'slice';
  readonly starts: readonly number[];
  readonly steps: readonly number[];
}

export interface ResizeNearestCall extends CallBase {
  readonly kernel: 'resizeNearest';
  /** Source row of each output row, source column of each output column (uint16 or int32 constants). */
  readonly rows: ConstantId;
  readonly columns: ConstantId;
}

export type KernelCall =
  | Conv2dCall
  | DenseCall
  | MaxPoolCall
  | AveragePoolCall
  | AddCall
  | MulCall
  | LookupCall
  | RequantizeCall
  | ConcatCall
  | PadCall
  | TransposeCall
  | SliceCall
  | ResizeNearestCall;

export type KernelName = KernelCall['kernel'];
export type CallOf<K extends KernelName> = Extract<KernelCall, { kernel: K }>;

/** Bytes of one stored element. */
export const storageBytes = (type: StorageType): number => (type === 'int32' ? 4 : type.endsWith('16') ? 2 : 1);

/**
 * Lowest and highest code of a buffer: its bit width within its storage type. Signed buffers with zero point 0 are
 * symmetric: their lowest code is −high (methods A.5).
 */
export function bufferRange(buffer: Pick<ProgramBuffer, 'type' | 'bits' | 'zeroPoint'>): readonly [number, number] {
  if (buffer.type === 'uint8' || buffer.type === 'uint16') return [0, 2 ** buffer.bits - 1];
  const high = 2 ** (buffer.bits - 1) - 1;
  return [buffer.zeroPoint === 0 ? -high : -high - 1, high];
}

/** Codes of an input and of the outputs expected for it, as the emulator gave them; what a package's self-check replays. */
export interface TestVector {
  /** One array per `Program.inputs`, in physical order. */
  readonly inputs: readonly (Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array)[];
  readonly outputs: readonly (Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array)[];
}
