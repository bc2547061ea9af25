import type { GpuPort } from './device.ts';
import { gpuOutOfMemory, gpuRefused } from './errors.ts';
import { BufferUsage } from './flags.ts';
import type { Dispatch } from './gpu-node.ts';
import { type KernelConstants, kernelSource } from './kernels.ts';

/** What a graph holds on the device: buffers, uniforms and compiled kernels. */
export class GpuMemory {
  readonly #port: GpuPort;
  readonly #owned: GPUBuffer[] = [];
  #bytes = 0;

  constructor(port: GpuPort) {
    this.#port = port;
  }

  get bytes(): number {
    return this.#bytes;
  }

  storage(bytes: number): GPUBuffer {
    const { storage, copySource, copyTarget } = BufferUsage;
    return this.#buffer(bytes, storage | copySource | copyTarget);
  }

  /** Values that stay. */
  constant(values: Float32Array | Int32Array): GPUBuffer {
    const buffer = this.storage(values.byteLength);
    this.#port.device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
    return buffer;
  }

  uniform(block: Uint8Array<ArrayBuffer>): GPUBuffer {
    const buffer = this.#buffer(block.byteLength, BufferUsage.uniform | BufferUsage.copyTarget);
    this.#port.device.queue.writeBuffer(buffer, 0, block);
    return buffer;
  }

  staging(bytes: number): GPUBuffer {
    return this.#buffer(bytes, BufferUsage.mapRead | BufferUsage.copyTarget);
  }

  dispose(): void {
    for (const buffer of this.#owned.splice(0)) buffer.destroy();
  }

  #buffer(bytes: number, usage: number): GPUBuffer {
    const size = Math.max(16, Math.ceil(bytes / 4) * 4);
    const { maxBufferSize, maxStorageBufferBindingSize } = this.#port.device.limits;
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    if (size > most) throw gpuOutOfMemory(this.#port.name, size, `one value may have ${most} bytes at most`);
    const buffer = this.#port.device.createBuffer({ size, usage });
    this.#owned.push(buffer);
    this.#bytes += size;
    return buffer;
  }
}

/** Runs `make` and throws what the device reports of it: too little memory is the user's to know. */
export async function guarded<T>(port: GpuPort, memory: GpuMemory, make: () => Promise<T>): Promise<T> {
  port.check();
  const { device, name } = port;
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  const made = await make().then(
    (result) => ({ result }),
    (thrown: unknown) => ({ thrown }),
  );
  const refusal = await device.popErrorScope();
  const shortage = await device.popErrorScope();
  if ('result' in made && !refusal && !shortage) return made.result;
  const { bytes } = memory;
  memory.dispose();
  if (shortage) throw gpuOutOfMemory(name, bytes, shortage.message);
  if (refusal) throw gpuRefused(name, refusal.message);
  throw await port.explain('thrown' in made ? made.thrown : undefined);
}

/** Compiled variants of kernels, shared by all graphs of a backend. */
export class GpuPipelines {
  readonly #port: GpuPort;
  readonly #known = new Map<string, Promise<GPUComputePipeline>>();

  constructor(port: GpuPort) {
    this.#port = port;
  }

  of({ kernel, constants = {} }: Pick<Dispatch, 'kernel' | 'constants'>): Promise<GPUComputePipeline> {
    const key = `${kernel} ${JSON.stringify(constants)}`;
    let made = this.#known.get(key);
    if (!made) {
      made = this.#make(kernel, constants, key);
      this.#known.set(key, made);
    }
    return made;
  }

  #make(kernel: Dispatch['kernel'], constants: KernelConstants, label: string): Promise<GPUComputePipeline> {
    const { device } = this.#port;
    const module = device.createShaderModule({ label, code: kernelSource(kernel, constants) });
    return device.createComputePipelineAsync({ label, layout: 'auto', compute: { module, entryPoint: 'main' } });
  }
}
