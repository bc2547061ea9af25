import { BugError } from '../../../src/base/index.ts';
import {
  elementCount,
  type Model,
  type Node,
  type Shape,
  type Tensor,
  type TensorId,
  weightOf,
} from '../../../src/ir/index.ts';
import { missingFeed, nodeFailed, unsupportedNode, wrongShape } from '../errors.ts';
import type { BindOperator, PlainOperator } from '../float-machine.ts';
import type { GpuPort } from './device.ts';
import { labelOutside } from './errors.ts';
import { GpuMemory, type GpuPipelines, guarded } from './gpu-memory.ts';
import type { GpuPlaces } from './gpu-node.ts';
import { type GpuPlan, type GpuStep, planValues } from './plan-values.ts';
import { type Call, Recording } from './recording.ts';

/** The calls of a node: as it is, and with the next node's clamp done on the way. */
interface NodeCalls {
  readonly own: readonly Call[];
  readonly clamped: readonly Call[];
}

/** One run's values on this side, and what the caller gets. */
interface Run {
  readonly recording: Recording;
  readonly tensors: Map<TensorId, Tensor>;
  readonly wanted: ReadonlySet<TensorId>;
  readonly staging: Staging | undefined;
}

/** Where values that are to be read lie in a buffer that can be. */
interface Staging {
  readonly buffer: GPUBuffer;
  readonly places: ReadonlyMap<TensorId, number>;
}

/** A graph planned on the device: nodes with kernels work there, all others on plain tensors. */
export class GpuMachine {
  readonly plainNodes: readonly Node[];
  readonly outputs: ReadonlySet<TensorId>;
  readonly plannedBytes: number;
  readonly #model: Model;
  readonly #port: GpuPort;
  readonly #plan: GpuPlan;
  readonly #memory: GpuMemory;
  readonly #buffers: readonly GPUBuffer[];
  readonly #calls: ReadonlyMap<number, NodeCalls>;
  readonly #plain: ReadonlyMap<number, PlainOperator>;
  readonly #constants: ReadonlyMap<TensorId, Tensor>;
  readonly #staging = new Map<string, Staging>();
  /** Runs go one after another: they share the buffers. */
  #queue: Promise<unknown> = Promise.resolve();
  #disposed = false;

  private constructor(
    { model, port, plan, memory, buffers }: Placed,
    calls: ReadonlyMap<number, NodeCalls>,
    plain: ReadonlyMap<number, PlainOperator>,
  ) {
    this.#model = model;
    this.#port = port;
    this.#plan = plan;
    this.#memory = memory;
    this.#buffers = buffers;
    this.#calls = calls;
    this.#plain = plain;
    this.outputs = new Set(model.graph.outputs);
    this.plainNodes = model.graph.nodes.filter((_, index) => plain.has(index));
    this.plannedBytes = memory.bytes;
    this.#constants = constantsOutside(model, this.plainNodes);
  }

  static async prepare(
    model: Model,
    bind: BindOperator,
    port: GpuPort,
    pipelines: GpuPipelines,
    state: ReadonlyMap<TensorId, TensorId> = new Map(),
  ): Promise<GpuMachine> {
    const plan = planValues(model, state);
    const { nodes, opsets } = model.graph;
    const plain = new Map<number, PlainOperator>();
    for (const [index, node] of nodes.entries())
      if (!plan.steps[index]) plain.set(index, bindPlain(node, opsets, bind));
    const memory = new GpuMemory(port);
    return guarded(port, memory, async () => {
      const buffers = plan.bytes.map((bytes) => memory.storage(bytes));
      const placed: Placed = { model, port, plan, memory, buffers };
      return new GpuMachine(placed, await new Binder(placed, pipelines).calls(), plain);
    });
  }

  /** Runs the graph once; the result holds copies of the values that are wanted. `held`: inputs that are on the device already. */
  run(
    feeds: ReadonlyMap<TensorId, Tensor>,
    wanted: ReadonlySet<TensorId>,
    held: { has(id: TensorId): boolean } = new Set(),
  ): Promise<ReadonlyMap<TensorId, Tensor>> {
    return this.#inTurn(() => this.#runOnce(feeds, wanted, held));
  }

