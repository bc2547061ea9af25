/** A folder or a zip of pictures, one folder per class, as arrays. */
import { unzipSync } from 'fflate';
import { messageOf } from '../base/index.ts';
import type { Diagnostic, Tensor } from '../ir/index.ts';
import { isZip } from './archive.ts';
import { checkMember, zipChecksums } from './checksums.ts';
import {
  damaged,
  noArrays,
  noDecoder,
  pictureSizeOfInput,
  pictureSizes,
  pictureWithoutClass,
  tooLarge,
} from './errors.ts';
import { type DecodedImage, decodePng, isPng } from './png.ts';
import type { DataFile, ReadData } from './read-arrays.ts';
import { resized } from './resize.ts';

/** Decodes what this room does not (JPEG): by the browser, in a page's worker. */
export type ImageDecoder = (bytes: Uint8Array, name: string) => Promise<DecodedImage>;

export interface PictureOptions {
  /** Absent: pictures that are no PNG are refused. */
  readonly decodeImage?: ImageDecoder;
  /** What the model takes: 1 gives grey, 3 colour. Absent: 1 where every picture is grey. */
  readonly channels?: number;
  /** The input they are for. Absent: all must be of one size, whichever. */
  readonly input?: { readonly id: string; readonly width: number; readonly height: number };
  /** Pictures of another size than the input's are stretched or shrunk to it; else they are refused. */
  readonly resize?: boolean;
}

/** All that pictures may take when they are decoded: 1 GiB. */
const MOST_BYTES = 2 ** 30;

const isJpeg = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
const isPictureName = (name: string): boolean => /\.(png|jpe?g)$/i.test(name);
/** What systems leave in folders: never data. */
const isLitter = (path: string): boolean => /(^|\/)(\.|__MACOSX\/|Thumbs\.db$|desktop\.ini$)/i.test(path);

interface Found {
  readonly pictures: readonly DataFile[];
  /** Files beside pictures. */
  readonly others: readonly DataFile[];
  /** Members of zips that are no pictures. */
  readonly passedOver: readonly string[];
}

/** Pictures among files, and in zips that hold no array. Names keep their folders. */
function findPictures(files: readonly DataFile[]): Found {
  const pictures: DataFile[] = [];
  const others: DataFile[] = [];
  const passedOver: string[] = [];
  for (const file of files) {
    if (isPng(file.bytes) || isJpeg(file.bytes) || isPictureName(file.name)) pictures.push(file);
    else if (isLitter(file.name)) continue;
    else if (isZip(file.bytes)) {
      const names = zipNames(file);
      if (names.some(isPictureName) && !names.some((name) => name.endsWith('.npy'))) {
        pictures.push(...picturesOf(file));
        passedOver.push(...names.filter((name) => !isPictureName(name) && !isLitter(name) && !name.endsWith('/')));
      } else others.push(file);
    } else others.push(file);
  }
  return { pictures: pictures.filter(({ name }) => !isLitter(name)), others, passedOver };
}

function zipNames({ name, bytes }: DataFile): string[] {
  const names: string[] = [];
  const note = (member: { readonly name: string }): boolean => {
    names.push(member.name);
    return false;
  };
  unzipping(name, () => unzipSync(bytes, { filter: note }));
  return names;
}

function picturesOf({ name, bytes }: DataFile): DataFile[] {
  let total = 0;
  const filter = (member: { name: string; originalSize: number }): boolean => {
    if (!isPictureName(member.name) || isLitter(member.name)) return false;
    total += member.originalSize;
    if (total > MOST_BYTES) throw tooLarge(name, total, MOST_BYTES);
    return true;
  };
  const members = unzipping(name, () => unzipSync(bytes, { filter }));
  const sums = zipChecksums(name, bytes);
  return Object.entries(members).map(([path, content]) => {
    checkMember(name, path, content, sums);
    return { name: path, bytes: content };
  });
}

