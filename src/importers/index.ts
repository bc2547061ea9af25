export type { StoredQuantization } from '../onnx/index.ts';
export { isZip, zipNames } from './archive/index.ts';
export { formatOf, importModel } from './import-model.ts';
export type { Imported, Importer, ReadOptions, SourceBytes } from './importer.ts';
export { importers } from './registry.ts';
