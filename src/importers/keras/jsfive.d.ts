/** The part of jsfive that is used here; the package brings no types. What it throws may be a string. */
declare module 'jsfive' {
  export class Group {
    readonly keys: readonly string[];
    readonly attrs: Readonly<Record<string, unknown>>;
    get(path: string): Group | Dataset | null;
  }
  export class Dataset {
    readonly shape: readonly number[];
    /** NumPy's way: '<f4'; lists for strings of variable length. */
    readonly dtype: unknown;
    readonly attrs: Readonly<Record<string, unknown>>;
    readonly value: readonly unknown[];
  }
  export class File extends Group {
    constructor(buffer: ArrayBufferLike, name?: string);
  }
}
