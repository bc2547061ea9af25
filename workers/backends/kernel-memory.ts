import { BugError } from '../../src/base/index.ts';
import { ARENA_START, SLACK_BYTES } from '../kernels/assembly/memory.ts';
import { kernelsBlocked, outOfMemory } from './errors.ts';

const PAGE = 65536;
const ALIGN = 16;

/** A kernel: takes the address of its block of fields (see `kernels/assembly/memory.ts`). */
export type KernelFunction = (call: number) => void;

/** Compiles the kernels. Throws `workers/wasm-blocked` where WebAssembly or its SIMD is not to be had: fall back loudly. */
export async function loadKernels(bytes: Uint8Array<ArrayBuffer> | ArrayBuffer): Promise<WebAssembly.Module> {
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw kernelsBlocked(cause);
  }
}

/**
 * One instance of the kernels with its memory: areas are reserved one after another and given back all at once.
 * Growing the memory detaches every view on it, so `bytes`, `int32` and `float32` make a fresh one per call.
 */
export class KernelMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #exports: WebAssembly.Exports;
  #top = ARENA_START;

  constructor(module: WebAssembly.Module) {
    let instance: WebAssembly.Instance;
    try {
      instance = new WebAssembly.Instance(module, { env: { abort: aborted } });
    } catch (cause) {
      throw kernelsBlocked(cause);
    }
    this.#exports = instance.exports;
    const memory = this.#exports['memory'];
    if (!(memory instanceof WebAssembly.Memory)) throw new BugError('The kernels export no memory.');
    this.#memory = memory;
  }

  kernel(name: string): KernelFunction {
    const found = this.#exports[name];
    if (typeof found !== 'function') throw new BugError(`There is no kernel '${name}'.`);
    return found as KernelFunction;
  }

  get buffer(): ArrayBuffer {
    return this.#memory.buffer;
  }

  /** Address of `bytes` new bytes, 16-byte aligned, with slack behind them; what they hold is not defined. */
  reserve(bytes: number): number {
    const address = this.#top;
    this.#top = Math.ceil((address + bytes + SLACK_BYTES) / ALIGN) * ALIGN;
    const missing = this.#top - this.#memory.buffer.byteLength;
    if (missing > 0) {
      try {
        this.#memory.grow(Math.ceil(missing / PAGE));
      } catch (cause) {
        throw outOfMemory(missing, cause);
      }
    }
    return address;
  }

  /** How much is reserved: give it to `release` to free everything reserved since. */
  mark(): number {
    return this.#top;
  }

  release(mark: number = ARENA_START): void {
    this.#top = mark;
  }

  bytes(address: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#memory.buffer, address, length);
  }

  int32(address: number, length: number): Int32Array<ArrayBuffer> {
    return new Int32Array(this.#memory.buffer, address, length);
  }

  float32(address: number, length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#memory.buffer, address, length);
  }

  /** A copy of `data` in this memory; its address. */
  place(data: Int8Array | Uint8Array | Int16Array | Int32Array | Float32Array): number {
    const address = this.reserve(data.byteLength);
    this.bytes(address, data.byteLength).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return address;
  }
}

function aborted(): never {
  throw new BugError('A kernel stopped itself.');
}

/** The names of a field enum; `bytes`, the size of its block, is not a field. */
type Fields<Enum> = Readonly<Record<Exclude<keyof Enum & string, 'bytes' | 'write'>, number>>;
type FieldEnum = Readonly<Record<string, number | string>> & { readonly bytes: number };

/** Writes a block of fields at `address`; a missing field is a compile error. */
export function writeFields<Enum extends FieldEnum>(
  memory: KernelMemory,
  address: number,
  fields: Enum,
  values: Fields<Enum>,
): void {
  const block = memory.int32(address, fields.bytes / 4);
  for (const [name, value] of Object.entries<number>(values)) block[Number(fields[name]) / 4] = value;
}

/**
 * Instances are reused, because each keeps gigabytes of address space reserved until it is collected: an exploration
 * that loads hundreds of programs would run out of it.
 */
export class KernelMemoryPool {
  readonly #module: WebAssembly.Module;
  readonly #free: KernelMemory[] = [];

  constructor(module: WebAssembly.Module) {
    this.#module = module;
  }

  take(): KernelMemory {
    return this.#free.pop() ?? new KernelMemory(this.#module);
  }

  giveBack(memory: KernelMemory): void {
    memory.release();
    this.#free.push(memory);
  }
}
