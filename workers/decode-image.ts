import type { ImageDecoder } from '../src/datasets/index.ts';

/** Pictures by the browser's own decoder, their colours as they are stored: no colour management, no multiplied alpha. */
export const decodeImage: ImageDecoder = async (bytes) => {
  const bitmap = await createImageBitmap(new Blob([bytes.slice()]), {
    colorSpaceConversion: 'none',
    premultiplyAlpha: 'none',
  });
  try {
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (!context) throw new Error('this browser gives workers no canvas');
    context.drawImage(bitmap, 0, 0);
    return { width, height, data: context.getImageData(0, 0, width, height).data };
  } finally {
    bitmap.close();
  }
};
