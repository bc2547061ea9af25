import { sha256Hex } from '../base/index.ts';
import type { SampleInput } from '../ir/index.ts';

const bytesOf = (a: Float32Array | Int32Array): Uint8Array => new Uint8Array(a.buffer, a.byteOffset, a.byteLength);

/** SHA-256 of names, shapes, elements and labels: what results depend on, and nothing else. */
export function digestOf(inputs: readonly SampleInput[], labels: Int32Array | undefined): string {
  const header = JSON.stringify([inputs.map(({ tensor, shape }) => [tensor, shape]), labels?.length ?? null]);
  const parts = [new TextEncoder().encode(header), ...inputs.map(({ data }) => bytesOf(data))];
  return sha256Hex(...parts, ...(labels ? [bytesOf(labels)] : []));
}
