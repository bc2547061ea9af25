import { zlibSync } from 'fflate';
import { Crc32 } from '../base/index.ts';

/** One chunk of a PNG with its length and checksum. */
export function pngChunk(type: string, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(body.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, body.length);
  out.set(new TextEncoder().encode(type), 4);
  out.set(body, 8);
  const crc = new Crc32();
  crc.update(out.subarray(4, 8 + body.length));
  view.setUint32(8 + body.length, crc.value);
  return out;
}

export interface PngForm {
  readonly width: number;
  readonly height: number;
  readonly depth?: number;
  /** 0 grey, 2 colour, 3 palette, 4 grey and alpha, 6 colour and alpha. */
  readonly colour: 0 | 2 | 3 | 4 | 6;
  readonly interlaced?: boolean;
  readonly palette?: readonly number[];
}

/** A PNG from its rows as they are packed: each begins with its filter. */
export function pngOfRows(form: PngForm, rows: Uint8Array): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, form.width);
  view.setUint32(4, form.height);
  header.set([form.depth ?? 8, form.colour, 0, 0, form.interlaced ? 1 : 0], 8);
  const chunks = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    pngChunk('IHDR', header),
    ...(form.palette ? [pngChunk('PLTE', Uint8Array.from(form.palette))] : []),
    pngChunk('IDAT', zlibSync(rows)),
    pngChunk('IEND', new Uint8Array(0)),
  ];
  const out = new Uint8Array(chunks.reduce((n, chunk) => n + chunk.length, 0));
  chunks.reduce((at, chunk) => {
    out.set(chunk, at);
    return at + chunk.length;
  }, 0);
  return out;
}

/** A PNG of 8-bit pixels, rows unfiltered: grey [height, width] or colour [height, width, 3]. */
export function pngOf(width: number, height: number, pixels: ArrayLike<number>): Uint8Array {
  const channels = pixels.length / (width * height);
  const stride = width * channels;
  const rows = new Uint8Array(height * (stride + 1));
  for (let y = 0; y < height; y++)
    for (let i = 0; i < stride; i++) rows[y * (stride + 1) + 1 + i] = pixels[y * stride + i] as number;
  return pngOfRows({ width, height, colour: channels === 1 ? 0 : 2 }, rows);
}
