import { elementCount, type Shape } from '../ir/index.ts';
import { badPreprocessing } from './errors.ts';

/** What a model's training did to its inputs: value → (value · scale − mean) / deviation. */
export interface Preprocessing {
  /** Default 1. 1/255 maps bytes to 0…1. */
  readonly scale?: number;
  /** One for all, or one per channel of [N, C, H, W] or [N, H, W, C]. Default 0. */
  readonly mean?: readonly number[];
  /** As `mean`. Default 1. */
  readonly deviation?: readonly number[];
}

/** In place: `data` holds whole samples of `shape` and belongs to the caller. Throws where lists do not fit the channels. */
export function preprocess(
  data: Float32Array,
  shape: Shape,
  { scale = 1, mean = [0], deviation = [1] }: Preprocessing,
): void {
  const channels = Math.max(mean.length, deviation.length);
  for (const list of [mean, deviation])
    if (list.length !== 1 && list.length !== channels)
      throw badPreprocessing(`${mean.length} means and ${deviation.length} deviations`);
  if (![scale, ...mean, ...deviation].every(Number.isFinite) || deviation.some((d) => d === 0))
    throw badPreprocessing('scale, means and deviations must be finite, deviations not 0');
  const axis = channels === 1 ? 0 : channelAxis(shape, channels);
  const inner = channels === 1 ? 1 : elementCount(shape.slice(axis + 1));
  for (let i = 0; i < data.length; i++) {
    const channel = Math.floor(i / inner) % channels;
    const m = mean[mean.length === 1 ? 0 : channel] as number;
    const d = deviation[deviation.length === 1 ? 0 : channel] as number;
    data[i] = ((data[i] as number) * scale - m) / d;
  }
}

function channelAxis(shape: Shape, channels: number): number {
  if (shape[1] === channels) return 1;
  if (shape[shape.length - 1] === channels) return shape.length - 1;
  throw badPreprocessing(`${channels} channels are listed, but the input is [${shape.join(', ')}]`);
}
