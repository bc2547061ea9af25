import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { pngOf } from '../test-kit/png-files.ts';
import { holdsPictures, type PictureOptions, readPictures } from './index.ts';

const grey = (name: string, value: number, width = 2, height = 2) => ({
  name,
  bytes: pngOf(width, height, new Uint8Array(width * height).fill(value)),
});
const colour = (name: string, ...rgb: number[]) => ({ name, bytes: pngOf(1, 1, rgb) });
const zipOf = (files: readonly { name: string; bytes: Uint8Array }[]) =>
  zipSync(Object.fromEntries(files.map(({ name, bytes }) => [name, bytes])));

async function errorOf(run: Promise<unknown>): Promise<UserError> {
  try {
    await run;
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}

describe('a folder per class', () => {
  const files = [
    grey('set/dog/b.png', 4),
    grey('set/cat/10.png', 2),
    grey('set/cat/9.png', 1),
    grey('set/dog/a.png', 3),
    { name: 'set/.DS_Store', bytes: Uint8Array.of(1) },
  ];
  test.each([
    ['folder', files],
    ['zip', [{ name: 'set.zip', bytes: zipOf(files) }]],
  ])('%s', async (_kind, given) => {
    expect(holdsPictures(given)).toBe(true);
    const { arrays, classNames, others, diagnostics } = await readPictures(given);
    expect(arrays.get('x')).toMatchObject({ type: 'uint8', shape: [4, 2, 2, 1] });
    expect([...(arrays.get('x')!.data as Uint8Array)].filter((_, i) => i % 4 === 0)).toEqual([1, 2, 3, 4]);
    expect([...(arrays.get('y')!.data as Int32Array)]).toEqual([0, 0, 1, 1]);
    expect([classNames, others]).toEqual([['cat', 'dog'], []]);
    expect(diagnostics.map((d) => d.message)).toEqual(['Folders are classes: 0 cat, 1 dog.']);
  });
  test('folders that are numbers are the classes of these numbers', async () => {
    const { arrays, classNames } = await readPictures([grey('10/a.png', 1), grey('2/a.png', 2)]);
    expect([...(arrays.get('y')!.data as Int32Array)]).toEqual([2, 10]);
    expect(classNames).toHaveLength(11);
  });
  test('one folder: no labels, and it is said', async () => {
    const { arrays, diagnostics } = await readPictures([grey('all/a.png', 1), grey('all/b.png', 2)]);
    expect([...arrays.keys()]).toEqual(['x']);
    expect(diagnostics.map((d) => d.code)).toEqual(['datasets/no-classes']);
  });
  test('a picture beside the folders', async () => {
    const error = await errorOf(readPictures([grey('s/a/1.png', 1), grey('s/b/1.png', 1), grey('s/lost.png', 1)]));
    expect(error.message).toBe(
      "'s/lost.png' lies beside the folders of classes, while 's/a/1.png' lies in one: its class is not known.",
    );
  });
});

describe('sizes', () => {
  const files = [grey('a/1.png', 8, 4, 4), grey('b/1.png', 9, 2, 3)];
  const input = { id: 'image', width: 2, height: 2 };
  test('that differ name two pictures and the remedy', async () => {
    const error = await errorOf(readPictures(files));
    expect(error.message).toBe("Pictures differ in size: 'a/1.png' is 4×4, 'b/1.png' is 2×3 (width × height).");
    expect(error.hint).toContain("'Resize pictures to the input'");
  });
  test("that are not the input's name the input", async () => {
    const error = await errorOf(readPictures(files.slice(0, 1), { input }));
    expect(error.message).toBe("Picture 'a/1.png' is 4×4; input 'image' takes 2×2 (width × height).");
  });
  test('are made equal where that is asked for, loudly', async () => {
    const { arrays, diagnostics } = await readPictures(files, { input, resize: true });
    expect(arrays.get('x')!.shape).toEqual([2, 2, 2, 1]);
    expect([...(arrays.get('x')!.data as Uint8Array)]).toEqual([8, 8, 8, 8, 9, 9, 9, 9]);
    expect(diagnostics.filter((d) => d.severity === 'warning').map((d) => d.message)).toEqual([
      '2 of 2 pictures were resized to 2×2, stretched where their proportions differ.',
    ]);
  });
  test('shrinking takes means, stretching goes between', async () => {
    const read = async (width: number, row: number[]) => {
      const options: PictureOptions = { input: { id: 'x', width, height: 1 }, resize: true };
      const { arrays } = await readPictures([{ name: 'a.png', bytes: pngOf(row.length, 1, row) }], options);
      return [...(arrays.get('x')!.data as Uint8Array)];
    };
    expect(await read(1, [0, 100])).toEqual([50]);
    expect(await read(4, [0, 100])).toEqual([0, 25, 75, 100]);
    expect(await read(3, [10, 20, 30])).toEqual([10, 20, 30]);
  });
});

describe('colours', () => {
  test('become grey where the model takes one channel, which is said', async () => {
    const { arrays, diagnostics } = await readPictures([colour('a.png', 255, 0, 0)], { channels: 1 });
    expect([...(arrays.get('x')!.data as Uint8Array)]).toEqual([76]);
    expect(diagnostics.map((d) => d.code)).toContain('datasets/made-grey');
  });
  test('grey becomes colour where the model takes three', async () => {
    const { arrays } = await readPictures([grey('a.png', 5, 1, 1)], { channels: 3 });
    expect([...(arrays.get('x')!.data as Uint8Array)]).toEqual([5, 5, 5]);
  });
});

describe('what cannot be decoded', () => {
  const jpeg = { name: 'a/1.jpg', bytes: Uint8Array.of(0xff, 0xd8, 0xff, 0xe0) };
  test('JPEG goes to the decoder that is given', async () => {
    const decodeImage = async () => ({ width: 1, height: 1, data: Uint8Array.of(1, 2, 3, 255) });
    const { arrays } = await readPictures([jpeg], { decodeImage });
    expect([...(arrays.get('x')!.data as Uint8Array)]).toEqual([1, 2, 3]);
  });
  test('JPEG without one', async () => {
    const error = await errorOf(readPictures([jpeg]));
    expect(error.message).toBe("'a/1.jpg' is a JPEG picture, which only the page can decode: its browser does.");
  });
  test('a decoder that fails is quoted', async () => {
    const decodeImage = async () => {
      throw new Error('The source image could not be decoded.');
    };
    const error = await errorOf(readPictures([jpeg], { decodeImage }));
    expect(error.message).toBe(
      "'a/1.jpg' is damaged: the browser cannot decode it (The source image could not be decoded.).",
    );
  });
  test.each([
    [Uint8Array.of(), 'it is empty'],
    [Uint8Array.of(1, 2, 3), 'it is neither a PNG nor a JPEG picture, whatever its name says'],
  ])('a name that is not kept', async (bytes, reason) => {
    const error = await errorOf(readPictures([{ name: 'a.png', bytes }]));
    expect(error.message).toBe(`'a.png' is damaged: ${reason}.`);
  });
  test('a zip with a flipped bit', async () => {
    const stored = zipSync({ 'a/1.png': grey('', 1).bytes, 'b/1.png': grey('', 2).bytes }, { level: 0 });
    const at = 60;
    const error = await errorOf(
      readPictures([{ name: 's.zip', bytes: stored.map((byte, i) => (i === at ? byte ^ 4 : byte)) }]),
    );
    expect(error.message).toBe("'s.zip' is damaged: the content of 'a/1.png' in it does not agree with its checksum.");
  });
});
