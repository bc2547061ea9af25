import type { GpuPort } from './device.ts';
import { MAP_READ } from './flags.ts';

/** A kernel call that is ready to be recorded. */
export interface Call {
  readonly pipeline: GPUComputePipeline;
  readonly bindings: GPUBindGroup;
  readonly groups: readonly [number, number, number];
}

/** Commands of one run on their way to the device: one encoder, cut only where something must be read in between. */
export class Recording {
  readonly #port: GpuPort;
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;

  constructor(port: GpuPort) {
    this.#port = port;
  }

  call({ pipeline, bindings, groups }: Call): void {
    this.#pass ??= this.#commands().beginComputePass();
    this.#pass.setPipeline(pipeline);
    this.#pass.setBindGroup(0, bindings);
    this.#pass.dispatchWorkgroups(...groups);
  }

  copy(from: GPUBuffer, to: GPUBuffer, bytes: number, at = 0): void {
    this.#endPass();
    this.#commands().copyBufferToBuffer(from, 0, to, at, bytes);
  }

  /** Writes to a buffer after everything that is recorded so far. */
  write(buffer: GPUBuffer, values: Float32Array): void {
    this.submit();
    this.#port.device.queue.writeBuffer(buffer, 0, values as Float32Array<ArrayBuffer>);
  }

  submit(): void {
    this.#endPass();
    if (this.#encoder) this.#port.device.queue.submit([this.#encoder.finish()]);
    this.#encoder = undefined;
  }

  /** Everything that is in a staging buffer once all recorded commands are done. */
  async read(staging: GPUBuffer): Promise<Float32Array> {
    this.submit();
    await staging.mapAsync(MAP_READ);
    const values = new Float32Array(staging.getMappedRange().slice(0));
    staging.unmap();
    return values;
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = undefined;
  }

  #commands(): GPUCommandEncoder {
    this.#encoder ??= this.#port.device.createCommandEncoder();
    return this.#encoder;
  }
}
