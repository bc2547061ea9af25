import { BugError } from '../base/index.ts';
import type { Codes, KernelTable, ProgramBackend, ProgramMemory, ProgramRunner } from '../compute/index.ts';
import { type KernelCall, type Program, type StorageType, storageBytes } from '../ir/index.ts';
import { bufferInfo } from './buffers.ts';
import { plainKernels } from './plain-kernels.ts';

/** A view of `length` codes of a storage type on memory; `byteOffset` must be a multiple of the type's size. */
export function codesView(type: StorageType, memory: ArrayBufferLike, byteOffset: number, length: number): Codes {
  switch (type) {
    case 'int8':
      return new Int8Array(memory, byteOffset, length);
    case 'uint8':
      return new Uint8Array(memory, byteOffset, length);
    case 'int16':
      return new Int16Array(memory, byteOffset, length);
    case 'uint16':
      return new Uint16Array(memory, byteOffset, length);
    case 'int32':
      return new Int32Array(memory, byteOffset, length);
  }
}

/** Arena in memory of its own, views made once; constants where the program holds them. */
export function plainMemory(program: Program): ProgramMemory {
  const arena = new ArrayBuffer(program.arenaBytes);
  const views = program.buffers.map((b) => codesView(b.type, arena, b.offset, b.bytes / storageBytes(b.type)));
  const known = <T>(value: T | undefined, what: string): T => {
    if (value === undefined) throw new BugError(`The program has no ${what}.`);
    return value;
  };
  return {
    program,
    buffer: (id) => known(views[id], `buffer ${id}`),
    constant: (id) => known(program.constants[id], `constant ${id}`).data,
  };
}

/**
 * Runs a program with a table of kernels on a memory. `memory` is given by backends that keep the arena elsewhere (in
 * WebAssembly memory); it must answer `buffer(id)` with a view on the current memory each time it is asked.
 */
export function createRunner(
  program: Program,
  kernels: KernelTable,
  memory: ProgramMemory = plainMemory(program),
): ProgramRunner {
  const write = (inputs: readonly Codes[]): void => {
    if (inputs.length !== program.inputs.length)
      throw new BugError(`The program takes ${program.inputs.length} inputs, ${inputs.length} were given.`);
    for (const [index, port] of program.inputs.entries()) {
      const codes = inputs[index] as Codes;
      const buffer = memory.buffer(port.buffer);
      if (codes.length !== buffer.length || codes.constructor !== buffer.constructor)
        throw new BugError(
          `Input '${port.tensor}' takes ${buffer.length} codes of type ${bufferInfo(memory, port.buffer).type}.`,
        );
      buffer.set(codes);
    }
  };
  return {
    run(inputs) {
      write(inputs);
      for (const call of program.calls) runCall(kernels, call, memory);
      return program.outputs.map((port) => memory.buffer(port.buffer).slice());
    },
    trace(inputs, onCall) {
      write(inputs);
      for (const call of program.calls) {
        runCall(kernels, call, memory);
        onCall(call, memory);
      }
    },
    dispose() {},
  };
}

/** Runs one call with its kernel. */
export function runCall(kernels: KernelTable, call: KernelCall, memory: ProgramMemory): void {
  // The table's type ties each kernel to its call; TypeScript cannot see that through a union of calls.
  const kernel = kernels[call.kernel] as (call: KernelCall, memory: ProgramMemory) => void;
  kernel(call, memory);
}

/** The emulator: every kernel in plain TypeScript. Slow (about 10⁸ multiply-accumulates per second), exact, runs anywhere. */
export function createPlainProgramBackend(): ProgramBackend {
  return {
    id: 'emulator',
    description: 'Emulator in plain TypeScript, bit-exact',
    load: (program) => createRunner(program, plainKernels),
  };
}
