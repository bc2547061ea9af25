/** From which node to which something is in use, and how large it is. */
export interface Lifetime {
  readonly bytes: number;
  first: number;
  last: number;
}

/**
 * Which lifetimes share a buffer: the largest first, each into the first buffer that is free all its life. Buffers are whole
 * objects, not places in one: WebGPU forbids reading and writing one buffer in the same call.
 */
export function shareBuffers(lifetimes: readonly Lifetime[]): {
  readonly bufferOf: readonly number[];
  readonly bytes: readonly number[];
} {
  const order = lifetimes
    .map((_, i) => i)
    .sort((a, b) => (lifetimes[b] as Lifetime).bytes - (lifetimes[a] as Lifetime).bytes || a - b);
  const buffers: { readonly bytes: number; readonly users: Lifetime[] }[] = [];
  const bufferOf = new Array<number>(lifetimes.length);
  for (const i of order) {
    const life = lifetimes[i] as Lifetime;
    const isFree = ({ users }: { users: readonly Lifetime[] }) =>
      users.every((other) => other.last < life.first || life.last < other.first);
    const found = buffers.findIndex(isFree);
    bufferOf[i] = found >= 0 ? found : buffers.length;
    if (found >= 0) buffers[found]?.users.push(life);
    else buffers.push({ bytes: life.bytes, users: [life] });
  }
  return { bufferOf, bytes: buffers.map((buffer) => buffer.bytes) };
}
