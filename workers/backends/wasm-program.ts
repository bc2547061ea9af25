import { BugError } from '../../src/base/index.ts';
import type {
  Codes,
  Kernel,
  KernelTable,
  ProgramBackend,
  ProgramMemory,
  ProgramRunner,
} from '../../src/compute/index.ts';
import {
  type KernelCall,
  type KernelName,
  type Program,
  type ProgramBuffer,
  type StorageType,
  storageBytes,
} from '../../src/ir/index.ts';
import { mapBytes, type Plan, type Step } from './integer-window.ts';
import { type KernelMemory, KernelMemoryPool } from './kernel-memory.ts';
import { planCall } from './plan-int8.ts';

/** A program backend that also says which calls of a program have no fast kernel. */
export interface WasmProgramBackend extends ProgramBackend {
  load(program: Program): WasmProgramRunner;
}

export interface WasmProgramRunner extends ProgramRunner {
  /** Calls that ran on the plain kernels: pools and element-wise calls of 16 bits, data movement. */
  readonly plainCalls: readonly KernelCall[];
}

/**
 * Integer programs on WebAssembly SIMD, one thread, bit for bit as the semantics say. Calls without a fast kernel run on
 * `plainKernels` over the same memory. Weights are packed when a program is loaded; several may be loaded at once.
 */
export function createWasmProgramBackend(module: WebAssembly.Module, plainKernels: KernelTable): WasmProgramBackend {
  const pool = new KernelMemoryPool(module);
  return {
    id: 'wasm',
    description: 'WebAssembly SIMD, one thread, bit-exact',
    load: (program) => new LoadedProgram(program, plainKernels, pool),
  };
}

const VIEWS: Readonly<Record<StorageType, new (buffer: ArrayBuffer, offset: number, length: number) => Codes>> = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
};

class LoadedProgram implements WasmProgramRunner, ProgramMemory {
  readonly program: Program;
  readonly plainCalls: readonly KernelCall[];
  readonly #pool: KernelMemoryPool;
  readonly #steps: readonly Step[];
  readonly #arena: number;
  #memory: KernelMemory | undefined;

  constructor(program: Program, plainKernels: KernelTable, pool: KernelMemoryPool) {
    this.program = program;
    this.#pool = pool;
    const memory = pool.take();
    this.#memory = memory;
    const largestMap = program.calls.reduce((most, call) => Math.max(most, mapBytes(call, program)), 0);
    const plan: Plan = {
      program,
      memory,
      arena: memory.reserve(program.arenaBytes),
      map: memory.reserve(largestMap),
    };
    this.#arena = plan.arena;
    memory.bytes(plan.arena, program.arenaBytes).fill(0);
    const plainCalls: KernelCall[] = [];
    this.#steps = program.calls.map((call) => {
      const fast = planCall(call, plan);
      if (fast) return fast;
      plainCalls.push(call);
      const kernel = plainKernels[call.kernel] as Kernel<KernelName>;
      return () => kernel(call, this);
    });
    this.plainCalls = plainCalls;
  }

  run(inputs: readonly Codes[]): readonly Codes[] {
    this.#feed(inputs);
    for (const step of this.#steps) step();
    return this.program.outputs.map((port) => this.buffer(port.buffer).slice());
  }

  trace(inputs: readonly Codes[], onCall: (call: KernelCall, memory: ProgramMemory) => void): void {
    this.#feed(inputs);
    for (const [index, step] of this.#steps.entries()) {
      step();
      onCall(this.program.calls[index] as KernelCall, this);
    }
  }

  buffer(id: number): Codes {
    if (!this.#memory) throw new BugError(`Program '${this.program.name}' was disposed of.`);
    const buffer = this.program.buffers[id];
    if (!buffer) throw new BugError(`The program has no buffer ${id}.`);
    return this.#view(this.#memory, buffer);
  }

  constant(id: number): Codes {
    const constant = this.program.constants[id];
    if (!constant) throw new BugError(`The program has no constant ${id}.`);
    return constant.data;
  }

  dispose(): void {
    if (this.#memory) this.#pool.giveBack(this.#memory);
    this.#memory = undefined;
  }

  #view(memory: KernelMemory, buffer: ProgramBuffer): Codes {
    return new VIEWS[buffer.type](memory.buffer, this.#arena + buffer.offset, buffer.bytes / storageBytes(buffer.type));
  }

  #feed(inputs: readonly Codes[]): void {
    const { inputs: ports } = this.program;
    if (inputs.length !== ports.length)
      throw new BugError(`The program takes ${ports.length} inputs, ${inputs.length} were given.`);
    for (const [index, port] of ports.entries()) {
      const view = this.buffer(port.buffer);
      const codes = inputs[index] as Codes;
      if (codes.length !== view.length || codes.constructor !== view.constructor)
        throw new BugError(`Input '${port.tensor}' takes ${view.length} codes of type ${view.constructor.name}.`);
      view.set(codes);
    }
  }
}