  read(ids: readonly TensorId[]): Promise<ReadonlyMap<TensorId, Tensor>> {
    return this.#inTurn(() => this.#readBack(new Recording(this.#port), ids));
  }

  write(id: TensorId, tensor: Tensor): void {
    this.#check();
    this.#port.device.queue.writeBuffer(this.#bufferOf(id), 0, this.#floatsOf(id, tensor) as Float32Array<ArrayBuffer>);
  }

  dispose(): void {
    this.#disposed = true;
    this.#memory.dispose();
  }

  #check(): void {
    if (this.#disposed) throw new BugError('This runner was disposed of.');
    this.#port.check();
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(async () => {
      this.#check();
      try {
        const result = await action();
        this.#port.check();
        return result;
      } catch (thrown) {
        throw await this.#port.explain(thrown);
      }
    });
    // The caller has the error; the next run does not depend on it.
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #runOnce(
    feeds: ReadonlyMap<TensorId, Tensor>,
    wanted: ReadonlySet<TensorId>,
    held: { has(id: TensorId): boolean },
  ): Promise<ReadonlyMap<TensorId, Tensor>> {
    const onDevice = [...wanted].filter((id) => this.#plan.bufferOf.has(id));
    const staging = onDevice.length > 0 ? this.#stagingFor(onDevice) : undefined;
    const run: Run = { recording: new Recording(this.#port), tensors: new Map(), wanted, staging };
    for (const id of this.#model.graph.inputs) {
      if (held.has(id)) this.#computed([id], run);
      else this.#keep(id, this.#feedOf(id, feeds), run);
    }
    await this.#runNodes(run);
    this.#copyOut(
      onDevice.filter((id) => this.outputs.has(id)),
      run,
    );
    for (const [state, value] of this.#plan.moves)
      run.recording.copy(this.#bufferOf(value), this.#bufferOf(state), 4 * elementCount(this.#shape(state)));
    const values = staging ? await run.recording.read(staging.buffer) : new Float32Array();
    if (!staging) run.recording.submit();
    return new Map([...wanted].map((id) => [id, this.#result(id, run, values)]));
  }

  async #runNodes(run: Run): Promise<void> {
    const fusedAway = new Set<number>();
    for (const [index, node] of this.#model.graph.nodes.entries()) {
      const step = this.#plan.steps[index];
      if (step === undefined) await this.#runPlain(index, node, run);
      else if (step === 'view') this.#computed(node.outputs, run);
      else if (!fusedAway.has(index)) {
        const { fused } = step;
        const clamps = fused !== undefined && !run.wanted.has(node.outputs[0] as TensorId);
        this.#record(index, step, clamps, run.recording);
        if (clamps) fusedAway.add(fused.index);
        this.#computed(clamps ? [fused.output, ...node.outputs.slice(1)] : node.outputs, run);
      }
    }
  }

  #record(index: number, step: GpuStep, clamps: boolean, recording: Recording): void {
    for (const [from, to] of step.copies)
      recording.copy(this.#bufferOf(from), this.#bufferOf(to), 4 * elementCount(this.#shape(to)));
    const calls = this.#calls.get(index);
    for (const call of (clamps ? calls?.clamped : calls?.own) ?? []) recording.call(call);
  }

  async #runPlain(index: number, node: Node, run: Run): Promise<void> {
    const missing = [...new Set(node.inputs)].filter(
      (id) => id !== '' && !run.tensors.has(id) && !this.#constants.has(id),
    );
    if (missing.length > 0)
      for (const [id, tensor] of await this.#readBack(run.recording, missing)) run.tensors.set(id, tensor);
    const inputs = node.inputs.map((id) => (id === '' ? undefined : (run.tensors.get(id) ?? this.#constants.get(id))));
    let outputs: readonly Tensor[];
    try {
      outputs = (this.#plain.get(index) as PlainOperator).run(inputs, node.outputs.length);
    } catch (thrown) {
      throw nodeFailed(node.id, node.op, thrown);
    }
    node.outputs.forEach((id, i) => {
      const output = outputs[i];
      if (id !== '' && output) this.#keep(id, output, run);
    });
  }

  /** Takes a value that a plain operator computed or the caller fed. */
  #keep(id: TensorId, tensor: Tensor, run: Run): void {
    run.tensors.set(id, tensor);
    checkClasses(id, tensor, this.#plan.classes.get(id));
    if (this.#plan.bufferOf.has(id)) run.recording.write(this.#bufferOf(id), this.#floatsOf(id, tensor));
    this.#computed([id], run);
  }

  /** Copies wanted values away before their buffers hold others. Outputs stay until the end. */
  #computed(ids: readonly TensorId[], run: Run): void {
    this.#copyOut(
      ids.filter((id) => run.wanted.has(id) && !this.outputs.has(id)),
      run,
    );
  }

  #copyOut(ids: readonly TensorId[], { recording, staging }: Run): void {
    for (const id of ids) {
      const at = staging?.places.get(id);
      if (staging && at !== undefined)
        recording.copy(this.#bufferOf(id), staging.buffer, 4 * elementCount(this.#shape(id)), 4 * at);
    }
  }

  #result(id: TensorId, run: Run, values: Float32Array): Tensor {
    const at = run.staging?.places.get(id);
    if (at !== undefined) return this.#tensorAt(id, values, at);
    const tensor = run.tensors.get(id) ?? this.#constants.get(id) ?? constantOf(this.#model, id);
    if (!tensor) throw new BugError(`Value '${id}' was not computed.`);
    return { ...tensor, data: tensor.data.slice() };
  }

  async #readBack(recording: Recording, ids: readonly TensorId[]): Promise<ReadonlyMap<TensorId, Tensor>> {
    const { buffer, places } = this.#stagingFor(ids);
    for (const [id, at] of places)
      recording.copy(this.#bufferOf(id), buffer, 4 * elementCount(this.#shape(id)), 4 * at);
    const values = await recording.read(buffer);
    return new Map(ids.map((id) => [id, this.#tensorAt(id, values, places.get(id) as number)]));
  }

  #tensorAt(id: TensorId, values: Float32Array, at: number): Tensor {
    const shape = this.#shape(id);
    const data = values.slice(at, at + elementCount(shape));
    const isBool = this.#model.graph.tensors.get(id)?.type === 'bool';
    return isBool ? { type: 'bool', shape, data: Uint8Array.from(data) } : { type: 'float32', shape, data };
  }

  #stagingFor(ids: readonly TensorId[]): Staging {
    const key = JSON.stringify(ids);
    const known = this.#staging.get(key);
    if (known) return known;
    const places = new Map<TensorId, number>();
    let elements = 0;
    for (const id of ids) {
      places.set(id, elements);
      elements += elementCount(this.#shape(id));
    }
    const made = { buffer: this.#memory.staging(4 * elements), places };
    this.#staging.set(key, made);
    return made;
  }

  #bufferOf(id: TensorId): GPUBuffer {
    const buffer = this.#buffers[this.#plan.bufferOf.get(id) ?? -1];
    if (!buffer) throw new BugError(`Value '${id}' does not lie on the device.`);
    return buffer;
  }

  #shape(id: TensorId): Shape {
    return this.#model.graph.tensors.get(id)?.shape as Shape;
  }

  #feedOf(id: TensorId, feeds: ReadonlyMap<TensorId, Tensor>): Tensor {
    const feed = feeds.get(id);
    if (!feed) throw missingFeed(id);
    return feed;
  }

  #floatsOf(id: TensorId, { data, shape }: Tensor): Float32Array {
    const count = elementCount(this.#shape(id));
    if (data.length === count && data instanceof Float32Array) return data;
    if (data.length === count && data instanceof Uint8Array) return Float32Array.from(data);
    throw wrongShape(id, this.#shape(id), shape);
  }
}

/** A plan with its buffers. */
interface Placed {
  readonly model: Model;
  readonly port: GpuPort;
  readonly plan: GpuPlan;
  readonly memory: GpuMemory;
  readonly buffers: readonly GPUBuffer[];
}

/** Compiles the kernels of a plan and binds them to its buffers. */
class Binder {
  readonly #placed: Placed;
  readonly #pipelines: GpuPipelines;
  readonly #constants = new Map<TensorId, GPUBuffer>();
  readonly #nothing: GPUBuffer;

  constructor(placed: Placed, pipelines: GpuPipelines) {
    this.#placed = placed;
    this.#pipelines = pipelines;
    this.#nothing = placed.memory.storage(16);
  }

  async calls(): Promise<ReadonlyMap<number, NodeCalls>> {
    const { plan, model } = this.#placed;
    const made = plan.steps.map(async (step, index) => {
      if (!step || step === 'view') return undefined;
      const outputs = model.graph.nodes[index]?.outputs ?? [];
      const { fused } = step;
      const own = await this.#bind(step, outputs);
      const clamped = fused ? await this.#bind(step, [fused.output, ...outputs.slice(1)], fused) : [];
      return [index, { own, clamped }] as const;
    });
    return new Map((await Promise.all(made)).flatMap((entry) => (entry ? [entry] : [])));
  }

  async #bind(
    step: GpuStep,
    outputs: readonly TensorId[],
    clamp: { readonly low: number; readonly high: number } = {
      low: Number.NEGATIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
    },
  ): Promise<readonly Call[]> {
    const { plan, buffers, memory, port } = this.#placed;
    const places: GpuPlaces = {
      operand: (id) => buffers[plan.bufferOf.get(id) ?? -1] ?? this.#constant(id),
      output: (index) => found(buffers[plan.bufferOf.get(outputs[index] ?? '') ?? -1], `output ${index}`),
      scratch: (index) => found(buffers[step.scratch[index] ?? -1], `working memory ${index}`),
      table: (values) => memory.constant(values),
      nothing: this.#nothing,
      low: clamp.low,
      high: clamp.high,
    };
    const dispatches = step.node.dispatches(places);
    return Promise.all(
      dispatches.map(async (dispatch) => {
        const pipeline = await this.#pipelines.of(dispatch);
        const all = [memory.uniform(dispatch.uniforms), ...dispatch.buffers];
        const bindings = port.device.createBindGroup({
          layout: pipeline.getBindGroupLayout(0),
          entries: all.map((buffer, binding) => ({ binding, resource: { buffer } })),
        });
        return { pipeline, bindings, groups: dispatch.groups };
      }),
    );
  }

  #constant(id: TensorId): GPUBuffer {
    const known = this.#constants.get(id);
    if (known) return known;
    const { data } = constantOf(this.#placed.model, id) ?? {};
    const values = data instanceof Uint8Array ? Float32Array.from(data) : data;
    if (!(values instanceof Float32Array)) throw new BugError(`Value '${id}' does not lie on the device.`);
    const buffer = this.#placed.memory.constant(values);
    this.#constants.set(id, buffer);
    return buffer;
  }
}

function found(buffer: GPUBuffer | undefined, what: string): GPUBuffer {
  if (!buffer) throw new BugError(`A kernel has no place for ${what}.`);
  return buffer;
}

/** Kernels cannot refuse: a label that is no class would spoil the step in silence. */
function checkClasses(id: TensorId, { data }: Tensor, classes: number | undefined): void {
  if (classes === undefined) return;
  const row = Array.from(data as Float32Array).findIndex((x) => !(Number.isInteger(x) && x >= 0 && x < classes));
  if (row >= 0) throw labelOutside(id, row, Number(data[row]), classes);
}

function constantOf({ graph, weights }: Model, id: TensorId): Tensor | undefined {
  const weight = graph.tensors.get(id)?.weight;
  return weight === undefined ? undefined : weightOf(weights, weight);
}

/** Decoded constants that plain nodes read. */
function constantsOutside(model: Model, plainNodes: readonly Node[]): ReadonlyMap<TensorId, Tensor> {
  const constants = new Map<TensorId, Tensor>();
  for (const id of plainNodes.flatMap((node) => node.inputs)) {
    const constant = constantOf(model, id);
    if (constant) constants.set(id, constant);
  }
  return constants;
}

function bindPlain(node: Node, opsets: Model['graph']['opsets'], bind: BindOperator): PlainOperator {
  let operator: PlainOperator | undefined;
  try {
    operator = bind(node, opsets);
  } catch (thrown) {
    throw nodeFailed(node.id, node.op, thrown);
  }
  if (!operator) throw unsupportedNode(node.id, node.op);
  return operator;
}
