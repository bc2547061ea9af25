import { beforeAll, describe, expect, test } from 'vitest';
import { openSymbols, prepare, setShapes } from '../../src/analyze/index.ts';
import { messageOf } from '../../src/base/index.ts';
import { encodeWeight, type Model, type Tensor, type TensorId, type TensorInfo } from '../../src/ir/index.ts';
import { readOnnx } from '../../src/onnx/index.ts';
import { testContext } from '../../src/test-kit/context.ts';
import { networkReferences } from '../../src/test-kit/network-references.ts';
import { CASE_GAPS, operatorCase, operatorCases } from '../../src/test-kit/operator-cases.ts';
import { hasSharedData, NO_SHARED_DATA } from '../../src/test-kit/shared-data.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import { wasmForTests } from './float-chain.ts';

/** ONNX's own operator cases on the kernels. What has none runs on the references: such outputs must be right as well. */

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await wasmForTests();
});

/** The model with all inputs but the first as constants: so networks hold axes, sizes, indices and parameters. */
function withConstants(model: Model, feeds: ReadonlyMap<TensorId, Tensor>): Model {
  const [first, ...others] = model.graph.inputs;
  const weights = new Map(model.weights);
  const tensors = new Map<TensorId, TensorInfo>(model.graph.tensors);
  for (const id of others) {
    const feed = feeds.get(id);
    if (!feed) continue;
    weights.set(id, encodeWeight(id, feed));
    tensors.set(id, { id, type: feed.type, shape: feed.shape, weight: id });
  }
  const inputs = [first, ...others.filter((id) => !feeds.has(id))].filter((id) => id !== undefined);
  return {
    ...model,
    graph: { ...model.graph, inputs, tensors },
    weights,
  };
}

interface Outcome {
  /** What is wrong with the outputs. */
  readonly failure?: string;
  /** Operators that ran on the references. */
  readonly plain: readonly string[];
}

async function outcomeOf(name: string, constants: boolean): Promise<Outcome> {
  try {
    const { bytes, feeds, faultOf } = operatorCase(name);
    const { model: imported } = readOnnx([{ name: 'model.onnx', bytes }]);
    const fixed = constants ? withConstants(imported, feeds) : imported;
    const shaped = setShapes(fixed, { symbols: new Map(openSymbols(fixed).map((symbol) => [symbol, 1])) });
    const { model } = prepare(shaped, testContext());
    const runner = await wasm.prepare(model);
    const inputs = new Map([...feeds].filter(([id]) => model.graph.inputs.includes(id)));
    const failure = faultOf(await runner.run(inputs));
    const plain = runner.plainNodes.map((node) => node.op);
    runner.dispose();
    return failure === undefined ? { plain } : { failure, plain };
  } catch (thrown) {
    return { failure: messageOf(thrown), plain: [] };
  }
}

describe.skipIf(!hasSharedData)(`the ONNX operator cases on WebAssembly (skipped when ${NO_SHARED_DATA})`, () => {
  test.each([
    { form: 'with all inputs computed', constants: false, onKernels: 110 },
    { form: 'with constants as networks have them', constants: true, onKernels: 136 },
  ])('$form, every case that passes on the references passes', async ({ constants, onKernels }) => {
    const failures: [string, string][] = [];
    let alone = 0;
    for (const name of operatorCases()) {
      const { failure, plain } = await outcomeOf(name, constants);
      if (failure !== undefined && !Object.hasOwn(CASE_GAPS, name)) failures.push([name, failure]);
      if (failure === undefined && plain.length === 0) alone++;
    }
    expect(failures).toEqual([]);
    expect(alone, 'cases that kernels run alone').toBeGreaterThanOrEqual(onKernels);
  });
});

/** Files that hold quantizers are left out: `prepare` takes these off, so what is left computes something else. */
describe.skipIf(!hasSharedData)(
  `networks on WebAssembly agree with onnxruntime (skipped when ${NO_SHARED_DATA})`,
  () => {
    for (const { file, bytes, feeds, faultOf } of networkReferences()) {
      if (file.includes('_qdq')) continue;
      test(file, async () => {
        const { model: imported } = readOnnx([{ name: file, bytes: bytes() }]);
        const inputs = feeds();
        const shapes = new Map([...inputs].map(([id, { shape }]) => [id, shape]));
        const { model } = prepare(setShapes(imported, { inputs: shapes }), testContext());
        const runner = await wasm.prepare(model);
        expect(faultOf(await runner.run(inputs))).toBeUndefined();
        runner.dispose();
      });
    }
  },
);
