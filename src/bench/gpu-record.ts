import type { BenchFigure, BenchRecord } from './suite.ts';

/** One line of the table: a network, forward or as a training step, at one batch. */
export interface GpuMeasure {
  readonly network: string;
  readonly work: 'forward' | 'training step';
  readonly batch: number;
  /** Samples per second; absent: that engine was refused or failed. */
  readonly wasm?: number;
  readonly webgpu?: number;
  readonly runs: number;
  /** What the page would choose here, and why. */
  readonly chosen: string;
  readonly reason: string;
}

/** What a page can tell of its machine: no load average. */
export type GpuRecord = Omit<BenchRecord, 'loadAverage'>;

/** In the form of `public/bench`. Lines without WebGPU are notes: a figure is WebGPU's, its peer WebAssembly beside it. */
export function gpuRecord(measures: readonly GpuMeasure[], machine: string, date: string): GpuRecord {
  const name = ({ network, work, batch }: GpuMeasure) => `${network}, ${work}, batch ${batch}`;
  const results = measures.flatMap((measure): BenchFigure[] => {
    const { wasm, webgpu, runs } = measure;
    if (webgpu === undefined) return [];
    const peer = wasm === undefined ? {} : { reference: wasm, peer: 'WebAssembly, one thread', ratio: webgpu / wasm };
    return [{ name: name(measure), unit: 'samples/s', median: webgpu, runs, ...peer }];
  });
  const notes = measures.filter(({ webgpu }) => webgpu === undefined).map((m) => `${name(m)}: ${m.reason}`);
  return { suite: 'gpu', title: 'WebGPU against WebAssembly', machine, date, notes, results };
}
