import { BugError } from '../base/index.ts';
import type { Codes, ProgramMemory } from '../compute/index.ts';
import type { BufferId, ProgramBuffer, StorageType } from '../ir/index.ts';

/** Description of a buffer. Its id is its place in `program.buffers`. */
export function bufferInfo(memory: ProgramMemory, id: BufferId): ProgramBuffer {
  const info = memory.program.buffers[id];
  if (!info || info.id !== id) throw new BugError(`The program has no buffer ${id}.`, { buffer: id });
  return info;
}

/** Description and codes of operand `index` of a call. */
export function operand(
  memory: ProgramMemory,
  inputs: readonly BufferId[],
  index: number,
): { readonly info: ProgramBuffer; readonly codes: Codes } {
  const id = inputs[index];
  if (id === undefined) throw new BugError(`A kernel call has no input ${index}.`);
  return { info: bufferInfo(memory, id), codes: memory.buffer(id) };
}

/** Height, width and channels of a feature map. */
export function mapSizes(info: ProgramBuffer): readonly [number, number, number] {
  const [height, width, channels] = info.shape;
  if (height === undefined || width === undefined || channels === undefined || info.shape.length !== 3)
    throw new BugError(`Buffer of '${info.tensor}' is no feature map: [${info.shape.join(', ')}].`);
  return [height, width, channels];
}

/** Elements between neighbours along each axis, row-major. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis] as number;
  }
  return strides;
}

/**
 * Calls `visit(i, j)` for every element of a row-major space of `shape`, in order: i its own index, j the index in another
 * array that starts at `start` and moves by `strides` along each axis (0 repeats, negative runs backwards).
 */
export function walk(
  shape: readonly number[],
  strides: readonly number[],
  start: number,
  visit: (index: number, other: number) => void,
): void {
  const position = new Array<number>(shape.length).fill(0);
  const total = shape.reduce((n, d) => n * d, 1);
  let other = start;
  for (let index = 0; index < total; index++) {
    visit(index, other);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (position[axis] as number) + 1;
      other += strides[axis] as number;
      if (next < (shape[axis] as number)) {
        position[axis] = next;
        break;
      }
      position[axis] = 0;
      other -= next * (strides[axis] as number);
    }
  }
}

/**
 * Strides with which an operand of `shape` is read while walking `target`: axes are aligned at their ends, and those of
 * size 1 (or missing) repeat.
 */
export function broadcastStrides(shape: readonly number[], target: readonly number[]): number[] {
  const strides = stridesOf(shape);
  const missing = target.length - shape.length;
  return target.map((size, axis) => {
    const own = shape[axis - missing];
    if (own === undefined || (own === 1 && size !== 1)) return 0;
    if (own !== size) throw new BugError(`Cannot broadcast [${shape.join(', ')}] to [${target.join(', ')}].`);
    return strides[axis - missing] as number;
  });
}

/** Lowest code that a storage type holds: where lookup tables begin. */
export function lowestCode(type: StorageType): number {
  if (type === 'int8') return -128;
  if (type === 'int16') return -32768;
  if (type === 'int32') throw new BugError('A lookup table cannot be indexed by int32 codes.');
  return 0;
}

/**
 * Codes less their zero points, as doubles: one array type for every kind of codes keeps the loops over them fast.
 * `zeroPoints` has one entry, or one per `run` codes.
 */
export function differences(codes: Codes, zeroPoints: ArrayLike<number>, run = codes.length): Float64Array {
  const values = new Float64Array(codes);
  const perRun = zeroPoints.length > 1 ? 1 : 0;
  for (let i = 0; i < values.length; i++)
    values[i] = (values[i] as number) - (zeroPoints[perRun * Math.floor(i / run)] as number);
  return values;
}
