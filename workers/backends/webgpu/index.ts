export { adapterName, type GpuPort, isSoftwareAdapter, openGpu } from './device.ts';
export type { EngineCandidate, ProbedWork, ProbeFigure, ProbeResult } from './probe.ts';
export { createProbedSteps, gpuCandidate, probeEngines } from './probe.ts';
export { createWebGpuBackend, GPU_TOLERANCE, type WebGpuBackend, type WebGpuRunner } from './webgpu.ts';
