import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'workers/**/*.test.ts'],
    testTimeout: 30_000,
    // The first test of the kernels compiles them.
    hookTimeout: 120_000,
    pool: 'threads',
    maxWorkers: 2,
  },
});
