import type { Dim } from '../ir/index.ts';
import { illegalEdit } from './errors.ts';

/** Lone halves of surrogate pairs: no name in a file can hold them. */
const HALF_CHARACTER = /\p{Surrogate}/u;

/**
 * Reads the fields of an edit that came as JSON. Each reader throws `edit/illegal` with the field's name where the value
 * is not of its kind; `done` where there are fields that nobody read.
 */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #read = new Set<string>();

  constructor(value: unknown, path = '') {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw illegalEdit(path === '' ? 'edit' : path, 'an object', value);
    this.#values = value as Readonly<Record<string, unknown>>;
    this.#path = path;
  }

  #name(field: string): string {
    return this.#path === '' ? field : `${this.#path}.${field}`;
  }

  #take(field: string): unknown {
    this.#read.add(field);
    return Object.hasOwn(this.#values, field) ? this.#values[field] : undefined;
  }

  #fail(field: string, wants: string): never {
    throw illegalEdit(this.#name(field), wants, this.#take(field));
  }

  has(field: string): boolean {
    return this.#take(field) !== undefined;
  }

  /** Any text without halves of characters, the empty one too. */
  text(field: string): string {
    const value = this.#take(field);
    return isText(value) ? value : this.#fail(field, 'a text');
  }

  /** Text that is not empty: a name of something in the model. */
  name(field: string): string {
    const value = this.text(field);
    return value === '' ? this.#fail(field, 'a name') : value;
  }

  /** Names, each once. */
  names(field: string, least: 0 | 1 = 1): readonly string[] {
    const values = this.list(field, (v): v is string => isText(v) && v !== '', 'a list of names');
    if (values.length < least || new Set(values).size < values.length)
      this.#fail(field, 'a list of different names, not empty');
    return values;
  }

  list<T>(field: string, is: (value: unknown) => value is T, wants: string): readonly T[] {
    const value = this.#take(field);
    return Array.isArray(value) && value.every(is) ? [...value] : this.#fail(field, wants);
  }

  finite(field: string): number {
    const value = this.#take(field);
    return isFiniteNumber(value) ? value : this.#fail(field, 'a number');
  }

  whole(field: string): number {
    const value = this.#take(field);
    return isWhole(value) ? value : this.#fail(field, 'a whole number');
  }

  /** A whole number from 0, or `undefined` where the field is missing. */
  index(field: string): number | undefined {
    if (!this.has(field)) return undefined;
    const value = this.whole(field);
    return value >= 0 ? value : this.#fail(field, 'a whole number of at least 0');
  }

  shape(field: string): readonly Dim[] {
    return this.list(field, isDim, 'a list of sizes (whole numbers of at least 1) and names');
  }

  oneOf<T extends string>(field: string, allowed: readonly T[]): T {
    const value = this.#take(field);
    return allowed.find((a) => a === value) ?? this.#fail(field, `one of ${allowed.join(', ')}`);
  }

  /** Numbers by name; none where the field is missing. */
  numbers(field: string): Readonly<Record<string, number>> | undefined {
    if (!this.has(field)) return undefined;
    const value = this.#take(field);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.#fail(field, 'numbers by name');
    const entries = Object.entries(value as Record<string, unknown>);
    if (!entries.every((e): e is [string, number] => isFiniteNumber(e[1]))) this.#fail(field, 'numbers by name');
    return Object.fromEntries(entries as [string, number][]);
  }

  inner(field: string): Fields {
    return new Fields(this.#take(field), this.#name(field));
  }

  /** Ends the reading: what is left is not part of such an edit. */
  done(): void {
    for (const field of Object.keys(this.#values))
      if (!this.#read.has(field)) throw illegalEdit(this.#name(field), 'absent', this.#values[field]);
  }
}

export const isText = (value: unknown): value is string => typeof value === 'string' && !HALF_CHARACTER.test(value);
export const isFiniteNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
export const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
const isDim = (value: unknown): value is Dim =>
  typeof value === 'number' ? isWhole(value) && value >= 1 : isText(value) && value !== '';
