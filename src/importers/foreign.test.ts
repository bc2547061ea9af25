import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { memorySource } from '../base/index.ts';
import { formatOf, importModel } from './index.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const zip = (...names: readonly string[]): Uint8Array =>
  zipSync(Object.fromEntries(names.map((name) => [name, bytes('x')])));
const given = (name: string, content: Uint8Array) => [{ name, source: memorySource(content) }];

describe('networks in other formats are told by content, with the way to ONNX', () => {
  test.each([
    ['m.tflite', bytes('\x1c\0\0\0TFL3rest'), /TensorFlow Lite/, /tf2onnx/],
    ['m.bin', bytes('\x1c\0\0\0TFL3rest'), /TensorFlow Lite/, /tf2onnx/],
    ['m.ort', bytes('\x18\0\0\0ORTMrest'), /ORT format/, /onnx file it was made from/],
    ['m.gguf', bytes('GGUF\x03\0\0\0'), /GGUF/, /edge devices/],
    ['m.safetensors', bytes('\x40\x01\0\0\0\0\0\0{"weight":{"dtype":"F32"}}'), /safetensors/, /torch\.onnx\.export/],
    ['m.pt', zip('m/data.pkl', 'm/version'), /PyTorch/, /torch\.onnx\.export/],
    ['m.pth', bytes('\x80\x02}q\x00(X'), /PyTorch/, /torch\.onnx\.export/],
    [
      'm.xml',
      bytes('<?xml version="1.0"?><net name="n" version="11"><layers><layer id="0"/>'),
      /OpenVINO/,
      /converted from/,
    ],
    ['m.prototxt', bytes('name: "LeNet"\nlayer {\n  name: "data"\n  type: "Input"\n}'), /Caffe network/, /caffe2onnx/],
    ['m.caffemodel', bytes('\n\x05LeNet'), /weights of a Caffe/, /prototxt/],
    ['yolo.cfg', bytes('# tiny\n[net]\nbatch=1\n[convolutional]\nfilters=16\n'), /Darknet network/, /weights/],
    ['yolo.weights', bytes('\0\0\0\0\x02\0\0\0'), /weights of a Darknet/, /\.cfg/],
    ['frozen.pb', bytes('\n\x0bPlaceholder'), /SavedModel or frozen/, /tf2onnx/],
    ['m.mlmodel', bytes('\x08\x04\x12\x01'.slice(2)), /Core ML/, /converted from/],
    ['model.json', bytes('{"format":"layers-model","generatedBy":"keras v2"}'), /TensorFlow\.js/, /tf2onnx/],
    ['m.param', bytes('7767517\n75 83\nInput'), /ncnn/, /converted from/],
  ])('%s', async (name, content, is, remedy) => {
    expect(formatOf(given(name, content))).toBeUndefined();
    await expect(importModel(given(name, content))).rejects.toMatchObject({
      code: 'importers/other-format',
      message: expect.stringMatching(is),
      hint: expect.stringMatching(remedy),
      facts: { file: name },
    });
  });

  test('JSON of something else, text, nothing: no network is found', async () => {
    for (const content of ['{"a": 1}', 'hello', '', '[]', '{"layers": []}'])
      await expect(importModel(given('x.json', bytes(content)))).rejects.toMatchObject({
        code: 'importers/no-network',
      });
  });

  test('a name from a file cannot reorder the message', async () => {
    await expect(importModel(given('a\u202egpj.exe', bytes('hello')))).rejects.toMatchObject({
      message: expect.stringContaining('a\\u{202E}gpj.exe'),
    });
  });
});
