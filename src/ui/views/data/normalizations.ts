import type { DataDescription, DataSettings } from '../../../explore/index.ts';
import { numbersIn } from './numbers.ts';

type Preprocessing = NonNullable<DataSettings['preprocessing']>;

/** A normalization as it is typed: (value · scale − mean) / deviation. */
export interface TypedNormalization {
  readonly scale: string;
  readonly mean: string;
  readonly deviation: string;
}

export interface Preset {
  readonly id: 'none' | 'unit' | 'standard' | 'imagenet';
  readonly label: string;
  readonly typed: TypedNormalization;
}

const digits = (value: number): string => String(Number(value.toPrecision(6)));

/** Normalizations that are usual for these data. */
export function presetsFor({ inputs }: DataDescription): readonly Preset[] {
  const before = inputs[0]?.before ?? [];
  const isPerChannel = before.length <= 4;
  const means = isPerChannel ? before.map(({ mean }) => digits(mean)) : [];
  const deviations = isPerChannel ? before.map(({ deviation }) => (deviation > 0 ? digits(deviation) : '1')) : [];
  const presets: Preset[] = [
    { id: 'none', label: 'None: values as stored', typed: { scale: '1', mean: '0', deviation: '1' } },
    { id: 'unit', label: 'Bytes to 0 … 1', typed: { scale: '1/255', mean: '0', deviation: '1' } },
  ];
  if (means.length > 0)
    presets.push({
      id: 'standard',
      label: 'Mean 0, σ 1 over this set',
      typed: { scale: '1', mean: means.join(', '), deviation: deviations.join(', ') },
    });
  if (before.length === 3)
    presets.push({
      id: 'imagenet',
      label: 'ImageNet: bytes, RGB',
      typed: { scale: '1/255', mean: '0.485, 0.456, 0.406', deviation: '0.229, 0.224, 0.225' },
    });
  return presets;
}

export const typedOf = ({ scale = 1, mean = [0], deviation = [1] }: Preprocessing): TypedNormalization => ({
  scale: Math.abs(scale * 255 - 1) < 1e-9 ? '1/255' : String(scale),
  mean: mean.join(', '),
  deviation: deviation.join(', '),
});

/** What is wrong with a typed normalization, by field; `channels` is what lists may have besides one number. */
export function wrongIn(
  typed: TypedNormalization,
  channels: number,
): Partial<Record<keyof TypedNormalization, string>> {
  const wrong: Partial<Record<keyof TypedNormalization, string>> = {};
  const scale = numbersIn(typed.scale);
  if (scale?.length !== 1 || scale[0] === 0) wrong.scale = 'One number other than 0, or a fraction such as 1/255';
  for (const field of ['mean', 'deviation'] as const) {
    const list = numbersIn(typed[field]);
    if (!list || (list.length !== 1 && list.length !== channels))
      wrong[field] = channels > 1 ? `One number, or ${channels}: one per channel` : 'One number';
    else if (field === 'deviation' && list.includes(0)) wrong[field] = 'Not 0';
  }
  return wrong;
}

/** The normalization that was typed; undefined where it changes nothing. Only for what `wrongIn` finds nothing in. */
export function preprocessingOf(typed: TypedNormalization): Preprocessing | undefined {
  const [scale = 1] = numbersIn(typed.scale) ?? [];
  const mean = numbersIn(typed.mean) ?? [0];
  const deviation = numbersIn(typed.deviation) ?? [1];
  const isNone = scale === 1 && mean.every((m) => m === 0) && deviation.every((d) => d === 1);
  return isNone ? undefined : { scale, mean, deviation };
}
