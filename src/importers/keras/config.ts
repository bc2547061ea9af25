import { badSetting } from '../errors.ts';
import { isList, isObject, type Json, type JsonObject, member } from '../json.ts';

/** The settings of one layer as Keras writes them; missing ones have Keras' defaults. Wrong ones throw `importers/keras-setting`. */
export class Config {
  constructor(
    readonly file: string,
    readonly layer: string,
    readonly values: JsonObject,
  ) {}

  get(key: string): Json | undefined {
    const value = member(this.values, key);
    return value === null ? undefined : value;
  }

  whole(key: string, fallback?: number): number {
    const value = this.get(key) ?? fallback;
    if (typeof value === 'number' && Number.isInteger(value)) return value;
    throw this.bad(key, 'a whole number');
  }

  /** A count or size that must be above 0. */
  positive(key: string, fallback?: number): number {
    const value = this.whole(key, fallback);
    if (value > 0) return value;
    throw this.bad(key, 'a number above 0');
  }

  number(key: string, fallback: number): number {
    return this.optionalNumber(key) ?? fallback;
  }

  /** Numbers are written plainly, and by Keras 2 sometimes as arrays of NumPy. */
  optionalNumber(key: string): number | undefined {
    const value = this.get(key);
    if (value === undefined || typeof value === 'number') return value;
    if (isObject(value) && typeof member(value, 'value') === 'number') return member(value, 'value') as number;
    throw this.bad(key, 'a number');
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.get(key) ?? fallback;
    if (typeof value === 'boolean') return value;
    throw this.bad(key, 'True or False');
  }

  oneOf<T extends string>(key: string, choices: readonly [T, ...T[]]): T {
    const value = this.get(key) ?? choices[0];
    const found = choices.find((c) => c === (typeof value === 'string' ? value.toLowerCase() : value));
    if (found !== undefined) return found;
    throw this.bad(key, `one of ${choices.join(', ')}`);
  }

  text(key: string): string | undefined {
    const value = this.get(key);
    return typeof value === 'string' ? value : undefined;
  }

  /** One number per axis; a single number stands for all. */
  perAxis(key: string, rank: number, fallback?: number): number[] {
    const value = this.get(key) ?? fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value > 0) return Array(rank).fill(value) as number[];
    const list = isList(value) ? value.filter((v): v is number => typeof v === 'number' && Number.isInteger(v)) : [];
    if (isList(value) && list.length === rank && value.length === rank && list.every((v) => v > 0)) return list;
    throw this.bad(key, `${rank} whole number${rank === 1 ? '' : 's'} above 0`);
  }

  /** Whole numbers, as many as there are; a single one is a list too. */
  wholes(key: string): number[] | undefined {
    const value = this.get(key);
    if (value === undefined) return undefined;
    const list = isList(value) ? value : [value];
    if (list.every((v): v is number => typeof v === 'number' && Number.isInteger(v))) return [...list];
    throw this.bad(key, 'whole numbers');
  }

  /** Numbers in lists of any depth, in order. */
  numbers(key: string): number[] | undefined {
    const value = this.get(key);
    return value === undefined ? undefined : flatNumbers(value, () => this.bad(key, 'numbers'));
  }

  bad(key: string, wanted: string) {
    return badSetting(this.file, this.layer, key, JSON.stringify(member(this.values, key) ?? null), wanted);
  }
}

function flatNumbers(value: Json, fail: () => Error): number[] {
  if (typeof value === 'number') return [value];
  if (!isList(value)) throw fail();
  return value.flatMap((v) => flatNumbers(v, fail));
}
