export { checkFileSize, type OnnxFile, type OnnxImport, readOnnx } from './read.ts';
export { type WriteOptions, writeOnnx } from './write.ts';
