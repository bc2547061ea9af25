import type * as Ort from 'onnxruntime-web/wasm';
import { BugError } from '../../src/base/index.ts';
import type { FloatBackend, FloatRunner, RunOptions } from '../../src/compute/index.ts';
import type { DataType, Model, Tensor, TensorData, TensorId } from '../../src/ir/index.ts';
import { cannotTransform, missingFeed, ortFailed, unknownTap } from './errors.ts';

/**
 * onnxruntime-web on WebAssembly, one thread: the independent check of float results. Its 14 MB are loaded by the first
 * `prepare`. `toOnnx` gives a model's ONNX file; `wasmUrl` says where a page finds `ort-wasm-simd-threaded.wasm` (Vite:
 * a `?url` import), and is left out in Node, where the package finds its own.
 */
export function createOrtBackend(toOnnx: (model: Model) => Uint8Array, wasmUrl?: string): FloatBackend {
  return {
    id: 'ort',
    description: 'onnxruntime-web, WebAssembly, one thread',
    async prepare(model) {
      const ort = await attempt('be loaded', () => import('onnxruntime-web/wasm'));
      ort.env.wasm.numThreads = 1;
      ort.env.logLevel = 'error';
      if (wasmUrl) ort.env.wasm.wasmPaths = { wasm: wasmUrl };
      const runner = new OrtRunner(ort, model, toOnnx);
      await runner.session([]);
      return runner;
    },
  };
}

async function attempt<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw ortFailed(what, cause);
  }
}

class OrtRunner implements FloatRunner {
  readonly canTransform = false;
  readonly engines: FloatRunner['engines'];
  readonly #ort: typeof Ort;
  readonly #model: Model;
  readonly #toOnnx: (model: Model) => Uint8Array;
  /** A session returns a model's outputs only, so values inside it become outputs of a session of their own. */
  readonly #sessions = new Map<string, Promise<Ort.InferenceSession>>();

  constructor(ort: typeof Ort, model: Model, toOnnx: (model: Model) => Uint8Array) {
    this.#ort = ort;
    this.#model = model;
    this.engines = new Map(model.graph.nodes.map((node) => [node.id, 'ort'] as const));
    this.#toOnnx = toOnnx;
  }

  session(taps: readonly TensorId[]): Promise<Ort.InferenceSession> {
    const key = JSON.stringify([...taps].sort());
    const known = this.#sessions.get(key);
    if (known) return known;
    const { graph, weights } = this.#model;
    const outputs = [...new Set([...graph.outputs, ...taps])];
    const made = attempt('read the model', () =>
      this.#ort.InferenceSession.create(this.#toOnnx({ graph: { ...graph, outputs }, weights })),
    );
    this.#sessions.set(key, made);
    return made;
  }

  async run(feeds: ReadonlyMap<TensorId, Tensor>, options: RunOptions = {}): Promise<ReadonlyMap<TensorId, Tensor>> {
    const { graph } = this.#model;
    const { taps = [], transform } = options;
    if (transform) throw cannotTransform();
    for (const tap of taps) if (!graph.tensors.has(tap)) throw unknownTap(tap);
    const computed = new Set(graph.nodes.flatMap((node) => node.outputs));
    const given = taps.filter((tap) => feeds.has(tap) && !computed.has(tap));
    const session = await this.session(taps.filter((tap) => computed.has(tap)));
    const inputs: Record<string, Ort.Tensor> = {};
    for (const id of graph.inputs) {
      const feed = feeds.get(id);
      if (!feed) throw missingFeed(id);
      inputs[id] = this.#toOrt(feed);
    }
    const found = await attempt('run the model', () => session.run(inputs));
    const results = new Map<TensorId, Tensor>();
    for (const [id, tensor] of Object.entries(found)) results.set(id, fromOrt(tensor));
    for (const id of given) results.set(id, feeds.get(id) as Tensor);
    return results;
  }

  dispose(): void {
    // Sessions that could not be made have nothing to free; whoever asked for them has had the error.
    for (const made of this.#sessions.values()) {
      made.then(
        (session) => session.release(),
        () => {},
      );
    }
    this.#sessions.clear();
  }

  #toOrt({ type, shape, data }: Tensor): Ort.Tensor {
    if (type === 'float16' || type === 'bfloat16' || Array.isArray(data))
      throw ortFailed('take an input', new Error(`inputs of type ${type} are not passed on`));
    // Type and array belong together by the definition of Tensor; the constructor's overloads want them one by one.
    return new this.#ort.Tensor(type as 'float32', data as Float32Array, [...shape]);
  }
}

function fromOrt(tensor: Ort.Tensor): Tensor {
  const { data } = tensor;
  if (!ArrayBuffer.isView(data) && !Array.isArray(data)) throw new BugError('onnxruntime gave no array.');
  return { type: tensor.type as DataType, shape: tensor.dims, data: data.slice() as TensorData };
}
