import { expect, test } from 'vitest';
import { inferShapes, prepare } from '../analyze/index.ts';
import { Random } from '../base/index.ts';
import { createPlainBackend } from '../compute/index.ts';
import { createPlainProgramBackend, decodeOutput, encodeSample } from '../emulate/index.ts';
import { type Model, numbersOf, type Program, type SampleSet, type Shape, verifyProgram } from '../ir/index.ts';
import { lowerToProgram } from '../lower/index.ts';
import { calibrate, fakeQuantize, feedsOf, makeScheme, type SchemeOptions } from '../quantize/index.ts';
import { testContext } from '../test-kit/context.ts';
import { type GraphBuilder, graphBuilder } from '../test-kit/graph-builder.ts';

/** Every operator with an integer form, in a small graph: the integer network against its float twin, every element. */

const COUNT = 4;

function randomSamples(model: Model, seed: number): SampleSet {
  const random = new Random(seed);
  const inputs = model.graph.inputs.map((tensor) => {
    const shape = model.graph.tensors.get(tensor)?.shape as Shape;
    const size = shape.reduce((n, d) => n * d, 1);
    return { tensor, shape, data: Float32Array.from({ length: COUNT * size }, () => random.normal()) };
  });
  return { name: 'random', count: COUNT, inputs, origin: 'generated', sha256: '' };
}

interface Outcome {
  readonly program: Program;
  /** Largest |integer − twin|, in steps of the output's grid. */
  readonly worst: number;
}

async function compare(build: (b: GraphBuilder) => void, options: SchemeOptions, opset = 17): Promise<Outcome> {
  const ctx = testContext();
  const b = graphBuilder(opset);
  build(b);
  const { model } = prepare(inferShapes(b.done(), ctx), ctx);
  const samples = randomSamples(model, 3);
  const record = await calibrate(model, samples, createPlainBackend(), ctx);
  const scheme = makeScheme(model, record, { method: 'min-max', ...options });
  const program = verifyProgram(lowerToProgram(model, scheme, ctx));
  const twin = fakeQuantize(model, scheme);
  const floats = await createPlainBackend().prepare(twin.model);
  const runner = createPlainProgramBackend().load(program);
  let worst = 0;
  for (let i = 0; i < COUNT; i++) {
    const expected = await floats.run(feedsOf(model.graph.inputs, samples, i), { transform: twin.transform });
    const codes = runner.run(encodeSample(program, samples, i));
    for (const [index, port] of program.outputs.entries()) {
      const values = decodeOutput(program, port, codes[index]!);
      const wanted = numbersOf(expected.get(port.tensor)!);
      expect(values).toHaveLength(wanted.length);
      const { scale } = program.buffers[port.buffer]!;
      for (let k = 0; k < values.length; k++) worst = Math.max(worst, Math.abs(values[k]! - wanted[k]!) / scale);
    }
  }
  return { program, worst };
}

const noise = (count: number, seed: number, size = 0.5): number[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => size * random.normal());
};

/** A convolution in front, so that values come from a kernel and lie channels last. */
function convolved(b: GraphBuilder, channels: number, name = 'x', from = 2, size: readonly number[] = [5, 4]) {
  const x = b.input(name, [1, from, ...size]);
  const w = b.constant(`${name}_w`, [channels, from, 3, 3], noise(channels * from * 9, 7));
  return b.node('Conv', [x, w], { attributes: { pads: [1, 1, 1, 1] } });
}

