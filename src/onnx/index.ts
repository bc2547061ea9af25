export type { StoredQuantization } from './quantized.ts';
export { storedQuantization } from './quantized.ts';
export type { OnnxFile, OnnxImport, OnnxReadOptions, OnnxSource } from './read.ts';
export { checkFileSize, readOnnx, readOnnxSources } from './read.ts';
export { type WriteOptions, writeOnnx } from './write.ts';
