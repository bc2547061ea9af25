import type { CallOf, KernelCall, KernelName, Program, ProgramBuffer, ProgramConstant } from '../../src/ir/index.ts';
import { WidenField } from '../kernels/assembly/memory.ts';
import { type KernelMemory, writeFields } from './kernel-memory.ts';

/** One program in kernel memory, while its calls are planned. */
export interface Plan {
  readonly program: Program;
  readonly memory: KernelMemory;
  /** Address of the program's arena. */
  readonly arena: number;
  /** Address of the area every widened map is made in; as large as the largest. */
  readonly map: number;
}

export type Step = () => void;

/** Prepares a call for its fast kernel, or answers `undefined` where there is none for these types and numbers. */
export type Planner<K extends KernelName> = (call: CallOf<K>, plan: Plan) => Step | undefined;

export const is8Bit = (buffer: ProgramBuffer): boolean => buffer.type === 'int8' || buffer.type === 'uint8';
export const unsigned = (buffer: ProgramBuffer): number => (buffer.type === 'uint8' ? 1 : 0);
export const count = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

export const bufferOf = (plan: Pick<Plan, 'program'>, id: number): ProgramBuffer =>
  plan.program.buffers[id] as ProgramBuffer;
export const constantOf = (plan: Pick<Plan, 'program'>, id: number): ProgramConstant =>
  plan.program.constants[id] as ProgramConstant;
export const optionalConstant = (plan: Plan, id: number | undefined): ProgramConstant | undefined =>
  id === undefined ? undefined : constantOf(plan, id);
export const addressOf = (plan: Plan, buffer: ProgramBuffer): number => plan.arena + buffer.offset;
export const operand = (plan: Pick<Plan, 'program'>, call: KernelCall, index = 0): ProgramBuffer =>
  bufferOf(plan, call.inputs[index] as number);

/** Sizes of a feature map; a vector of n rows is a map of height n and width 1. */
export interface MapSizes {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

export const mapSizes = (buffer: ProgramBuffer): MapSizes => {
  const [height = 1, width = 1, channels = 1] = buffer.shape;
  return { height, width, channels };
};

/** Places conv2d reads from, `groups` and `dilations` included; dense is the case of one tap. */
export interface Window {
  readonly input: MapSizes;
  readonly output: MapSizes;
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly groups: number;
}

/** Sizes of the widened map of a window, in elements; large enough for every tap, whatever `pads` say at the far sides. */
export function widenedSizes(w: Window): {
  readonly height: number;
  readonly width: number;
  readonly elements: number;
} {
  const reach = (axis: 0 | 1, out: number) =>
    (out - 1) * w.strides[axis] + (w.kernel[axis] - 1) * w.dilations[axis] + 1;
  const height = Math.max(w.pads[0] + w.input.height, reach(0, w.output.height));
  const width = Math.max(w.pads[1] + w.input.width, reach(1, w.output.width));
  return { height, width, elements: height * width * w.input.channels };
}

export function windowOf(call: KernelCall, program: Program): Window | undefined {
  const input = operand({ program }, call);
  const output = bufferOf({ program }, call.output);
  if (call.kernel === 'conv2d') {
    const [, kernelHeight = 1, kernelWidth = 1] = constantOf({ program }, call.weights).shape;
    const { strides, dilations, pads, groups } = call;
    const kernel = [kernelHeight, kernelWidth] as const;
    return { input: mapSizes(input), output: mapSizes(output), kernel, strides, dilations, pads, groups };
  }
  if (call.kernel !== 'dense') return undefined;
  const one = [1, 1] as const;
  const vectors = (buffer: ProgramBuffer): MapSizes => ({
    height: call.rows,
    width: 1,
    channels: count(buffer.shape) / call.rows,
  });
  const sizes = { input: vectors(input), output: vectors(output) };
  return { ...sizes, kernel: one, strides: one, dilations: one, pads: [0, 0, 0, 0], groups: 1 };
}

/** Bytes of the map a call makes of its input, widened or as bit planes; 0 for calls that make none. */
export function mapBytes(call: KernelCall, program: Program): number {
  const window = windowOf(call, program);
  if (!window) return 0;
  const { height, width, elements } = widenedSizes(window);
  return Math.max(elements * 2, height * width * 16 * Math.ceil(window.input.channels / 64));
}

export function planWiden(plan: Plan, buffer: ProgramBuffer, w: Window): number {
  const map = widenedSizes(w);
  const { channels } = w.input;
  const whole = map.elements === count(buffer.shape);
  const address = plan.memory.reserve(WidenField.bytes);
  writeFields(plan.memory, address, WidenField, {
    input: addressOf(plan, buffer),
    unsigned: unsigned(buffer),
    zeroPoint: buffer.zeroPoint,
    // Without padding the rows lie one after another: they are widened as one.
    height: whole ? 1 : w.input.height,
    rowElements: whole ? map.elements : w.input.width * channels,
    padTopElements: w.pads[0] * map.width * channels,
    padLeftElements: w.pads[1] * channels,
    mapRowElements: map.width * channels,
    mapElements: map.elements,
    map: plan.map,
  });
  return address;
}

/** Byte offsets in the widened map of what one output pixel reads: where rows of taps are whole, one run per row. */
export function runsOf(w: Window): { readonly offsets: Int32Array; readonly length: number } {
  const map = widenedSizes(w);
  const { channels } = w.input;
  const inRow = w.groups === 1 && (w.dilations[1] === 1 || w.kernel[1] === 1);
  const columns = inRow ? 1 : w.kernel[1];
  const offsets = Int32Array.from({ length: w.kernel[0] * columns }, (_, i) => {
    const row = Math.floor(i / columns) * w.dilations[0];
    return 2 * channels * (row * map.width + (i % columns) * w.dilations[1]);
  });
  return { offsets, length: inRow ? w.kernel[1] * channels : channels / w.groups };
}

/** Byte steps in the widened map between output columns and rows. */
export function stepsOf(w: Window): { readonly columnStep: number; readonly rowStep: number } {
  const map = widenedSizes(w);
  const { channels } = w.input;
  return { columnStep: 2 * channels * w.strides[1], rowStep: 2 * channels * map.width * w.strides[0] };
}

/** Writes the field block of a kernel; the result calls the kernel with it. */
export function planFields<Enum extends Parameters<typeof writeFields>[2]>(
  plan: Plan,
  name: string,
  fields: Enum,
  values: Parameters<typeof writeFields<Enum>>[3],
): Step {
  const address = plan.memory.reserve(fields.bytes);
  writeFields(plan.memory, address, fields, values);
  const kernel = plan.memory.kernel(name);
  return () => kernel(address);
}
