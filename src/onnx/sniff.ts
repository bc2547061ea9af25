/** What a file that is not a model looks like, told from its first bytes. */

export interface Likeness {
  /** Completes "it is not an ONNX model: …". */
  readonly looksLike: string;
  readonly hint: string;
}

/** As much of a file as `likeness` looks at. */
export const HEAD_BYTES = 4096;

const EXPORT = 'Drop the .onnx file that your framework exports.';

interface Signature extends Likeness {
  readonly at: number;
  readonly bytes: string;
}

/** `bytes` are compared as Latin-1 characters. */
const SIGNATURES: readonly Signature[] = [
  { at: 0, bytes: '\x89PNG', looksLike: 'it is a PNG image', hint: EXPORT },
  { at: 0, bytes: '\xff\xd8\xff', looksLike: 'it is a JPEG image', hint: EXPORT },
  { at: 0, bytes: 'GIF8', looksLike: 'it is a GIF image', hint: EXPORT },
  { at: 0, bytes: '%PDF', looksLike: 'it is a PDF document', hint: EXPORT },
  { at: 0, bytes: '\x1f\x8b', looksLike: 'it is gzip-compressed', hint: 'Unpack it and drop the .onnx file inside.' },
  {
    at: 0,
    bytes: '\x89HDF',
    looksLike: 'it is an HDF5 file, such as Keras writes (.h5)',
    hint: 'Convert it with tf2onnx (python -m tf2onnx.convert --keras) and drop the result.',
  },
  {
    at: 4,
    bytes: 'TFL3',
    looksLike: 'it is a TensorFlow Lite model',
    hint: 'Convert it with tf2onnx (python -m tf2onnx.convert --tflite) and drop the result.',
  },
  {
    at: 4,
    bytes: 'ORTM',
    looksLike: "it is in onnxruntime's own ORT format",
    hint: 'Drop the .onnx file it was made from.',
  },
  { at: 0, bytes: '\x93NUMPY', looksLike: 'it is a NumPy array (.npy)', hint: 'Drop arrays as data, after the model.' },
  {
    at: 0,
    bytes: 'version https://git-lfs',
    looksLike: 'it is a Git LFS pointer, a text that stands for the real file',
    hint: "Fetch the real file with 'git lfs pull', or download it from the repository's page, and drop that.",
  },
];

const latin1 = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, Math.min(to, bytes.length)));

/** `bytes`: the first `HEAD_BYTES`, or all there are. `undefined`: nothing speaks against a model; only reading it can tell. */
export function likeness(bytes: Uint8Array): Likeness | undefined {
  if (bytes.length === 0)
    return { looksLike: 'it is empty', hint: 'Export or download the model again; the file has no bytes.' };
  for (const s of SIGNATURES) if (latin1(bytes, s.at, s.at + s.bytes.length) === s.bytes) return s;
  const head = latin1(bytes, 0, 512);
  if (head.startsWith('PK\x03\x04') || head.startsWith('PK\x05\x06')) return zipLikeness(bytes);
  if (head.startsWith('\x80\x02') || head.startsWith('\x80\x04'))
    return { looksLike: 'it is a Python pickle, such as PyTorch writes', hint: TORCH };
  if (/^.{8}\{\s*"/s.test(head) && bytes[5] === 0 && bytes[6] === 0 && bytes[7] === 0)
    return { looksLike: 'it is a safetensors file: weights without a network', hint: TORCH };
  const text = head.replace(/^\xef\xbb\xbf/, '').trimStart();
  if (/^<(!doctype html|html|head|\?xml|svg)/i.test(text))
    return {
      looksLike: 'it is a web page or XML',
      hint: 'A download link may have led to a page. Download the raw file.',
    };
  if (/^[{[]/.test(text) && isText(head)) return { looksLike: 'it is JSON text', hint: EXPORT };
  if (isText(head)) return { looksLike: 'it is text', hint: EXPORT };
  return undefined;
}

const TORCH = 'Export the network with torch.onnx.export in Python and drop the .onnx file it writes.';

function zipLikeness(bytes: Uint8Array): Likeness {
  const head = latin1(bytes, 0, HEAD_BYTES);
  if (/\/(data\.pkl|data\/|version|byteorder)/.test(head))
    return { looksLike: 'it is a PyTorch checkpoint', hint: TORCH };
  if (head.includes('model.weights.h5') || head.includes('metadata.json'))
    return { looksLike: 'it is a Keras model (.keras)', hint: 'Convert it with tf2onnx and drop the result.' };
  if (head.includes('.npy'))
    return { looksLike: 'it is a NumPy archive (.npz)', hint: 'Drop arrays as data, after the model.' };
  return { looksLike: 'it is a zip archive', hint: 'Unpack it and drop the .onnx file inside.' };
}

/** Printable characters of UTF-8, tabs and line ends only. A model's first byte, 8, is none of them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const isText = (head: string): boolean => !/[\x00-\x08\x0e-\x1f\x7f\xc0\xc1\xf5-\xff]/.test(head);
