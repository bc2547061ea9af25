import { exporters } from '../exporters/index.ts';
import { importers } from '../importers/index.ts';

/**
 * Fetches the code that opening a model and judging it do not need: drawing, comparing, training, exporting, formats beside ONNX. A page does this once it stands,
 * so that no request is made later; without it each comes with its first use.
 */
export async function loadLater(): Promise<void> {
  await Promise.all([
    import('../diagram/index.ts'),
    import('../compare/index.ts'),
    import('../train/index.ts'),
    ...[...exporters].map((exporter) => exporter.load()),
    ...[...importers].map((importer) => importer.load?.()),
  ]);
}
