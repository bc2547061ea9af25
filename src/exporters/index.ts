export type { Exporter, ExporterOption, ExportFiles, ExportPackage, ExportRequest, PrintPackage } from './package.ts';
export { exporters } from './registry.ts';
export { zipFiles } from './shared/zip.ts';