const halves = { coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor', mode: 'nearest' };

const CASES: Readonly<
  Record<string, { readonly calls: readonly string[]; readonly steps?: number; build(b: GraphBuilder): void }>
> = {
  'Conv, grouped, strided, with bias and Clip': {
    calls: ['conv2d'],
    build(b) {
      const w = b.constant('w', [4, 1, 3, 3], noise(36, 1));
      const conv = b.node('Conv', [b.input('x', [1, 2, 7, 6]), w, b.constant('bias', [4], [1, -1, 0, 3])], {
        attributes: { group: 2, strides: [2, 1], pads: [0, 1, 1, 0] },
      });
      const bounds = [b.constant('low', [], [-0.5]), b.constant('high', [], [1.5])];
      b.output(b.node('Clip', [conv, ...bounds]));
    },
  },
  'Conv over one axis': {
    calls: ['conv2d'],
    build(b) {
      const w = b.constant('w', [3, 2, 3], noise(18, 1));
      b.output(
        b.node('Conv', [b.input('x', [1, 2, 9]), w], { attributes: { pads: [1, 1], dilations: [2], strides: [2] } }),
      );
    },
  },
  'Flatten to Gemm needs no transpose': {
    calls: ['conv2d', 'dense'],
    build(b) {
      const flat = b.node('Flatten', [convolved(b, 3)]);
      const w = b.constant('w', [4, 60], noise(240, 2));
      b.output(
        b.node('Gemm', [flat, w, b.constant('c', [4], [1, 2, 3, 4])], {
          attributes: { transB: 1, alpha: { float: -0.5 }, beta: { float: 2 } },
        }),
      );
    },
  },
  'MatMul over rows': {
    calls: ['dense'],
    build(b) {
      b.output(b.node('MatMul', [b.input('x', [1, 5, 6]), b.constant('w', [6, 3], noise(18, 2))]));
    },
  },
  'MatMul over the channels of a map': {
    calls: ['conv2d', 'dense'],
    build(b) {
      const last = b.node('Transpose', [convolved(b, 3)], { attributes: { perm: [0, 2, 3, 1] } });
      b.output(b.node('MatMul', [last, b.constant('w', [3, 2], noise(6, 2))]));
    },
  },
  'MatMul over the columns of a map needs a transpose': {
    calls: ['conv2d', 'transpose', 'dense'],
    build(b) {
      b.output(b.node('MatMul', [convolved(b, 3), b.constant('w', [4, 2], noise(8, 2))]));
    },
  },
  MaxPool: {
    calls: ['conv2d', 'maxPool'],
    build(b) {
      b.output(
        b.node('MaxPool', [convolved(b, 3)], {
          attributes: { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1], ceil_mode: 1 },
        }),
      );
    },
  },
  'AveragePool without padding counted': {
    calls: ['conv2d', 'averagePool'],
    build(b) {
      b.output(
        b.node('AveragePool', [convolved(b, 3)], {
          attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
        }),
      );
    },
  },
  'AveragePool with padding counted, ceil mode': {
    calls: ['conv2d', 'averagePool'],
    build(b) {
      const attributes = {
        kernel_shape: [3, 3],
        strides: [2, 2],
        pads: [1, 1, 1, 1],
        count_include_pad: 1,
        ceil_mode: 1,
      };
      b.output(b.node('AveragePool', [convolved(b, 3)], { attributes }));
    },
  },
  'Add of two maps in one place, then Relu': {
    calls: ['conv2d', 'conv2d', 'add'],
    build(b) {
      b.output(b.node('Relu', [b.node('Add', [convolved(b, 3), convolved(b, 3, 'y')])]));
    },
  },
  'Sub of a map and one value per channel': {
    calls: ['conv2d', 'conv2d', 'averagePool', 'add'],
    build(b) {
      b.output(b.node('Sub', [convolved(b, 3), b.node('GlobalAveragePool', [convolved(b, 3, 'y')])]));
    },
  },
  'Sum of three': {
    calls: ['conv2d', 'conv2d', 'conv2d', 'add', 'add'],
    build(b) {
      b.output(b.node('Sum', [convolved(b, 2), convolved(b, 2, 'y'), convolved(b, 2, 'z')]));
    },
  },
  'Mul by one value per channel (squeeze and excitation)': {
    calls: ['conv2d', 'averagePool', 'lookup', 'mul'],
    build(b) {
      const map = convolved(b, 3);
      b.output(b.node('Mul', [map, b.node('Sigmoid', [b.node('GlobalAveragePool', [map])])]));
    },
  },
  'constants: a number becomes a table, a vector a 1×1 convolution': {
    calls: ['lookup', 'conv2d', 'conv2d'],
    build(b) {
      const x = b.node('Mul', [b.input('x', [1, 3, 4, 4]), b.constant('half', [1], [0.5])]);
      const y = b.node('Sub', [b.constant('mean', [1, 3, 1, 1], [0.1, -0.2, 0.3]), x]);
      b.output(b.node('Mul', [b.node('Relu', [y]), b.constant('std', [3, 1, 1], [2, -0.5, 0])]));
    },
  },
  'tables, with a Relu fused into one': {
    calls: ['conv2d', 'lookup', 'lookup', 'lookup'],
    build(b) {
      const map = b.node('LeakyRelu', [convolved(b, 3)], { attributes: { alpha: 0.1 } });
      b.output(b.node('Relu', [b.node('Tanh', [b.node('HardSwish', [map])])]));
    },
  },
  'Relu that cannot be fused': {
    calls: ['conv2d', 'requantize'],
    build(b) {
      const map = convolved(b, 3);
      b.output(map, b.node('Relu', [map]));
    },
  },
  'Concat of channels': {
    calls: ['conv2d', 'conv2d', 'concat'],
    build(b) {
      b.output(b.node('Concat', [convolved(b, 3), convolved(b, 2, 'y')], { attributes: { axis: 1 } }));
    },
  },
  'heads of a detector: Transpose, Reshape, Concat, no data moved but the join': {
    calls: ['conv2d', 'conv2d', 'concat'],
    build(b) {
      const heads = [convolved(b, 6), convolved(b, 6, 'y', 2, [3, 3])].map((map, i) => {
        const last = b.node('Transpose', [map], { attributes: { perm: [0, 2, 3, 1] } });
        return b.node('Reshape', [last, b.constant(`shape${i}`, [3], [1, -1, 3], 'int64')]);
      });
      b.output(b.node('Concat', heads, { attributes: { axis: 1 } }));
    },
  },
  'channel shuffle needs a transpose': {
    calls: ['conv2d', 'transpose', 'conv2d'],
    build(b) {
      const grouped = b.node('Reshape', [convolved(b, 6), b.constant('to', [5], [1, 2, 3, 5, 4], 'int64')]);
      const shuffled = b.node('Transpose', [grouped], { attributes: { perm: [0, 2, 1, 3, 4] } });
      const map = b.node('Reshape', [shuffled, b.constant('back', [4], [1, 6, 5, 4], 'int64')]);
      b.output(b.node('Conv', [map, b.constant('w2', [2, 6, 1, 1], noise(12, 9))]));
    },
  },
  DepthToSpace: {
    calls: ['conv2d', 'transpose'],
    build(b) {
      b.output(b.node('DepthToSpace', [convolved(b, 8)], { attributes: { blocksize: 2, mode: 'CRD' } }));
    },
  },
  'Pad, Slice, Split': {
    calls: ['conv2d', 'pad', 'slice', 'slice', 'slice'],
    build(b) {
      const map = b.node('Pad', [
        convolved(b, 4),
        b.constant('pads', [8], [0, 0, 1, 0, 0, 0, 0, 2], 'int64'),
        b.constant('v', [], [0.5]),
      ]);
      const ints = (id: string, ...values: readonly number[]) => b.constant(id, [values.length], values, 'int64');
      const cut = b.node('Slice', [
        map,
        ints('from', 5, 0),
        ints('to', -100, 100),
        ints('axes', 2, 3),
        ints('by', -2, 1),
      ]);
      b.output(b.node('Split', [cut, ints('parts', 1, 3)], { attributes: { axis: 1 }, outputs: ['p', 'q'] }), 'q');
    },
  },
  Resize: {
    calls: ['conv2d', 'resizeNearest'],
    build(b) {
      b.output(
        b.node('Resize', [convolved(b, 3), '', b.constant('scales', [4], [1, 1, 2, 3])], { attributes: halves }),
      );
    },
  },
  'an input reshaped and read as a map is placed so that nothing moves': {
    calls: ['conv2d'],
    build(b) {
      const map = b.node('Reshape', [b.input('x', [1, 5, 4, 1]), b.constant('to', [4], [1, 1, 5, 4], 'int64')]);
      b.output(b.node('Conv', [map, b.constant('w', [3, 1, 3, 3], noise(27, 4))]));
    },
  },
  'an input in another order': {
    calls: ['conv2d'],
    build(b) {
      const map = b.node('Transpose', [b.input('x', [1, 5, 4, 2])], { attributes: { perm: [0, 3, 1, 2] } });
      b.output(b.node('Conv', [map, b.constant('w', [3, 2, 3, 3], noise(54, 4))]));
    },
  },
};

