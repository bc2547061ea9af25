/** ANNETTE network descriptions: graphs without weights, one node per layer. */
import type { Diagnostic } from '../../ir/index.ts';
import { headOf, type Importer, referenceOf, type SourceBytes } from '../importer.ts';
import { parseObject } from '../json.ts';

const load = () => import('./graph.ts');

const LARGEST = 256 * 2 ** 20;

/** An object with layers that have parents. */
const isDescription = (file: SourceBytes): boolean => {
  if (file.source.size > LARGEST) return false;
  const head = new TextDecoder().decode(headOf(file, 16384)).trimStart();
  return head.startsWith('{') && /"layers"\s*:\s*\{/.test(head) && /"parents"\s*:\s*\[/.test(head);
};

export const annette: Importer = {
  id: 'annette',
  name: 'ANNETTE network description',
  extensions: ['.json'],
  matches: (files) => files.some(isDescription),
  async read(files, options) {
    const file = (files.find((f) => f.name === options.main && isDescription(f)) ??
      files.find(isDescription)) as SourceBytes;
    const { source, name } = file;
    const bytes = source.bytes ?? source.read(0, source.size);
    const { ANNETTE_OPSET, graphOf, readDescription } = await load();
    const description = readDescription(name, parseObject(name, new TextDecoder().decode(bytes)));
    const { model, diagnostics } = graphOf(name, description);
    return {
      model,
      reference: referenceOf(file, options.sha256),
      format: 'annette',
      producer: 'ANNETTE',
      opset: ANNETTE_OPSET,
      diagnostics: [NO_WEIGHTS, ...diagnostics],
      weightless: true,
      bytesRead: source.size,
    };
  },
  load,
};

const NO_WEIGHTS: Diagnostic = {
  code: 'importers/no-weights',
  severity: 'info',
  message:
    'The file holds the structure only. Its weights stand in with the numbers of an untrained network: shapes, sizes and costs hold, what it computes does not. Shapes are shown with channels first; the file has them last.',
};
