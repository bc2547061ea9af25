import { type EngineCandidate, probeEngines } from '../../workers/backends/webgpu/index.ts';
import { batched, type GpuNetwork, stepOf } from './gpu-networks.ts';
import type { GpuMeasure } from './gpu-record.ts';

/** Times both engines on every network and batch, with the probe that also chooses engines for training. */
export async function* gpuMeasures(
  networks: readonly GpuNetwork[],
  batches: readonly number[],
  engines: readonly EngineCandidate[],
  now: () => number,
): AsyncGenerator<GpuMeasure> {
  for (const network of networks)
    for (const batch of batches)
      for (const work of ['forward', 'training step'] as const) {
        const { model, state } = work === 'forward' ? { model: batched(network, batch) } : stepOf(network, batch);
        const probed = state ? { model, state, batch } : { model, batch };
        const { figures, engine, reason } = await probeEngines(probed, engines, now);
        const rate = (id: string) => figures.find((figure) => figure.engine === id);
        const [wasm, webgpu] = [rate('wasm')?.samplesPerSecond, rate('webgpu')?.samplesPerSecond];
        yield {
          network: network.title,
          work,
          batch,
          ...(wasm === undefined ? {} : { wasm }),
          ...(webgpu === undefined ? {} : { webgpu }),
          runs: Math.max(...figures.map((figure) => figure.runs ?? 0)),
          chosen: engine,
          reason,
        };
      }
}
