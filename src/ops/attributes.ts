import { type Attribute, type Attributes, attributeOf, type Model, type StoredTensor } from '../ir/index.ts';
import { badAttribute } from './errors.ts';

/** Reads the attributes of one node: absent ones give `undefined`, those of the wrong kind throw `ops/bad-attribute`. */
export class AttributeReader {
  readonly #op: string;
  readonly #attributes: Attributes;

  constructor(op: string, attributes: Attributes) {
    this.#op = op;
    this.#attributes = attributes;
  }

  #read<K extends Attribute['kind']>(name: string, kind: K) {
    const found = this.#attributes.get(name);
    if (found !== undefined && found.kind !== kind)
      throw badAttribute(this.#op, name, `is of kind ${found.kind}, not ${kind}`, kind);
    return attributeOf(this.#attributes, name, kind);
  }

  has(name: string): boolean {
    return this.#attributes.has(name);
  }

  int(name: string): number | undefined {
    return this.#read(name, 'int');
  }

  flag(name: string): boolean {
    return (this.int(name) ?? 0) !== 0;
  }

  ints(name: string): readonly number[] | undefined {
    return this.#read(name, 'ints');
  }

  float(name: string): number | undefined {
    return this.#read(name, 'float');
  }

  floats(name: string): readonly number[] | undefined {
    return this.#read(name, 'floats');
  }

  string(name: string): string | undefined {
    return this.#read(name, 'string');
  }

  strings(name: string): readonly string[] | undefined {
    return this.#read(name, 'strings');
  }

  tensor(name: string): StoredTensor | undefined {
    return this.#read(name, 'tensor');
  }

  graph(name: string): Model | undefined {
    return this.#read(name, 'graph');
  }

  /** A string attribute that must be one of `allowed`; the first is the default. */
  oneOf<T extends string>(name: string, allowed: readonly [T, ...T[]]): T {
    const given = this.string(name) ?? allowed[0];
    const known = allowed.find((a) => a === given);
    if (known === undefined) throw badAttribute(this.#op, name, `is '${given}'; known are ${allowed.join(', ')}`);
    return known;
  }
}
