import { badOption } from '../errors.ts';
import type { Exporter, ExporterOption } from '../package.ts';

export type OptionValues = ReadonlyMap<string, number | boolean | string>;

/** The request's options with defaults filled in. An unknown id, a wrong type or a value out of range is the user's error. */
export function optionValues(
  exporter: Pick<Exporter, 'id' | 'options'>,
  given: Readonly<Record<string, number | boolean | string>>,
): OptionValues {
  for (const id of Object.keys(given))
    if (!exporter.options.some((o) => o.id === id)) throw badOption(exporter.id, id, 'there is no such option');
  return new Map(exporter.options.map((o) => [o.id, checked(exporter.id, o, given[o.id] ?? o.default)]));
}

function checked(target: string, option: ExporterOption, value: number | boolean | string): number | boolean | string {
  if (option.type === 'number') {
    const [low, high] = option.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < low || value > high)
      throw badOption(target, option.id, `it takes a whole number from ${low} to ${high}`);
  } else if (option.type === 'boolean') {
    if (typeof value !== 'boolean') throw badOption(target, option.id, 'it takes true or false');
  } else if (typeof value !== 'string' || !option.choices?.includes(value))
    throw badOption(target, option.id, `it takes one of ${option.choices?.join(', ')}`);
  return value;
}
