/**
 * The protobuf wire format: tags, varints, fixed words, length-delimited fields.
 *
 * The reader is one cursor over a file, which lies in memory or is read through a window that grows while reading goes
 * on in order and starts small after a jump; so weights that are passed over are never read. Lengths are checked against
 * the message they lie in before anything is made of them, and nesting is limited: a damaged file costs at most time in
 * proportion to its size, and ends in a `UserError` that says where.
 *
 * Source: Protocol Buffers documentation, "Encoding".
 */
import { type ByteSource, memorySource } from '../base/index.ts';
import { malformed, type Place, truncated } from './errors.ts';

export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH_DELIMITED = 2;
export const FIXED32 = 5;

/** Messages within messages: a graph within a graph takes three. */
const MAX_DEPTH = 100;
/** Up to this size a file that is not in memory is read at once: 8 MiB. */
export const READ_WHOLE = 2 ** 23;
const WINDOW_MIN = 2 ** 14;
const WINDOW_MAX = 2 ** 20;
/** Messages up to this size are kept with what is made of them; of larger ones in files not in memory only the place is. */
const HELD = 4096;
/** Strings up to this length are looked for among those read before. */
const SHARED = 64;
const TWO_32 = 4294967296;
const text = new TextDecoder('utf-8', { ignoreBOM: true });

/** Stands for every list that has no elements yet: most of a file's have none, and making each would cost more than reading. */
export const EMPTY: never[] = [];
Object.freeze(EMPTY);

/** `list` with `element` at its end: itself, or a new list in place of `EMPTY`. */
export function appended<T>(list: T[], element: T): T[] {
  if (list === EMPTY) return [element];
  list.push(element);
  return list;
}

/** Bytes that lie in memory, and where in the file they begin. */
export interface Held {
  readonly bytes: Uint8Array;
  readonly origin: number;
}

/** A run of bytes in the file. */
export interface Span {
  readonly at: number;
  readonly length: number;
}

export class WireReader {
  /** Field number and wire type last read by `next`. */
  field = 0;
  wire = 0;
  /** Bytes read from the source so far; all of it where it lies in memory. */
  bytesRead: number;
  /** Where the present message ends. */
  #end: number;
  #at = 0;
  #low = 0;
  #high = 0;
  /** Part of the file from `#base`: all of it where it is small or in memory. */
  #window: Uint8Array;
  #base = 0;
  #view: DataView;
  #step = WINDOW_MIN;
  readonly #source: ByteSource;
  readonly #whole: Held | undefined;
  readonly #path: string[];
  /** Strings read lately, by hash: names come again and again, and one string for all makes maps of them fast. */
  readonly #strings: (string | undefined)[];

  constructor(
    readonly file: string,
    source: ByteSource,
    name: string,
    readWhole = READ_WHOLE,
  ) {
    const bytes = source.bytes ?? (source.size <= readWhole ? source.read(0, source.size) : undefined);
    this.#source = bytes ? memorySource(bytes) : source;
    this.#whole = bytes && { bytes, origin: 0 };
    this.#window = bytes ?? new Uint8Array(0);
    this.#view = viewOf(this.#window);
    this.bytesRead = bytes?.length ?? 0;
    this.#end = source.size;
    this.#path = [name];
    this.#strings = new Array(2 ** Math.min(14, Math.max(6, Math.ceil(Math.log2(source.size / 16 + 1)))));
  }

  /** The file, as something to read weights from later. */
  get source(): ByteSource {
    return this.#source;
  }

  get position(): number {
    return this.#at;
  }

