/** The writing side of the wire format: fields are appended to one list of parts, which `done` joins with a single copy. */

const utf8 = new TextEncoder();
const TWO_32 = 4294967296;
const TWO_63 = 2 ** 63;

export class WireWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** int64; beyond its range the nearest end, so that 2^63, the double nearest to INT64_MAX, becomes INT64_MAX. */
  int64(field: number, value: number): void {
    this.#put([...varint(field * 8, 0), ...signedVarint(value)]);
  }

  float(field: number, value: number): void {
    this.#put([...varint(field * 8 + 5, 0), ...new Uint8Array(littleEndian([value]))]);
  }

  string(field: number, value: string): void {
    this.bytes(field, utf8.encode(value));
  }

  /** The array is kept, not copied, until `done`. */
  bytes(field: number, value: Uint8Array): void {
    this.#put([...varint(field * 8 + 2, 0), ...varint(value.length, 0)]);
    this.#push(value);
  }

  message(field: number, message: WireWriter): void {
    this.#put([...varint(field * 8 + 2, 0), ...varint(message.length, 0)]);
    for (const part of message.#parts) this.#push(part);
  }

  packedInts(field: number, values: readonly number[]): void {
    const payload: number[] = [];
    for (const value of values) payload.push(...signedVarint(value));
    this.bytes(field, Uint8Array.from(payload));
  }

  packedFloats(field: number, values: readonly number[]): void {
    this.bytes(field, new Uint8Array(littleEndian(values)));
  }

  done(): Uint8Array {
    const out = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  #put(bytes: readonly number[]): void {
    this.#push(Uint8Array.from(bytes));
  }

  #push(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#parts.push(part);
    this.#length += part.length;
  }
}

function littleEndian(values: readonly number[]): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => {
    view.setFloat32(4 * i, value, true);
  });
  return view.buffer;
}

/** `low` may be any whole number below 2^53 when `high` is 0; otherwise the two are 32-bit halves. */
function varint(low: number, high: number): number[] {
  let rest = high === 0 ? low % TWO_32 : low;
  let upper = high === 0 ? Math.floor(low / TWO_32) : high;
  const out: number[] = [];
  while (rest > 127 || upper > 0) {
    out.push((rest & 127) | 128);
    rest = ((rest >>> 7) | ((upper & 127) << 25)) >>> 0;
    upper >>>= 7;
  }
  out.push(rest);
  return out;
}

function signedVarint(value: number): number[] {
  if (value >= TWO_63) return varint(0xffffffff, 0x7fffffff);
  const whole = Math.max(Math.trunc(value), -TWO_63);
  const upper = Math.floor(whole / TWO_32);
  const low = whole - upper * TWO_32;
  return upper === 0 ? varint(low, 0) : varint(low, upper >>> 0);
}
