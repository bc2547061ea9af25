/** Small whole numbers for texts: equal texts, equal numbers. Shared by both models, so that their signatures can be compared. */
export class Interner {
  readonly #numbers = new Map<string, number>();

  of(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const next = this.#numbers.size;
    this.#numbers.set(text, next);
    return next;
  }
}
