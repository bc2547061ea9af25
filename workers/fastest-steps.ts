import type { StepBackend } from '../src/compute/index.ts';
import { bindTrainingNode } from '../src/train/index.ts';
import { createWasmFloatBackend } from './backends/index.ts';
import { createProbedSteps, gpuCandidate } from './backends/webgpu/index.ts';
import type { KernelsMessage } from './engines.ts';

/** Training steps on WebAssembly or WebGPU, whichever a probe of the step finds clearly faster. */
export async function stepsByProbe(
  { module, problem }: KernelsMessage,
  now: () => number,
  onChoice: (words: string) => void,
): Promise<StepBackend> {
  const own = module
    ? { name: 'WebAssembly', backend: createWasmFloatBackend(module, bindTrainingNode) }
    : { name: 'WebAssembly', refused: problem ?? 'no kernels were given' };
  const gpu = await gpuCandidate(navigator.gpu, bindTrainingNode);
  return createProbedSteps([own, gpu], now, ({ reason }) => onChoice(reason));
}
