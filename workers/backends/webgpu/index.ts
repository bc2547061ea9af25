export { adapterName, type GpuPort, isSoftwareAdapter, openGpu } from './device.ts';
export { createWebGpuBackend, GPU_TOLERANCE, type WebGpuBackend, type WebGpuRunner } from './webgpu.ts';
