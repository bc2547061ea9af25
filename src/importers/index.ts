export { importModel } from './import-model.ts';
export type { Imported, Importer, ReadOptions, SourceBytes, StoredQuantization } from './importer.ts';
export { importers } from './registry.ts';
