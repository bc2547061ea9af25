export type { Exporter, ExporterOption, ExportFiles, ExportPackage, ExportRequest } from './package.ts';