  /** Reads the next tag; false at the end of the message. */
  next(): boolean {
    if (this.#at >= this.#end) return false;
    this.field = 0;
    this.#varint();
    const tag = this.#low;
    this.wire = tag & 7;
    this.field = tag >>> 3;
    if (this.#high !== 0 || this.field === 0 || this.field > 0x1fffffff) this.fail('a field number is out of range');
    return true;
  }

  place(offset = this.#at): Place {
    const path = this.#path;
    const name = (path.length <= 12 ? path : [...path.slice(0, 5), '…', ...path.slice(-3)]).join('.');
    return { file: this.file, offset, field: this.field === 0 ? name : `${name} field ${this.field}` };
  }

  fail(reason: string): never {
    throw malformed(this.place(), reason);
  }

  /** int64, int32, enum: signed; beyond ±2^53 the nearest double. */
  int64(): number {
    this.#expect(VARINT);
    this.#varint();
    return (this.#high | 0) * TWO_32 + this.#low;
  }

  /** One 32-bit float field. */
  float(): number {
    this.#expect(FIXED32);
    return this.#float(this.#take(4));
  }

  /** A length-delimited field: a view on the file where it lies in memory, else a copy. */
  view(): Uint8Array {
    const start = this.#length();
    return this.#bytes(start, this.#at - start);
  }

  /** Where a length-delimited field lies; its bytes are not read. */
  span(): Span {
    const at = this.#length();
    return { at, length: this.#at - at };
  }

  /** UTF-8; bytes that are not become U+FFFD. */
  string(): string {
    const start = this.#length();
    const length = this.#at - start;
    if (length === 0) return '';
    if (length > SHARED) return text.decode(this.#bytes(start, length));
    const from = this.#locate(start, length);
    const window = this.#window;
    let hash = length;
    let all = 0;
    for (let i = from; i < from + length; i++) {
      const byte = window[i] as number;
      hash = (Math.imul(hash, 31) + byte) | 0;
      all |= byte;
    }
    if (all > 127) return text.decode(window.subarray(from, from + length));
    const slot = (hash ^ (hash >>> 15)) & (this.#strings.length - 1);
    const known = this.#strings[slot];
    if (known?.length === length && isSame(known, window, from)) return known;
    const made: string = Reflect.apply(String.fromCharCode, null, window.subarray(from, from + length));
    this.#strings[slot] = made;
    return made;
  }

  /** Reads an embedded message with `read`, which must go on to its end. `name` is how onnx.proto calls the field. */
  message<T>(name: string, read: (r: WireReader) => T): T {
    const start = this.#length();
    const after = this.#at;
    const outer = this.#end;
    if (this.#path.length > MAX_DEPTH) this.fail(`messages are nested deeper than ${MAX_DEPTH}`);
    this.#at = start;
    this.#end = after;
    this.#path.push(name);
    const made = read(this);
    this.#path.pop();
    this.#at = after;
    this.#end = outer;
    return made;
  }

  /** The rest of the present message. */
  rest(): Span {
    return { at: this.#at, length: this.#end - this.#at };
  }

  /** The rest of the present message where it lies in memory or is small; `undefined` where it is better left alone until needed. */
  held(): Held | undefined {
    if (this.#whole) return this.#whole;
    const length = this.#end - this.#at;
    return length > HELD ? undefined : { bytes: this.#bytes(this.#at, length), origin: this.#at };
  }

  /** A repeated float field, one value or a packed run, after those in `list`; see `appended`. */
  floats(list: number[]): number[] {
    const { at, length } = this.#fixed(4);
    for (let i = 0; i < length; i += 4) list = appended(list, this.#float(at + i));
    return list;
  }

  /** A repeated integer field, one value or a packed run, signed, beyond ±2^53 the nearest double, after those in `list`. */
  int64s(list: number[]): number[] {
    if (this.wire === VARINT) return appended(list, this.int64());
    const start = this.#length();
    const end = this.#at;
    this.#at = start;
    while (this.#at < end) {
      this.#varint();
      list = appended(list, (this.#high | 0) * TWO_32 + this.#low);
    }
    if (this.#at !== end) this.fail('a packed list does not end where its length says');
    return list;
  }

  /** A repeated integer field, one value or a packed run: where its varints lie, added to `runs` as (offset, length). */
  varintRun(runs: number[]): number[] {
    let at = this.#at;
    if (this.wire === VARINT) this.#varint();
    else at = this.#length();
    return appended(appended(runs, at), this.#at - at);
  }

  /** A repeated float or double field, one value or a packed run: where it lies, added to `runs` as (offset, length). */
  fixedRun(size: 4 | 8, runs: number[]): number[] {
    const { at, length } = this.#fixed(size);
    return appended(appended(runs, at), length);
  }

  skip(): void {
    if (this.wire === VARINT) this.#varint();
    else if (this.wire === FIXED64) this.#take(8);
    else if (this.wire === FIXED32) this.#take(4);
    else if (this.wire === LENGTH_DELIMITED) this.#length();
    else this.fail(`wire type ${this.wire} does not exist in ONNX files`);
  }

  #fixed(size: 4 | 8): Span {
    if (this.wire === (size === 4 ? FIXED32 : FIXED64)) return { at: this.#take(size), length: size };
    const run = this.span();
    if (run.length % size !== 0) this.fail(`a packed list of ${size}-byte numbers has ${run.length} bytes`);
    return run;
  }

  #float(at: number): number {
    const from = this.#locate(at, 4);
    return this.#view.getFloat32(from, true);
  }

  #expect(wire: number): void {
    if (this.wire !== wire) this.fail(`wire type ${this.wire} where ${wire} belongs`);
  }

  /** Passes over a length-delimited payload; returns where it starts, `#at` is where it ends. */
  #length(): number {
    this.#expect(LENGTH_DELIMITED);
    this.#varint();
    return this.#take(this.#high * TWO_32 + this.#low);
  }

  #take(count: number): number {
    const start = this.#at;
    const left = this.#end - start;
    if (count > left) {
      if (this.#path.length === 1) throw truncated(this.place(), count - left);
      this.fail(`a length of ${count} exceeds the ${left} bytes left in the message`);
    }
    this.#at = start + count;
    return start;
  }

  /** Reads up to ten bytes of seven bits into `#low` and `#high`. */
  #varint(): void {
    const first = this.#at - this.#base;
    const byte = this.#at < this.#end && first >= 0 ? (this.#window[first] ?? 128) : 128;
    if (byte < 128) {
      this.#at++;
      this.#low = byte;
      this.#high = 0;
    } else this.#longVarint();
  }

  #longVarint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#at >= this.#end) {
        if (this.#path.length === 1) throw truncated(this.place(), 1);
        this.fail('a number runs past the end of its message');
      }
      const from = this.#locate(this.#at, 1); // first: it may move the window
      const byte = this.#window[from] as number;
      this.#at++;
      const part = byte & 0x7f;
      if (shift < 28) low |= part << shift;
      else if (shift === 28) {
        low |= part << 28;
        high = part >>> 4;
      } else high |= part << (shift - 32);
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    this.fail('a number has more than ten bytes');
  }

  #bytes(at: number, length: number): Uint8Array {
    if (this.#whole) return this.#whole.bytes.subarray(at, at + length);
    if (length > WINDOW_MAX) return this.#read(at, length);
    const from = this.#locate(at, length);
    return this.#window.slice(from, from + length);
  }

  /** Where in the window `length` bytes from `at` lie; moves the window where they do not. */
  #locate(at: number, length: number): number {
    const from = at - this.#base;
    if (from >= 0 && from + length <= this.#window.length) return from;
    const onward = from >= 0 && from <= this.#window.length;
    this.#step = onward ? Math.min(2 * this.#step, WINDOW_MAX) : WINDOW_MIN;
    this.#window = this.#read(at, Math.min(Math.max(length, this.#step), this.#source.size - at));
    this.#view = viewOf(this.#window);
    this.#base = at;
    return 0;
  }

  #read(at: number, length: number): Uint8Array {
    this.bytesRead += length;
    return this.#source.read(at, length);
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function isSame(known: string, bytes: Uint8Array, from: number): boolean {
  for (let i = 0; i < known.length; i++) if (known.charCodeAt(i) !== bytes[from + i]) return false;
  return true;
}

/**
 * The varints of a run, whose bytes are whole varints as `varintRun` found them, handed over as the halves of 64 bits.
 * Returns false where the last one is cut off or one has more than ten bytes.
 */
export function eachVarint(run: Uint8Array, each: (low: number, high: number) => void): boolean {
  let low = 0;
  let high = 0;
  let shift = 0;
  for (const byte of run) {
    const part = byte & 0x7f;
    if (shift < 28) low |= part << shift;
    else if (shift === 28) {
      low |= part << 28;
      high = part >>> 4;
    } else high |= part << (shift - 32);
    shift += 7;
    if (byte > 127) {
      if (shift === 70) return false;
      continue;
    }
    each(low >>> 0, high >>> 0);
    low = high = shift = 0;
  }
  return shift === 0;
}
