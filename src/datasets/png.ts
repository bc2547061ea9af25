/**
 * PNG pictures, decoded here rather than by a browser: the same bytes in every place, without colour management.
 * Source: W3C, "Portable Network Graphics (PNG) Specification", third edition.
 */
import { unzlibSync } from 'fflate';
import { messageOf } from '../base/index.ts';
import { crcOf } from './checksums.ts';
import { damaged, tooLarge } from './errors.ts';

/** A picture as canvases hold it. */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  /** Rows of red, green, blue, alpha, 0 … 255. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, i) => bytes[i] === byte);

const MOST_PIXELS = 2 ** 26;
/** Samples per pixel by colour type; 3 is an index into the palette. */
const SAMPLES: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);
const DEPTHS: ReadonlyMap<number, readonly number[]> = new Map([
  [0, [1, 2, 4, 8, 16]],
  [2, [8, 16]],
  [3, [1, 2, 4, 8]],
  [4, [8, 16]],
  [6, [8, 16]],
]);

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  readonly interlaced: boolean;
}

/** Of 16 bits a sample the upper eight are kept. Throws `datasets/damaged` naming the file and what is wrong. */
export function decodePng(file: string, bytes: Uint8Array): DecodedImage {
  const { header, palette, alphas, packed } = readChunks(file, bytes);
  const rows = unpacked(file, packed, passesOf(header), header);
  const data = new Uint8Array(header.width * header.height * 4);
  let at = 0;
  for (const pass of passesOf(header)) {
    const stride = bytesPerRow(header, pass.width);
    for (let y = 0; y < pass.height; y++, at += stride + 1) {
      const row = rows.subarray(at + 1, at + 1 + stride);
      for (let x = 0; x < pass.width; x++) {
        const to = 4 * ((pass.y0 + y * pass.dy) * header.width + pass.x0 + x * pass.dx);
        if (header.depth === 8 && header.colour !== 3) putBytes(data, to, row, x, header.colour);
        else data.set(pixelOf(file, row, x, header, palette, alphas), to);
      }
    }
  }
  return { width: header.width, height: header.height, data };
}

interface Chunks {
  readonly header: Header;
  readonly palette: Uint8Array;
  /** Alpha of the palette's colours. */
  readonly alphas: Uint8Array;
  readonly packed: Uint8Array;
}

function readChunks(file: string, bytes: Uint8Array): Chunks {
  if (!isPng(bytes)) throw damaged(file, 'it does not begin as a PNG picture');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: Header | undefined;
  let palette = new Uint8Array(0);
  let alphas = new Uint8Array(0);
  const parts: Uint8Array[] = [];
  for (let at = SIGNATURE.length; ; ) {
    if (at + 12 > bytes.length) throw damaged(file, 'the PNG picture is cut off');
    const length = view.getUint32(at);
    const end = at + 8 + length;
    if (end + 4 > bytes.length) throw damaged(file, 'the PNG picture is cut off');
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (crcOf(bytes.subarray(at + 4, end)) !== view.getUint32(end))
      throw damaged(file, `its ${/^[A-Za-z]{4}$/.test(type) ? `${type} ` : ''}chunk does not agree with its checksum`);
    const body = bytes.slice(at + 8, end);
    if (type === 'IHDR') header = headerOf(file, body);
    else if (type === 'PLTE') palette = body;
    else if (type === 'tRNS') alphas = body;
    else if (type === 'IDAT') parts.push(body);
    else if (type === 'IEND') break;
    at = end + 4;
  }
  if (!header || parts.length === 0) throw damaged(file, 'the PNG picture has no header or no pixels');
  if (header.colour === 3 && palette.length < 3) throw damaged(file, 'its palette is missing');
  return { header, palette, alphas: header.colour === 3 ? alphas : new Uint8Array(0), packed: joined(parts) };
}

function headerOf(file: string, body: Uint8Array): Header {
  if (body.length !== 13) throw damaged(file, 'its header has a wrong length');
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colour, , , interlace] = [...body.subarray(8)];
  if (width === 0 || height === 0 || !DEPTHS.get(colour as number)?.includes(depth as number))
    throw damaged(file, 'its header states no picture that PNG knows');
  if (width * height > MOST_PIXELS) throw tooLarge(file, width * height * 4, MOST_PIXELS * 4);
  return { width, height, depth: depth as number, colour: colour as number, interlaced: interlace === 1 };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A sub-picture: its first pixel, the steps between its pixels, and its size. */
interface Pass {
  readonly x0: number;
  readonly y0: number;
  readonly dx: number;
  readonly dy: number;
  readonly width: number;
  readonly height: number;
}

