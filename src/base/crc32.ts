/** CRC-32 as gzip, zip and PNG use it (polynomial 0xEDB88320, reflected). Source: RFC 1952, 8. */
export class Crc32 {
  #state = 0xffffffff;

  update(bytes: Uint8Array): void {
    let state = this.#state;
    for (let i = 0; i < bytes.length; i++)
      state = (TABLE[(state ^ (bytes[i] as number)) & 255] as number) ^ (state >>> 8);
    this.#state = state;
  }

  /** Of all bytes so far, unsigned. */
  get value(): number {
    return (this.#state ^ 0xffffffff) >>> 0;
  }
}

const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