function unzipping<T>(file: string, unzip: () => T): T {
  try {
    return unzip();
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'UserError') throw thrown;
    throw damaged(file, `it cannot be unpacked (${messageOf(thrown)})`);
  }
}

/** Whether files hold pictures, so that `readPictures` is what reads them. */
export const holdsPictures = (files: readonly DataFile[]): boolean => findPictures(files).pictures.length > 0;

/**
 * Pictures as array 'x', uint8 [N, height, width, channels], sorted by class and name; 'y' is the class where pictures lie in
 * two folders or more: the folders are classes in their natural order (2 before 10), and folders whose names are all whole
 * numbers are the classes of these numbers. `others` are the files that are no pictures.
 *
 * Throws `datasets/…`: pictures of different sizes (two are named), a picture beside the folders of classes, one that is damaged
 * or that nothing here decodes.
 */
export async function readPictures(
  files: readonly DataFile[],
  options: PictureOptions = {},
): Promise<ReadData & { readonly others: readonly DataFile[] }> {
  const { pictures, others, passedOver } = findPictures(files);
  if (pictures.length === 0) throw noArrays(files.map(({ name }) => name));
  const diagnostics: Diagnostic[] = [];
  const say = (code: string, severity: Diagnostic['severity'], message: string): void =>
    void diagnostics.push({ code, severity, message });
  const { sorted, labels, classNames } = classesOf(pictures, say);
  const { images, names } = await decoded(sorted, options, say);
  const x = arrayOf(images, names, options, say);
  if (passedOver.length > 0)
    say(
      'datasets/passed-over',
      'info',
      `${passedOver.length} files beside the pictures are not used, first '${passedOver[0]}'.`,
    );
  const y: Tensor | undefined = labels && { type: 'int32', shape: [labels.length], data: labels };
  const arrays = new Map<string, Tensor>([['x', x], ...(y ? [['y', y] as const] : [])]);
  return { arrays, diagnostics, others, ...(classNames && { classNames }) };
}

type Say = (code: string, severity: Diagnostic['severity'], message: string) => void;

const natural = (a: string, b: string): number => {
  const [pa, pb] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (let i = 0; i < Math.min(pa.length, pb.length); i++) {
    const [x, y] = [pa[i] as string, pb[i] as string];
    if (x === y) continue;
    // Every second part is digits.
    if (i % 2 === 1 && Number(x) !== Number(y)) return Number(x) - Number(y);
    return x < y ? -1 : 1;
  }
  return pa.length - pb.length;
};

function classesOf(pictures: readonly DataFile[], say: Say) {
  const parts = (name: string): string[] => name.split(/[\\/]/);
  const folderOf = (name: string): string => parts(name).at(-2) ?? '';
  const sorted = [...pictures].sort((a, b) => natural(folderOf(a.name), folderOf(b.name)) || natural(a.name, b.name));
  const folders = [...new Set(sorted.map(({ name }) => folderOf(name)))];
  if (folders.length < 2) {
    say(
      'datasets/no-classes',
      'info',
      'All pictures lie in one folder, so they have no labels. Give each class a folder of its own.',
    );
    return { sorted };
  }
  const deepest = Math.max(...sorted.map(({ name }) => parts(name).length));
  const astray = sorted.find(({ name }) => parts(name).length < deepest);
  if (astray)
    throw pictureWithoutClass(
      astray.name,
      (sorted.find(({ name }) => parts(name).length === deepest) as DataFile).name,
    );
  const areNumbers = folders.every((folder) => /^\d{1,4}$/.test(folder));
  const classNames = areNumbers
    ? Array.from({ length: Math.max(...folders.map(Number)) + 1 }, (_, i) => String(i))
    : folders;
  const index = new Map(folders.map((folder, i) => [folder, areNumbers ? Number(folder) : i]));
  const labels = Int32Array.from(sorted, ({ name }) => index.get(folderOf(name)) as number);
  const listed = folders.slice(0, 12).map((folder) => `${index.get(folder)} ${folder}`);
  say(
    'datasets/folders-are-classes',
    'info',
    `Folders are classes: ${listed.join(', ')}${folders.length > 12 ? ' …' : ''}.`,
  );
  return { sorted, labels, classNames };
}

