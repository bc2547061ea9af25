/** Networks in formats that are not read here: told by content, with the way to ONNX. */
import type { UserError } from '../base/index.ts';
import { isZip, zipNames } from './archive/index.ts';
import { foreignFile } from './errors.ts';
import { baseName, headOf, type SourceBytes } from './importer.ts';

interface Kind {
  /** Completes "it is …". */
  readonly is: string;
  readonly remedy: string;
  /** `head`: the first 4096 bytes as Latin-1 characters; `names`: of a zip's members. */
  matches(head: string, name: string, names: readonly string[]): boolean;
}

const TORCH = 'Load it in Python and write torch.onnx.export(model, example, "model.onnx"); drop the .onnx file.';
const TENSORFLOW = 'Convert it with python -m tf2onnx.convert and drop the .onnx file.';
const named = (pattern: RegExp) => (_head: string, name: string) => pattern.test(name);

/** Protocols 2 to 5. */
const isPickle = (head: string): boolean =>
  head.startsWith('\x80') && head.charCodeAt(1) >= 2 && head.charCodeAt(1) <= 5;

const KINDS: readonly Kind[] = [
  {
    is: 'a TensorFlow Lite model',
    remedy: 'Convert it with python -m tf2onnx.convert --tflite model.tflite --output model.onnx and drop the result.',
    matches: (head) => head.slice(4, 8) === 'TFL3',
  },
  {
    is: "a model in onnxruntime's own ORT format",
    remedy: 'Drop the .onnx file it was made from.',
    matches: (head) => head.slice(4, 8) === 'ORTM',
  },
  {
    is: 'a GGUF file of a language model',
    remedy: 'Large language models are not explored here. Drop the ONNX export of a network for edge devices.',
    matches: (head) => head.startsWith('GGUF'),
  },
  {
    is: 'a safetensors file: weights without a network',
    remedy: TORCH,
    matches: (head) => /^.{4}[\s\S]?\0{3}\{\s*"/.test(head) || /^[\s\S]{2,5}\0{3,6}\{\s*"/.test(head.slice(0, 64)),
  },
  {
    is: 'a PyTorch model or checkpoint',
    remedy: TORCH,
    matches: (head, _name, names) => names.some((n) => /(^|\/)(data\.pkl|constants\.pkl)$/.test(n)) || isPickle(head),
  },
  {
    is: 'a Core ML package',
    remedy: 'Drop the ONNX, Keras or PyTorch export it was converted from.',
    matches: (_head, name, names) =>
      /\.(mlmodel|mlpackage|mlmodelc)$/i.test(name) || names.some((n) => /\.mlmodel$|mlpackage\//i.test(n)),
  },
  {
    is: 'an OpenVINO network (.xml)',
    remedy: 'Drop the ONNX, Keras or TensorFlow model it was converted from; OpenVINO cannot be turned back.',
    matches: (head) => /<net\s[^>]*name=/.test(head) && head.includes('<layer'),
  },
  {
    is: 'a Caffe network (.prototxt)',
    remedy: 'Convert it with caffe2onnx or MMdnn and drop the .onnx file.',
    matches: (head) => /(^|\n)\s*layers?\s*\{/.test(head) && /\b(type|name)\s*:/.test(head),
  },
  {
    is: 'the weights of a Caffe network',
    remedy: 'Convert it together with its .prototxt with caffe2onnx or MMdnn and drop the .onnx file.',
    matches: named(/\.caffemodel$/i),
  },
  {
    is: 'a Darknet network (.cfg)',
    remedy:
      'Convert it together with its .weights to ONNX (for YOLO: the exporter of Ultralytics) and drop the .onnx file.',
    matches: (head) =>
      /^\s*(#[^\n]*\n\s*)*\[(net|network)\]/.test(head) && /\[(convolutional|connected|maxpool)\]/.test(head),
  },
  {
    is: 'the weights of a Darknet network',
    remedy: 'Convert them together with the .cfg to ONNX and drop the .onnx file.',
    matches: named(/\.weights$/i),
  },
  {
    is: 'a TensorFlow SavedModel or frozen graph (.pb)',
    remedy: TENSORFLOW,
    matches: (head, name, names) =>
      /\.pb$/i.test(name) ||
      names.some((n) => /(^|\/)saved_model\.pb$/.test(n)) ||
      /Placeholder[\s\S]*(dtype|shape)/.test(head) ||
      head.includes('saved_model_schema_version'),
  },
  {
    is: 'a TensorFlow.js model (model.json)',
    remedy:
      'Convert it with tensorflowjs_converter to a Keras or saved model, that one with tf2onnx, and drop the result.',
    matches: (head) => /"(format|generatedBy)"\s*:\s*"(layers-model|graph-model|TensorFlow\.js)/.test(head),
  },
  {
    is: 'an MXNet network (symbol.json)',
    remedy: 'Convert it with mxnet.onnx.export_model and drop the .onnx file.',
    matches: (head) => head.trimStart().startsWith('{') && head.includes('"nodes"') && head.includes('"op": "null"'),
  },
  {
    is: 'an ncnn network (.param)',
    remedy: 'Drop the ONNX or PyTorch model it was converted from.',
    matches: (head) => head.startsWith('7767517'),
  },
];

/** What the file is, as an error that says what to do; `undefined`: not known either. */
export function foreignKind(file: SourceBytes): UserError | undefined {
  const head = Array.from(headOf(file, 4096), (byte) => String.fromCharCode(byte)).join('');
  const names = isZip(file.source) ? zipNames(file.name, file.source) : [];
  const kind = KINDS.find((k) => k.matches(head, baseName(file.name), names));
  return kind && foreignFile(file.name, kind.is, kind.remedy);
}
