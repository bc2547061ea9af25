import { describe, expect, test } from 'vitest';
import { messageOf, Registry } from '../base/index.ts';
import { createPlainBackend } from '../compute/index.ts';
import { readNpz } from '../datasets/index.ts';
import { numbersOf, type Tensor, tensorOf, weightOf } from '../ir/index.ts';
import { readOnnx } from '../onnx/index.ts';
import { type BoundOp, type OpDef, ops, type Value } from '../ops/index.ts';
import { EXACT, firstDifference, type Tolerance } from '../test-kit/all-close.ts';
import { chunks, filledTensor, networkBytes, networkReferences } from '../test-kit/network-references.ts';
import { CASE_GAPS, operatorCase, operatorCases } from '../test-kit/operator-cases.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData } from '../test-kit/shared-data.ts';

/**
 * The plain operators against others' results: ONNX's own operator cases, and whole networks as onnxruntime computed
 * them. Stands here because it needs both the reader and the backend.
 */

/** The operators, which also check at every run that what they infer beforehand is what they compute. */
const checkedOps = new Registry<OpDef>(
  'operator',
  [...ops].map((def) => ({ ...def, bind: (...from: Parameters<OpDef['bind']>) => checkingInference(def, ...from) })),
);

const spell = (all: readonly Pick<Value, 'type' | 'shape'>[]) =>
  all.map(({ type, shape }) => `${type}[${shape?.join()}]`).join(' ');

/** Whether what is inferred is so. Sizes that are names may be any; `isWhole`: type and number of dimensions must be known. */
function agrees({ type, shape }: Value, computed: Tensor, isWhole: boolean): boolean {
  if (isWhole ? type !== computed.type : type !== undefined && type !== computed.type) return false;
  if (shape === undefined) return !isWhole;
  return (
    shape.length === computed.shape.length && shape.every((d, i) => typeof d === 'string' || d === computed.shape[i])
  );
}

function checkingInference(def: OpDef, ...from: Parameters<OpDef['bind']>): BoundOp {
  const bound = def.bind(...from);
  return {
    ...bound,
    run(inputs, outputCount) {
      const outputs = bound.run(inputs, outputCount);
      const known = inputs.map((t) => t && { type: t.type, shape: t.shape, constant: t });
      const inferred = bound.infer(known, outputCount);
      if (!inferred.every((v, i) => agrees(v, outputs[i] as Tensor, true)))
        throw new Error(`${def.id} infers ${spell(inferred)} and computes ${spell(outputs)}`);
      // Without the elements less may be known, but nothing else.
      const vague = bound.infer(
        inputs.map((t) => t && { type: t.type, shape: t.shape }),
        outputCount,
      );
      if (!vague.every((v, i) => agrees(v, outputs[i] as Tensor, false)))
        throw new Error(`${def.id} infers ${spell(vague)} without elements and computes ${spell(outputs)}`);
      return outputs;
    },
  };
}

const backend = createPlainBackend(checkedOps);

/** What is wrong with the case's outputs; `undefined` when it passes. */
async function failureOf(name: string): Promise<string | undefined> {
  try {
    const { bytes, feeds, faultOf } = operatorCase(name);
    const runner = await backend.prepare(readOnnx([{ name: 'model.onnx', bytes }]).model);
    return faultOf(await runner.run(feeds));
  } catch (thrown) {
    return messageOf(thrown);
  }
}

describe.skipIf(!hasSharedData)(`operators agree with the ONNX operator cases (skipped when ${NO_SHARED_DATA})`, () => {
  const cases = operatorCases();

  test('every case passes but the known gaps', async () => {
    const failures: Record<string, string> = {};
    for (const name of cases) {
      const failure = await failureOf(name);
      if (failure !== undefined) failures[name] = failure;
    }
    const unexpected = Object.entries(failures).filter(([name]) => !Object.hasOwn(CASE_GAPS, name));
    expect(unexpected).toEqual([]);
    expect(
      Object.keys(CASE_GAPS).filter((name) => !Object.hasOwn(failures, name)),
      'gaps that are closed',
    ).toEqual([]);
    expect(cases.length - Object.keys(failures).length).toBeGreaterThanOrEqual(224);
  });
});

