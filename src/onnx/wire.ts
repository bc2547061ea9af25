/**
 * The protobuf wire format: tags, varints, fixed words, length-delimited fields.
 *
 * The reader is a cursor over one message. Lengths are checked against the message they lie in before anything is
 * made of them, nesting is limited, and byte fields are views on the file: so a damaged file costs at most time in
 * proportion to its size, and ends in a `UserError` that says where.
 *
 * Source: Protocol Buffers documentation, "Encoding".
 */
import { malformed, type Place, truncated } from './errors.ts';

export const VARINT = 0;
export const FIXED64 = 1;
export const LENGTH_DELIMITED = 2;
export const FIXED32 = 5;

/** Messages within messages: a graph within a graph takes three. */
const MAX_DEPTH = 100;
const TWO_32 = 4294967296;
const text = new TextDecoder('utf-8', { ignoreBOM: true });

export class WireReader {
  /** Field number and wire type last read by `next`. */
  field = 0;
  wire = 0;
  #at: number;
  #low = 0;
  #high = 0;
  readonly #view: DataView;

  constructor(
    readonly file: string,
    readonly bytes: Uint8Array,
    readonly name: string,
    start = 0,
    readonly end: number = bytes.length,
    readonly depth = 0,
  ) {
    this.#at = start;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Reads the next tag; false at the end of the message. */
  next(): boolean {
    if (this.#at >= this.end) return false;
    this.field = 0;
    this.#varint();
    const tag = this.#low;
    this.wire = tag & 7;
    this.field = tag >>> 3;
    if (this.#high !== 0 || this.field === 0 || this.field > 0x1fffffff) this.fail('a field number is out of range');
    return true;
  }

  place(): Place {
    const field = this.field === 0 ? this.name : `${this.name} field ${this.field}`;
    return { file: this.file, offset: this.#at, field };
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
    const at = this.#take(4);
    return this.#view.getFloat32(at, true);
  }

  /** A length-delimited field as a view on the file. */
  view(): Uint8Array {
    const start = this.#span();
    return this.bytes.subarray(start, this.#at);
  }

  /** UTF-8; bytes that are not become U+FFFD. */
  string(): string {
    return text.decode(this.view());
  }

  /** A cursor over an embedded message. `name` is how onnx.proto calls the field. */
  message(name: string): WireReader {
    const start = this.#span();
    if (this.depth >= MAX_DEPTH) this.fail(`messages are nested deeper than ${MAX_DEPTH}`);
    return new WireReader(this.file, this.bytes, `${this.name}.${name}`, start, this.#at, this.depth + 1);
  }

  /** This whole message as a view on the file. */
  whole(): Uint8Array {
    return this.bytes.subarray(this.#at, this.end);
  }

  /** A copy of this cursor, to read the present field later: call `next` no more on it, only the field's reader. */
  here(): WireReader {
    const copy = new WireReader(this.file, this.bytes, this.name, this.#at, this.end, this.depth);
    copy.field = this.field;
    copy.wire = this.wire;
    return copy;
  }

  /** A repeated float field, one value or a packed run, appended to `out`. */
  floats(out: number[]): void {
    const run = this.fixed(4);
    for (let i = 0; i < run.length; i += 4)
      out.push(this.#view.getFloat32(run.byteOffset - this.bytes.byteOffset + i, true));
  }

  /** A repeated integer field, one value or a packed run of them, handed over as (low, high) halves of 64 bits. */
  integers(each: (low: number, high: number) => void): void {
    if (this.wire === VARINT) {
      this.#varint();
      each(this.#low, this.#high);
      return;
    }
    const start = this.#span();
    const end = this.#at;
    this.#at = start;
    while (this.#at < end) {
      this.#varint();
      each(this.#low, this.#high);
    }
    if (this.#at !== end) this.fail('a packed list does not end where its length says');
  }

  /** A repeated float or double field, one value or a packed run: its little-endian bytes, as a view. */
  fixed(size: 4 | 8): Uint8Array {
    if (this.wire === (size === 4 ? FIXED32 : FIXED64)) {
      const at = this.#take(size);
      return this.bytes.subarray(at, at + size);
    }
    const run = this.view();
    if (run.length % size !== 0) this.fail(`a packed list of ${size}-byte numbers has ${run.length} bytes`);
    return run;
  }

  skip(): void {
    if (this.wire === VARINT) this.#varint();
    else if (this.wire === FIXED64) this.#take(8);
    else if (this.wire === FIXED32) this.#take(4);
    else if (this.wire === LENGTH_DELIMITED) this.#span();
    else this.fail(`wire type ${this.wire} does not exist in ONNX files`);
  }

  #expect(wire: number): void {
    if (this.wire !== wire) this.fail(`wire type ${this.wire} where ${wire} belongs`);
  }

  /** Passes over a length-delimited payload; returns where it starts, `#at` is where it ends. */
  #span(): number {
    this.#expect(LENGTH_DELIMITED);
    this.#varint();
    return this.#take(this.#high * TWO_32 + this.#low);
  }

  #take(count: number): number {
    const start = this.#at;
    const left = this.end - start;
    if (count > left) {
      if (this.depth === 0) throw truncated(this.place(), count - left);
      this.fail(`a length of ${count} exceeds the ${left} bytes left in the message`);
    }
    this.#at = start + count;
    return start;
  }

  /** Reads up to ten bytes of seven bits into `#low` and `#high`. */
  #varint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#at >= this.end) {
        if (this.depth === 0) throw truncated(this.place(), 1);
        this.fail('a number runs past the end of its message');
      }
      const byte = this.bytes[this.#at++] as number;
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
}
