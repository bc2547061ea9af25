import { readOnnxSources } from '../onnx/index.ts';
import { headOf, type Importer, type SourceBytes } from './importer.ts';

/** A model's first field is its IR version: tag 8, then a small number. Other orders are legal, so names count too. */
const looksLikeModel = (file: SourceBytes): boolean => {
  const head = headOf(file, 2);
  return head[0] === 8 && (head[1] ?? 0) > 0 && (head[1] ?? 0) < 64;
};

/** ONNX, with its external data among the files. */
export const onnx: Importer = {
  id: 'onnx',
  name: 'ONNX',
  extensions: ['.onnx'],
  matches: (files) => files.some((f) => /\.onnx$/i.test(f.name)) || files.some(looksLikeModel),
  async read(files, options) {
    const { model, reference, producer, producerVersion, opset, quantized, bytesRead, diagnostics } = readOnnxSources(
      files,
      options,
    );
    return {
      model,
      reference,
      format: 'onnx',
      producer: [producer, producerVersion].filter((part) => part !== '').join(' '),
      opset,
      diagnostics,
      weightless: false,
      ...(quantized ? { quantized } : {}),
      bytesRead,
    };
  },
};
