import kernelsUrl from '../../build/kernels/kernels.wasm?url';
import { loadKernels } from '../../workers/backends/kernel-memory.ts';
import { createWasmFloatBackend, type WasmFloatBackend } from '../../workers/backends/wasm-float.ts';
import { type EngineCandidate, gpuCandidate, openGpu } from '../../workers/backends/webgpu/index.ts';
import { messageOf, UserError } from '../base/index.ts';
import { bindTrainingNode } from '../train/index.ts';
import { type CheckResult, gpuChecks } from './gpu-checks.ts';
import { gpuMeasures } from './gpu-measure.ts';
import { gpuNetworks } from './gpu-networks.ts';
import type { GpuMeasure } from './gpu-record.ts';

/** What the page asks of this worker. */
export type GpuRequest =
  | { readonly do: 'look' }
  | { readonly do: 'check' }
  | { readonly do: 'measure'; readonly networks: readonly string[]; readonly batches: readonly number[] };

/** What it answers; the last of each request is 'done' or 'failed'. */
export type GpuAnswer =
  | { readonly is: 'adapter'; readonly name: string; readonly isSoftware: boolean }
  | { readonly is: 'check'; readonly result: CheckResult }
  | { readonly is: 'refused'; readonly reason: string }
  | { readonly is: 'measure'; readonly measure: GpuMeasure }
  | { readonly is: 'done' }
  | { readonly is: 'failed'; readonly message: string; readonly hint?: string };

const answer = (message: GpuAnswer): void => postMessage(message);
const open = () => openGpu(navigator.gpu);

async function look(): Promise<void> {
  const port = await open();
  answer({ is: 'adapter', name: port.name, isSoftware: port.isSoftware });
  port.close();
}

/** The kernels of this copy of the page. */
async function wasm(): Promise<WasmFloatBackend> {
  const reply = await fetch(kernelsUrl);
  return createWasmFloatBackend(await loadKernels(await reply.arrayBuffer()), bindTrainingNode);
}

async function check(): Promise<void> {
  for await (const result of gpuChecks(open, await wasm())) answer({ is: 'check', result });
}

async function measure(ids: readonly string[], batches: readonly number[]): Promise<void> {
  const gpu = await gpuCandidate(navigator.gpu, bindTrainingNode);
  if ('refused' in gpu) answer({ is: 'refused', reason: gpu.refused });
  const engines: readonly EngineCandidate[] = [{ name: 'WebAssembly', backend: await wasm() }, gpu];
  const networks = gpuNetworks.filter(({ id }) => ids.includes(id));
  const now = () => performance.now() / 1000;
  for await (const found of gpuMeasures(networks, batches, engines, now)) answer({ is: 'measure', measure: found });
}

addEventListener('message', async ({ data }: MessageEvent<GpuRequest>) => {
  try {
    if (data.do === 'look') await look();
    else if (data.do === 'check') await check();
    else await measure(data.networks, data.batches);
    answer({ is: 'done' });
  } catch (thrown) {
    const hint = thrown instanceof UserError ? { hint: thrown.hint } : {};
    answer({ is: 'failed', message: messageOf(thrown), ...hint });
  }
});
