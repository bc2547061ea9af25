import type { FileKind } from '../state/types.ts';
import type { GivenFile } from './file-records.ts';
import { runJob } from './run-job.ts';

/** Raw arrays say their type and shape in their name: 'images_u8_350x32x32x3.bin', perhaps gzipped. */
const RAW_ARRAY = /_(u8|i8|u16|i16|u32|i32|i64|f16|f32|f64)_\d+(x\d+)*\.bin(\.gz)?$/;
const MODELS = /\.(onnx|onnx\.gz|keras|h5|hdf5)$/;
const SAMPLES = /\.(npz|npy|png|jpe?g|bmp)$|ubyte(\.gz)?$|idx[13](\.gz)?$|test_batch|data_batch|\.pb$/;
const LABELS = /labels?\.(txt|csv|npy|npz)$|labels.*idx1|_y\.npy$/;
/** Names that say nothing: a zip may hold a model or pictures, a JSON a network or a metric. */
const ANYTHING = /\.(zip|gz|tgz|json|csv|tsv|txt|py)$/;

/** What a dropped file is taken as, by its name; 'unknown' where the name does not say. The readers look at the content afterwards. */
export function kindOf(name: string): FileKind {
  const lower = name.toLowerCase();
  if (MODELS.test(lower)) return 'model';
  if (lower.endsWith('.paretoscope')) return 'saved exploration';
  if (LABELS.test(lower)) return 'labels';
  if (RAW_ARRAY.test(lower)) return /label|target/.test(lower) ? 'labels' : 'samples';
  if (SAMPLES.test(lower)) return 'samples';
  if (/\.(data|weights|ext|bin)$/.test(lower)) return 'external data';
  return 'unknown';
}

/** What dropped files are: by their names, and by their content where a name does not say. */
export async function kindsOf(files: readonly GivenFile[]): Promise<ReadonlyMap<GivenFile, FileKind>> {
  const kinds = new Map(
    files.map((file): [GivenFile, FileKind] => [file, file.members ? 'samples' : kindOf(file.name)]),
  );
  const unclear = files.filter((file) => kinds.get(file) === 'unknown' && ANYTHING.test(file.name.toLowerCase()));
  if (unclear.length === 0) return kinds;
  const found = await runJob('identify', { files: unclear }, { title: 'Look at files', unlisted: true });
  unclear.forEach((file, i) => {
    kinds.set(file, found[i] ?? 'unknown');
  });
  return kinds;
}