/** With ALL_NETWORKS set the largest ones (up to 4 G MACs, about a minute) are compared too. */
const LARGEST_MACS = process.env['ALL_NETWORKS'] ? Number.POSITIVE_INFINITY : 150e6;
/** ResNet-50 takes half a minute on a busy machine. */
const NETWORK_MILLISECONDS = 120_000;
const TOLERANCE: Tolerance = { relative: 1e-3, absolute: 1e-4 };

const networkModel = (file: string) => readOnnx([{ name: file, bytes: networkBytes(file) }]).model;

describe.skipIf(!hasSharedData)(`networks agree with onnxruntime (skipped when ${NO_SHARED_DATA})`, () => {
  for (const { file, macs, feeds, faultOf } of networkReferences()) {
    if (macs > LARGEST_MACS) continue;
    test(
      file,
      async () => {
        const runner = await backend.prepare(networkModel(file));
        expect(faultOf(await runner.run(feeds()))).toBeUndefined();
      },
      NETWORK_MILLISECONDS,
    );
  }
});

/** Vectors published with a model, by their authors. */
const PUBLISHED: readonly { readonly file: string; readonly tolerance: Tolerance }[] = [
  // Integers throughout: RequantShift must be exact.
  { file: 'ad_requantshift_int', tolerance: EXACT },
  { file: 'cct_2_32_32_128', tolerance: TOLERANCE },
  { file: 'tinyvit_demo', tolerance: { relative: 1e-3, absolute: 1e-7 } },
];

describe.skipIf(!hasSharedData)(`networks give their authors' vectors (skipped when ${NO_SHARED_DATA})`, () => {
  test.each(PUBLISHED)('$file', async ({ file, tolerance }) => {
    const model = networkModel(`${file}.onnx`);
    const arrays = (kind: string) => [...readNpz(file, sharedData(`onnx-models/${file}.${kind}.npz`)).values()];
    const [input] = arrays('inputs');
    const [id] = model.graph.inputs;
    const type = model.graph.tensors.get(id ?? '')?.type ?? 'float32';
    const feed = tensorOf(type, input?.shape ?? [], numbersOf(input as Tensor));
    const runner = await backend.prepare(model);
    const results = [...(await runner.run(new Map([[id ?? '', feed]]))).values()];
    const expected = arrays('outputs');
    expect(results.length).toBe(expected.length);
    results.forEach((actual, i) => {
      const wanted = expected[i] as Tensor;
      expect(actual.shape).toEqual(wanted.shape);
      expect(firstDifference(numbersOf(actual), numbersOf(wanted), tolerance)).toBeUndefined();
    });
  });
});

test.skipIf(!hasSharedData)('a network with QONNX quantizers runs on their grids', async () => {
  const model = networkModel('kws_mlp_w3a3_qonnx.onnx');
  const quantizers = model.graph.nodes.filter((n) => n.op === 'Quant');
  const taps = quantizers.map((n) => n.outputs[0] ?? '');
  const runner = await backend.prepare(model);
  const [id = ''] = model.graph.inputs;
  const feed = filledTensor({ fill: 'hash', lo: -1, hi: 1, shape: [1, 1, 10, 49], dtype: 'float32' });
  const results = await runner.run(new Map([[id, feed]]), { taps });
  for (const { inputs, outputs } of quantizers) {
    const constant = (at: number) =>
      numbersOf(weightOf(model.weights, model.graph.tensors.get(inputs[at] ?? '')?.weight ?? ''));
    const scale = constant(1);
    const bits = constant(3)[0] as number;
    const values = numbersOf(results.get(outputs[0] ?? '') as Tensor);
    const perScale = values.length / scale.length;
    const codes = Array.from(values, (v, i) => v / (scale[Math.floor(i / perScale)] as number));
    expect(
      Math.max(
        ...chunks(
          codes.map((c) => Math.abs(c - Math.round(c))),
          Math.max,
        ),
      ),
    ).toBeLessThan(1e-4);
    expect(new Set(codes.map(Math.round)).size).toBeLessThanOrEqual(2 ** bits);
  }
});
