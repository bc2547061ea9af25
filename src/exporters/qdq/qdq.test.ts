import { describe, expect, test } from 'vitest';
import { clamp, Random, roundAway } from '../../base/index.ts';
import { codeRange, type Model, type QuantScheme, type TensorQuant } from '../../ir/index.ts';
import { readOnnx } from '../../onnx/index.ts';
import { requestOf } from '../../test-kit/export-request.ts';
import { graphBuilder } from '../../test-kit/graph-builder.ts';
import { runInOnnxruntime } from '../../test-kit/onnxruntime.ts';
import { ProgramBuilder } from '../../test-kit/random-program.ts';
import { exportQdq } from './print-package.ts';

const [INS, HIDDEN, OUTS] = [6, 5, 4];

const symmetric = (bits: number, scale: number): TensorQuant => ({
  bits,
  signed: true,
  narrow: true,
  scale: [scale],
  zeroPoint: [0],
});

interface Net {
  readonly model: Model;
  readonly scheme: QuantScheme;
  readonly w1: Float32Array;
  readonly b1: Float32Array;
  readonly w2: Float32Array;
}

/** Gemm with bias, Clip to 0 … 6 as opset 7 or 13 writes it, Gemm without bias. */
function mlp(weightBits: number, activationBits: number, opset: number): Net {
  const random = new Random(7);
  const values = (n: number) => Float32Array.from({ length: n }, () => random.normal());
  const [w1, b1, w2] = [values(HIDDEN * INS), values(HIDDEN), values(OUTS * HIDDEN)];
  const b = graphBuilder(opset);
  const x = b.input('x', [1, INS]);
  const gemm = { attributes: { transB: 1 }, id: 'one' };
  const h = b.node('Gemm', [x, b.constant('w1', [HIDDEN, INS], w1), b.constant('b1', [HIDDEN], b1)], gemm);
  const bounds = { min: { float: 0 }, max: { float: 6 } };
  const c =
    opset < 11
      ? b.node('Clip', [h], { attributes: bounds, outputs: ['c'] })
      : b.node('Clip', [h, b.constant('zero', [], [0]), b.constant('six', [], [6])], { outputs: ['c'] });
  const bias = opset < 11 ? [b.constant('b2', [OUTS], new Float32Array(OUTS))] : [];
  b.describe(
    b.node('Gemm', [c, b.constant('w2', [OUTS, HIDDEN], w2), ...bias], { attributes: { transB: 1 }, outputs: ['y'] }),
    [1, OUTS],
  );
  b.output('y');
  const limit = 2 ** (weightBits - 1) - 1;
  const perRow = Array.from(
    { length: HIDDEN },
    (_, o) => Math.max(...w1.subarray(o * INS, (o + 1) * INS).map(Math.abs)) / limit,
  );
  const hidden: TensorQuant = {
    bits: activationBits,
    signed: activationBits > 8,
    narrow: activationBits > 8,
    scale: [6 / (activationBits > 8 ? 32767 : 2 ** activationBits - 1)],
    zeroPoint: [0],
  };
  const tensors = new Map<string, TensorQuant>([
    ['x', activationBits > 8 ? symmetric(16, 0.0001) : symmetric(8, 0.02)],
    ['w1', { ...symmetric(weightBits, 1), scale: perRow, zeroPoint: perRow.map(() => 0), axis: 0 }],
    ['c', hidden],
    ['w2', symmetric(weightBits, Math.max(...w2.map(Math.abs)) / limit)],
    [
      'y',
      activationBits > 8
        ? symmetric(16, 0.001)
        : { bits: 8, signed: false, narrow: false, scale: [0.06], zeroPoint: [120] },
    ],
  ]);
  const scheme: QuantScheme = { version: 1, tensors, rescale: 'fixed32', shiftRounding: 'half', thresholds: new Map() };
  return { model: b.done(), scheme, w1, b1, w2 };
}

/** The value with its rounding error: what a quantized value stands for. */
function snapped(value: number, quant: TensorQuant, channel = 0): number {
  const scale = quant.scale[quant.scale.length > 1 ? channel : 0] as number;
  const zero = quant.zeroPoint[0] as number;
  const [low, high] = codeRange(quant);
  return (clamp(roundAway(value / scale) + zero, low, high) - zero) * scale;
}

