/** Bits of the WebGPU specification. The globals that name them exist only where WebGPU does. */
export const BufferUsage = {
  mapRead: 0x1,
  copySource: 0x4,
  copyTarget: 0x8,
  uniform: 0x40,
  storage: 0x80,
} as const;

export const MAP_READ = 0x1;
