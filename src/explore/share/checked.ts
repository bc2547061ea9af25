import { badContent } from './errors.ts';
import type { Json } from './state.ts';

/** A value out of foreign JSON together with where it stands: every step down either is of the expected kind or throws `share/content`. */
export class Checked {
  constructor(
    readonly value: Json | undefined,
    readonly path: string,
  ) {}

  get(key: string): Checked {
    const { value } = this;
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw badContent(this.path, 'an object');
    const record = value as { readonly [key: string]: Json };
    return new Checked(Object.hasOwn(record, key) ? record[key] : undefined, `${this.path}.${key}`);
  }

  get present(): boolean {
    return this.value !== undefined;
  }

  list(): readonly Checked[] {
    if (!Array.isArray(this.value)) throw badContent(this.path, 'a list');
    return (this.value as readonly Json[]).map((item, i) => new Checked(item, `${this.path}[${i}]`));
  }

  entries(): readonly (readonly [string, Checked])[] {
    const { value } = this;
    if (value === null || typeof value !== 'object' || Array.isArray(value)) throw badContent(this.path, 'an object');
    return Object.keys(value).map((key) => [key, this.get(key)]);
  }

  text(): string {
    if (typeof this.value !== 'string') throw badContent(this.path, 'text');
    return this.value;
  }

  number(): number {
    if (typeof this.value !== 'number' || !Number.isFinite(this.value)) throw badContent(this.path, 'a number');
    return this.value;
  }

  whole(): number {
    const value = this.number();
    if (!Number.isSafeInteger(value)) throw badContent(this.path, 'a whole number');
    return value;
  }

  flag(): boolean {
    if (typeof this.value !== 'boolean') throw badContent(this.path, 'true or false');
    return this.value;
  }

  oneOf<const T extends string>(allowed: readonly T[]): T {
    const found = allowed.find((item) => item === this.value);
    if (found === undefined) throw badContent(this.path, `one of ${allowed.join(', ')}`);
    return found;
  }
}
