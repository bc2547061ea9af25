import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ARENA_START, SPILL } from './assembly/memory.ts';
import { buildKernels } from './build.mjs';

test('tables that the compiler puts into memory lie where the map leaves room for them', async () => {
  const module = await WebAssembly.compile(readFileSync(await buildKernels()));
  const instance = await WebAssembly.instantiate(module, { env: { abort() {} } });
  const { memory } = instance.exports;
  const bytes = new Uint8Array((memory as WebAssembly.Memory).buffer);
  const used = bytes.findLastIndex((byte) => byte !== 0);
  expect(used).toBeGreaterThan(0);
  expect(used).toBeLessThan(ARENA_START);
  expect(bytes.subarray(SPILL, SPILL + 16).every((byte) => byte === 0)).toBe(true);
});
