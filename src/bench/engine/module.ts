import { gzipSync } from 'fflate';
import { createWasmFloatBackend } from '../../../workers/backends/index.ts';
import { bindTrainingNode } from '../../train/index.ts';
import { type BenchFigure, goal, median } from '../suite.ts';
import type { EngineHost } from './host.ts';
import { BATCH, resnet8Step } from './training.ts';

const RUNS = 9;

/** Size of the compiled kernels, and how long they take until they can be called. */
export async function moduleFigures(host: EngineHost): Promise<BenchFigure[]> {
  const bytes = await host.kernels();
  const readings: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const start = host.now();
    const module = await WebAssembly.compile(bytes);
    await WebAssembly.instantiate(module, { env: { abort() {} } });
    readings.push((host.now() - start) * 1000);
  }
  const kilobytes = gzipSync(bytes, { level: 9 }).length / 1000;
  const ready = median(readings);
  return [
    { name: 'Kernel module, gzip -9', unit: 'KB', median: kilobytes, runs: 1, goal: goal('<=', 150, kilobytes) },
    { name: 'Kernel module, compiled and ready', unit: 'ms', median: ready, runs: RUNS, goal: goal('<=', 50, ready) },
  ];
}

/** What a training step takes: memory the kernels hold after two steps, against what was planned. */
export async function memoryFigures(module: WebAssembly.Module): Promise<BenchFigure[]> {
  const { runner, step } = await resnet8Step(createWasmFloatBackend(module, bindTrainingNode));
  await step();
  await step();
  const planned = (runner.plannedBytes ?? 0) / 1e6;
  const held = (runner.heldBytes ?? 0) / 1e6;
  runner.dispose();
  return [
    {
      name: `Memory of a training step of ResNet-8, batch ${BATCH}`,
      unit: 'MB',
      median: held,
      runs: 1,
      reference: planned,
      peer: 'planned',
      ratio: held / planned,
      goal: { ...goal('<=', 1.5, held / planned), of: 'ratio' },
    },
  ];
}