/** First column and row, and steps, of the seven passes of Adam7. */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

function passesOf({ width, height, interlaced }: Header): Pass[] {
  if (!interlaced) return [{ x0: 0, y0: 0, dx: 1, dy: 1, width, height }];
  const passes = ADAM7.map(([x0, y0, dx, dy]) => ({
    x0,
    y0,
    dx,
    dy,
    width: Math.ceil((width - x0) / dx),
    height: Math.ceil((height - y0) / dy),
  }));
  return passes.filter((pass) => pass.width > 0 && pass.height > 0);
}

const bytesPerRow = ({ depth, colour }: Header, width: number): number =>
  Math.ceil((width * depth * (SAMPLES.get(colour) as number)) / 8);

/** Inflated rows with their filters undone in place; each row still begins with the byte of its filter. */
function unpacked(file: string, packed: Uint8Array, passes: readonly Pass[], header: Header): Uint8Array {
  const needs = passes.reduce((n, pass) => n + pass.height * (bytesPerRow(header, pass.width) + 1), 0);
  const rows = inflated(file, packed, needs);
  const step = Math.max(1, (header.depth * (SAMPLES.get(header.colour) as number)) / 8);
  let at = 0;
  for (const pass of passes) {
    const stride = bytesPerRow(header, pass.width);
    let above: Uint8Array = new Uint8Array(stride);
    for (let y = 0; y < pass.height; y++, at += stride + 1) {
      const row = rows.subarray(at + 1, at + 1 + stride);
      if (!unfilter(rows[at] as number, row, above, step)) throw damaged(file, 'a row has an unknown filter');
      above = row;
    }
  }
  return rows;
}

function inflated(file: string, packed: Uint8Array, needs: number): Uint8Array {
  let rows: Uint8Array;
  try {
    // Bounded: what goes beyond the pixels is left out, as other readers do.
    rows = unzlibSync(packed, { out: new Uint8Array(needs) });
  } catch (thrown) {
    throw damaged(file, `its pixels cannot be unpacked (${messageOf(thrown)})`);
  }
  if (rows.length !== needs) throw damaged(file, 'it holds fewer pixels than its header states');
  return rows;
}

function unfilter(filter: number, row: Uint8Array, above: Uint8Array, step: number): boolean {
  for (let i = 0; i < row.length; i++) {
    const left = i >= step ? (row[i - step] as number) : 0;
    const up = above[i] as number;
    let guess = 0;
    if (filter === 1) guess = left;
    else if (filter === 2) guess = up;
    else if (filter === 3) guess = (left + up) >> 1;
    else if (filter === 4) guess = paeth(left, up, i >= step ? (above[i - step] as number) : 0);
    row[i] = (row[i] as number) + guess;
  }
  return filter <= 4;
}

function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/** The usual kind: a byte per sample, no palette. */
function putBytes(data: Uint8Array, to: number, row: Uint8Array, x: number, colour: number): void {
  const samples = SAMPLES.get(colour) as number;
  const from = x * samples;
  const isColour = samples >= 3;
  data[to] = row[from] as number;
  data[to + 1] = row[from + (isColour ? 1 : 0)] as number;
  data[to + 2] = row[from + (isColour ? 2 : 0)] as number;
  data[to + 3] = colour >= 4 ? (row[from + samples - 1] as number) : 255;
}

function pixelOf(
  file: string,
  row: Uint8Array,
  x: number,
  { depth, colour }: Header,
  palette: Uint8Array,
  alphas: Uint8Array,
): readonly [number, number, number, number] {
  const samples = SAMPLES.get(colour) as number;
  const at = (channel: number): number => {
    if (depth >= 8) return row[((x * samples + channel) * depth) / 8] as number;
    const bits = ((row[(x * depth) >> 3] as number) >> (8 - depth - ((x * depth) & 7))) & ((1 << depth) - 1);
    return colour === 3 ? bits : (bits * 255) / ((1 << depth) - 1);
  };
  if (colour === 2) return [at(0), at(1), at(2), 255];
  if (colour === 6) return [at(0), at(1), at(2), at(3)];
  const grey = at(0);
  if (colour !== 3) return [grey, grey, grey, colour === 4 ? at(1) : 255];
  if (3 * grey + 2 >= palette.length) throw damaged(file, 'a pixel has a colour that its palette does not hold');
  const of = (channel: number): number => palette[3 * grey + channel] as number;
  return [of(0), of(1), of(2), alphas[grey] ?? 255];
}
