import { BugError, UserError } from './errors.ts';

/**
 * A list of entries of one kind, found by id. Entries are given once, as an explicit list, so that ids are a type
 * and a broken entry cannot vanish. A duplicate id is a bug; an unknown id is the user's, and the message names those known.
 */
export class Registry<Entry extends { readonly id: string }> implements Iterable<Entry> {
  readonly #byId = new Map<string, Entry>();

  constructor(
    /** The kind in words, for messages: 'platform', 'exporter'. */
    readonly kind: string,
    entries: readonly Entry[],
  ) {
    for (const entry of entries) {
      if (this.#byId.has(entry.id)) throw new BugError(`Two entries of kind ${kind} are called '${entry.id}'.`);
      this.#byId.set(entry.id, entry);
    }
  }

  get(id: string): Entry {
    const entry = this.#byId.get(id);
    if (entry) return entry;
    throw new UserError(
      `base/unknown-${this.kind.replaceAll(' ', '-')}`,
      `There is no ${this.kind} '${id}'.`,
      `Use one of: ${this.ids().join(', ')}.`,
      {
        id,
      },
    );
  }

  tryGet(id: string): Entry | undefined {
    return this.#byId.get(id);
  }

  ids(): string[] {
    return [...this.#byId.keys()];
  }

  /** A registry with these entries too: how tests and extensions add one of a kind without touching the list. */
  with(...more: readonly Entry[]): Registry<Entry> {
    return new Registry(this.kind, [...this.#byId.values(), ...more]);
  }

  [Symbol.iterator](): IterableIterator<Entry> {
    return this.#byId.values();
  }
}
