import type { FileKind } from '../state/types.ts';

/** Raw arrays say their type and shape in their name: 'images_u8_350x32x32x3.bin', perhaps gzipped. */
const RAW_ARRAY = /_(u8|i8|u16|i16|u32|i32|i64|f16|f32|f64)_\d+(x\d+)*\.bin(\.gz)?$/;
const SAMPLES = /\.(npz|npy|png|jpe?g|bmp|zip|gz)$|ubyte$|idx[13]|test_batch|data_batch|\.pb$/;
const LABELS = /labels?\.(txt|csv|npy|npz)$|labels.*idx1|_y\.npy$/;

/** What a dropped file is taken as, by its name. The readers look at the content afterwards and say if it is something else. */
export function kindOf(name: string): FileKind {
  const lower = name.toLowerCase();
  if (lower.endsWith('.onnx')) return 'model';
  if (lower.endsWith('.paretoscope')) return 'saved exploration';
  if (LABELS.test(lower)) return 'labels';
  if (RAW_ARRAY.test(lower)) return /label|target/.test(lower) ? 'labels' : 'samples';
  if (SAMPLES.test(lower)) return 'samples';
  if (/\.(data|weights|ext|bin)$/.test(lower)) return 'external data';
  return 'unknown';
}