/** With multipliers of 15 bits and several roundings in a row a result may be off by one step more. */
const TWO_STEPS = 2.01;

for (const [name, { calls, steps = 1.01, build }] of Object.entries(CASES)) {
  test(name, async () => {
    const symmetric = await compare(build, {});
    expect(symmetric.program.calls.map((c) => c.kernel)).toEqual(calls);
    expect(symmetric.worst).toBeLessThanOrEqual(steps);
    const affine = await compare(build, { activations: 'affine', weights: 'per-tensor', rescale: 'fixed16' });
    expect(affine.worst).toBeLessThanOrEqual(Math.max(steps, TWO_STEPS));
  });
}

test('results of element-wise layers take over the memory of a dead operand, never that of a network input', async () => {
  const { program } = await compare((b) => {
    const sum = b.node('Add', [convolved(b, 3), convolved(b, 3, 'y')]);
    b.output(b.node('Sigmoid', [sum]));
  }, {});
  const [sum, sigmoid] = program.calls.slice(2).map((c) => program.buffers[c.output]!);
  expect(sum?.viewOf).toBe(program.calls[0]?.output);
  expect(sigmoid?.viewOf).toBe(program.calls[0]?.output);
  const direct = await compare((b) => b.output(b.node('Sigmoid', [b.input('x', [1, 4])])), {});
  expect(direct.program.buffers[direct.program.calls[0]!.output]?.viewOf).toBeUndefined();
});

test('16-bit layers sum in 64 bits where 32 do not hold them, and stay close', async () => {
  const { program, worst } = await compare(
    (b) =>
      b.output(b.node('Conv', [b.input('x', [1, 8, 6, 6]), b.constant('w', [2, 8, 3, 3], noise(144, 1))], { id: 'c' })),
    { bits: [{ node: 'c', weights: 16, activations: 16 }] },
  );
  expect(program.calls).toMatchObject([{ kernel: 'conv2d', accumulator: 'int64' }]);
  expect(worst).toBeLessThanOrEqual(TWO_STEPS);
});
