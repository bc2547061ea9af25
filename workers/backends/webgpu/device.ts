import { BugError, messageOf } from '../../../src/base/index.ts';
import { gpuLost, gpuMissing, gpuRefused } from './errors.ts';

/** A graphics processor that is ready to compute, or a program that plays one (`isSoftware`). */
export interface GpuPort {
  readonly device: GPUDevice;
  /** As the browser tells it: 'nvidia ampere', 'google swiftshader'. */
  readonly name: string;
  /** Runs on the processor after all (SwiftShader, llvmpipe): right, but slower than WebAssembly. */
  readonly isSoftware: boolean;
  /** Throws a `UserError` once the device is lost or has refused a command. */
  check(): void;
  /** What went wrong, in the user's terms: the loss of the device where that is the cause. */
  explain(thrown: unknown): Promise<unknown>;
  close(): void;
}

type AdapterFacts = Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description'> & {
  readonly isFallbackAdapter?: boolean;
};

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render|\bwarp\b/i;

/** Whether an adapter says of itself that it computes without a graphics processor. */
export const isSoftwareAdapter = (facts: AdapterFacts): boolean =>
  facts.isFallbackAdapter === true || SOFTWARE.test(adapterName(facts));

export const adapterName = ({ vendor, architecture, device, description }: AdapterFacts): string =>
  [vendor, architecture, device, description].filter((part) => part !== '').join(' ') || 'unnamed adapter';

/** Limits that are asked for as high as the adapter goes: how much one network may take. */
const RAISED = ['maxBufferSize', 'maxStorageBufferBindingSize'] as const;

/**
 * Opens the best adapter of a browser (`navigator.gpu`). Throws `workers/gpu-missing` with the reason where there is none. A software
 * adapter is opened too: whoever chooses an engine asks `isSoftware`.
 */
export async function openGpu(gpu: GPU | undefined): Promise<GpuPort> {
  if (!gpu) throw gpuMissing('this browser offers no WebGPU at this address (it needs https or localhost)');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw gpuMissing('the browser found no graphics processor it trusts');
  const requiredLimits = Object.fromEntries(RAISED.map((limit) => [limit, adapter.limits[limit]]));
  try {
    return portOf(await adapter.requestDevice({ requiredLimits }), factsOf(adapter));
  } catch (cause) {
    throw gpuMissing(`the graphics processor could not be opened (${messageOf(cause)})`);
  }
}

/** Browsers before 2025 say of the adapter itself that it is a fallback; some older ones say nothing of it at all. */
function factsOf(adapter: GPUAdapter): AdapterFacts {
  const {
    vendor = '',
    architecture = '',
    device = '',
    description = '',
  } = (adapter.info ?? {}) as Partial<AdapterFacts>;
  const isFallback = [adapter.info, adapter].some(
    (told) => told && 'isFallbackAdapter' in told && told.isFallbackAdapter,
  );
  return { vendor, architecture, device, description, isFallbackAdapter: isFallback };
}

function portOf(device: GPUDevice, info: AdapterFacts): GpuPort {
  const name = adapterName(info);
  let lost: GPUDeviceLostInfo | undefined;
  let fault: GPUError | undefined;
  let closed = false;
  const loss = device.lost.then((facts) => {
    lost = facts;
  });
  device.addEventListener('uncapturederror', (event) => {
    fault ??= (event as GPUUncapturedErrorEvent).error;
  });
  const check = () => {
    if (closed) throw new BugError('This graphics device was closed.');
    if (lost) throw gpuLost(name, lost.message || lost.reason || 'no reason given');
    if (fault) throw gpuRefused(name, fault.message);
  };
  return {
    device,
    name,
    isSoftware: isSoftwareAdapter(info),
    check,
    async explain(thrown) {
      // A rejected mapping may reach us before the news of the loss that caused it.
      if (thrown instanceof DOMException) await Promise.race([loss, new Promise((done) => setTimeout(done, 100))]);
      if (lost && !closed) return gpuLost(name, lost.message || lost.reason || messageOf(thrown));
      return thrown instanceof DOMException ? gpuRefused(name, fault?.message ?? thrown) : thrown;
    },
    close() {
      closed = true;
      device.destroy();
    },
  };
}