async function decoded(
  sorted: readonly DataFile[],
  { decodeImage, input, resize }: PictureOptions,
  say: Say,
): Promise<{ images: DecodedImage[]; names: string[] }> {
  const images: DecodedImage[] = [];
  let bytes = 0;
  let changed = 0;
  for (const { name, bytes: content } of sorted) {
    let image = isPng(content) ? decodePng(name, content) : await foreign(name, content, decodeImage);
    if (input && resize && (image.width !== input.width || image.height !== input.height)) {
      image = resized(image, input.width, input.height);
      changed++;
    }
    bytes += image.data.length;
    if (bytes > MOST_BYTES) throw tooLarge('the pictures', bytes, MOST_BYTES);
    images.push(image);
  }
  if (input && changed > 0) {
    const message = `${changed} of ${images.length} pictures were resized to ${input.width}×${input.height}, stretched where their proportions differ.`;
    say('datasets/resized', 'warning', message);
  }
  return { images, names: sorted.map(({ name }) => name) };
}

async function foreign(
  name: string,
  content: Uint8Array,
  decodeImage: ImageDecoder | undefined,
): Promise<DecodedImage> {
  if (content.length === 0) throw damaged(name, 'it is empty');
  if (!isJpeg(content)) throw damaged(name, 'it is neither a PNG nor a JPEG picture, whatever its name says');
  if (!decodeImage) throw noDecoder(name);
  try {
    return await decodeImage(content, name);
  } catch (thrown) {
    throw damaged(name, `the browser cannot decode it (${messageOf(thrown)})`);
  }
}

/** Share of red, green and blue in grey: ITU-R BT.601. */
const LUMA = [0.299, 0.587, 0.114] as const;

function arrayOf(
  images: readonly DecodedImage[],
  names: readonly string[],
  { channels: wanted, input }: PictureOptions,
  say: Say,
): Tensor {
  const [{ width, height }] = images as [DecodedImage];
  const other = images.findIndex((image) => image.width !== width || image.height !== height);
  if (other >= 0) {
    const at = (i: number) => ({ name: names[i] as string, ...(images[i] as DecodedImage) });
    throw pictureSizes(at(0), at(other));
  }
  if (input && (input.width !== width || input.height !== height))
    throw pictureSizeOfInput({ name: names[0] as string, width, height }, input.id, input.width, input.height);
  const isGrey = images.every(({ data }) => isGreyData(data));
  const channels = wanted === 1 || wanted === 3 ? wanted : isGrey ? 1 : 3;
  if (channels === 1 && !isGrey)
    say(
      'datasets/made-grey',
      'warning',
      'The pictures are in colour and the model takes one channel: they were made grey (0.299 R + 0.587 G + 0.114 B).',
    );
  if (images.some(({ data }) => hasAlpha(data)))
    say('datasets/alpha-ignored', 'warning', 'Some pixels are transparent; the colour stored behind is taken.');
  const pixels = width * height;
  const out = new Uint8Array(images.length * pixels * channels);
  images.forEach(({ data }, n) => {
    for (let i = 0; i < pixels; i++) {
      const [r, g, b] = [data[4 * i] as number, data[4 * i + 1] as number, data[4 * i + 2] as number];
      const at = (n * pixels + i) * channels;
      if (channels === 3) out.set([r, g, b], at);
      else out[at] = r === g && g === b ? r : Math.floor(LUMA[0] * r + LUMA[1] * g + LUMA[2] * b + 0.5);
    }
  });
  return { type: 'uint8', shape: [images.length, height, width, channels], data: out };
}

function isGreyData(data: DecodedImage['data']): boolean {
  for (let i = 0; i < data.length; i += 4) if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return false;
  return true;
}

function hasAlpha(data: DecodedImage['data']): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return true;
  return false;
}