/** The quantized network in plain loops. */
function expected({ scheme, w1, b1, w2 }: Net, x: Float32Array): number[] {
  const of = (id: string) => scheme.tensors.get(id) as TensorQuant;
  const xs = Array.from(x, (v) => snapped(v, of('x')));
  const hidden = Array.from({ length: HIDDEN }, (_, o) => {
    const step = (of('w1').scale[o] as number) * (of('x').scale[0] as number);
    let sum = roundAway((b1[o] as number) / step) * step;
    for (let i = 0; i < INS; i++) sum += (xs[i] as number) * snapped(w1[o * INS + i] as number, of('w1'), o);
    return snapped(clamp(sum, 0, 6), of('c'));
  });
  return Array.from({ length: OUTS }, (_, o) => {
    let sum = 0;
    for (let i = 0; i < HIDDEN; i++) sum += (hidden[i] as number) * snapped(w2[o * HIDDEN + i] as number, of('w2'));
    return snapped(sum, of('y'));
  });
}

const requestFor = (net: Net, options = {}) => ({
  ...requestOf(new ProgramBuilder('mlp', 1).build(), [], options),
  prepared: net.model,
  scheme: net.scheme,
});

const fileOf = (net: Net, options = {}) => exportQdq(requestFor(net, options)).files.get('model.onnx') as Uint8Array;

describe('QDQ export', () => {
  test.each([
    [8, 8, 13],
    [8, 8, 7],
    [3, 8, 13],
    [4, 4, 17],
    [16, 16, 13],
    [2, 16, 10],
  ])(
    'weights of %i bits, activations of %i, from opset %i: onnxruntime gives the quantized network',
    async (w, a, opset) => {
      const net = mlp(w, a, opset);
      const file = fileOf(net);
      const random = new Random(3);
      for (let sample = 0; sample < 20; sample++) {
        const x = Float32Array.from({ length: INS }, () => 1.5 * random.normal());
        const { y } = await runInOnnxruntime(file, { x: { type: 'float32', shape: [1, INS], data: x } });
        const step = net.scheme.tensors.get('y')?.scale[0] as number;
        const codes = Array.from(y as Float32Array, (v) => Math.round(v / step));
        expect(codes).toEqual(expected(net, x).map((v) => Math.round(v / step)));
      }
    },
  );

  test('weights are stored as codes, biases as int32, values keep their names', () => {
    const read = readOnnx([{ name: 'model.onnx', bytes: fileOf(mlp(8, 8, 13)) }]).model;
    const stored = new Map([...read.weights.values()].map((s) => [s.id, s.type]));
    expect(stored.get('w1_codes')).toBe('int8');
    expect(stored.get('one_bias_codes')).toBe('int32');
    expect([...stored.keys()].filter((id) => ['w1', 'w2', 'b1'].includes(id))).toEqual([]);
    expect(read.graph.inputs).toEqual(['x']);
    expect(read.graph.outputs).toEqual(['y']);
  });

  test('16-bit codes need opset 21, others 13', () => {
    const opset = (net: Net) => readOnnx([{ name: 'm.onnx', bytes: fileOf(net) }]).model.graph.opsets.get('');
    expect(opset(mlp(8, 8, 7))).toBe(13);
    expect(opset(mlp(16, 16, 13))).toBe(21);
    expect(opset(mlp(8, 8, 17))).toBe(17);
  });

  test('without the exact range no Clip stands before 8-bit codes', () => {
    const clips = (options: object) =>
      readOnnx([{ name: 'm.onnx', bytes: fileOf(mlp(8, 8, 13), options) }]).model.graph.nodes.filter(
        (n) => n.op === 'Clip',
      ).length;
    expect(clips({ exactRange: true }) - clips({ exactRange: false })).toBe(1);
  });

  test('the same request gives the same bytes', () => {
    expect(fileOf(mlp(8, 8, 13))).toEqual(fileOf(mlp(8, 8, 13)));
  });
});
