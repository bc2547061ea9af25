/** The part of jsfive that is used here; the package brings no types. What it throws may be a string. */
declare module 'jsfive' {
  export class Group {
    readonly keys: readonly string[];
    readonly attrs: Readonly<Record<string, unknown>>;
    /** Not promised to stay: the messages of its header. */
    readonly _dataobjects?: DataObjects;
    get(path: string): Group | Dataset | null;
  }
  export class Dataset {
    readonly shape: readonly number[];
    /** NumPy's way: '<f4'; lists for strings of variable length. */
    readonly dtype: unknown;
    readonly attrs: Readonly<Record<string, unknown>>;
    /** Read element by element into a plain list: slow, and 8 to 16 bytes for each. */
    readonly value: readonly unknown[];
    /** Not promised to stay: where the dataset lies in the file. */
    readonly _dataobjects?: DataObjects;
  }
  /** A message of an object's header. */
  export type Message = ReadonlyMap<string, unknown>;
  export interface DataObjects {
    find_msg_type(type: number): readonly Message[];
    /** Of the data layout message at this offset: version, dimensions, layout class, offset of what follows. */
    _get_data_message_properties(offset: number): readonly [number, number | undefined, number, number];
  }
  export class File extends Group {
    constructor(buffer: ArrayBufferLike, name?: string);
  }
}
