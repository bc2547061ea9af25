import { BugError, type Registry } from '../base/index.ts';
import type { Node, Tensor, TensorId } from '../ir/index.ts';
import { isTensor, type OpDef, ops, type RuntimeValue, tensorsOnly } from '../ops/index.ts';
import type { FloatBackend, FloatRunner, RunOptions, StepBackend } from './backend.ts';
import { disposedRunner, inNode, missingFeed, notATensor, unknownValue } from './errors.ts';
import { isGraph, type PreparedGraph, prepareGraph, type Step } from './prepared-graph.ts';
import { stepRunnerOf } from './step-runner.ts';

/**
 * Runs a graph with the operators' own references, in plain TypeScript: the oracle of every faster backend, at a few hundred million
 * multiply-accumulates per second. Every operator of the registry is runnable, graphs inside nodes and local functions too;
 * shapes need not be known beforehand. Taps and transforms see the values of the outermost graph.
 */
export function createPlainBackend(registry: Registry<OpDef> = ops): FloatBackend & StepBackend {
  return {
    id: 'plain',
    description: 'plain TypeScript reference, one thread',
    prepare: async (model) => runnerFor(prepareGraph(model, registry)),
    prepareSteps: async (model, state) => stepRunnerOf(model, state, runnerFor(prepareGraph(model, registry))),
  };
}

function runnerFor(prepared: PreparedGraph): FloatRunner {
  let graph: PreparedGraph | undefined = prepared;
  return {
    canTransform: true,
    engines: new Map(prepared.model.graph.nodes.map((node) => [node.id, 'plain'] as const)),
    async run(feeds, options = {}) {
      if (!graph) throw disposedRunner();
      return runOutermost(graph, feeds, options);
    },
    dispose() {
      graph = undefined;
    },
  };
}

/** The values of one graph while it runs, and those of the graph around it, which it may read by name. */
interface Scope {
  readonly values: Map<TensorId, RuntimeValue>;
  readonly constants: ReadonlyMap<TensorId, Tensor>;
  readonly outer?: Scope | undefined;
}

function valueIn(scope: Scope | undefined, id: TensorId): RuntimeValue | undefined {
  for (let s = scope; s !== undefined; s = s.outer) {
    const found = s.values.get(id) ?? s.constants.get(id);
    if (found) return found;
  }
  return undefined;
}

type Transform = NonNullable<RunOptions['transform']>;

function runOutermost(
  prepared: PreparedGraph,
  feeds: ReadonlyMap<TensorId, Tensor>,
  { taps = [], transform }: RunOptions,
): ReadonlyMap<TensorId, Tensor> {
  const { graph } = prepared.model;
  for (const tap of taps) if (!graph.tensors.has(tap)) throw unknownValue(tap);
  const values = new Map<TensorId, RuntimeValue>();
  for (const input of graph.inputs) {
    const feed = feeds.get(input);
    if (!feed) throw missingFeed(input, [...feeds.keys()]);
    values.set(input, transform ? transform(input, feed) : feed);
  }
  const wanted = new Set<TensorId>([...graph.outputs, ...taps]);
  const scope = { values, constants: prepared.constants };
  runSteps(prepared, scope, wanted, transform);
  return new Map([...wanted].map((id) => [id, ownCopy(scope, id)]));
}

/** Runs the nodes in order; values that nothing reads any more and that are not wanted are given up. */
function runSteps(prepared: PreparedGraph, scope: Scope, wanted: ReadonlySet<TensorId>, transform?: Transform): void {
  for (const step of prepared.steps) {
    const { node, dead } = step;
    const outputs = runStep(step, scope);
    node.outputs.forEach((id, i) => {
      const output = outputs[i];
      if (id === '') return;
      if (!output) throw new BugError(`${node.op} gave no output ${i}.`, { node: node.id });
      scope.values.set(id, transform && isTensor(output) ? transform(id, output) : output);
    });
    for (const id of dead) if (!wanted.has(id)) scope.values.delete(id);
  }
}

function runStep(step: Step, scope: Scope): readonly (RuntimeValue | undefined)[] {
  const { node, does, bodies } = step;
  const inputs = node.inputs.map((id) => (id === '' ? undefined : valueIn(scope, id)));
  if (isGraph(does)) return runInner(does, inputs);
  try {
    const outputCount = node.outputs.length;
    if (!does.runValues) return does.run(tensorsOnly(node.op, inputs), outputCount);
    return does.runValues(inputs, outputCount, {
      runBody(body, given) {
        const inner = bodies.get(body);
        if (!inner) throw new BugError(`${node.op} asked for a graph it does not hold.`, { node: node.id });
        return runInner(inner, given, scope).map((value, i) => value ?? missingOutput(node, inner, i));
      },
    });
  } catch (thrown) {
    throw inNode(node, thrown);
  }
}

/** Runs a graph inside a node. Local functions read nothing from outside: no `outer`. */
function runInner(
  inner: PreparedGraph,
  inputs: readonly (RuntimeValue | undefined)[],
  outer?: Scope,
): readonly (RuntimeValue | undefined)[] {
  const { graph } = inner.model;
  const values = new Map<TensorId, RuntimeValue>();
  graph.inputs.forEach((id, i) => {
    const value = inputs[i];
    if (value) values.set(id, value);
  });
  const scope: Scope = { values, constants: inner.constants, outer };
  runSteps(inner, scope, new Set(graph.outputs));
  return graph.outputs.map((id) => valueIn(scope, id));
}

function missingOutput(node: Node, { model }: PreparedGraph, index: number): never {
  throw new BugError(`A graph in '${node.id}' did not compute '${model.graph.outputs[index]}'.`, { node: node.id });
}

/** The value, in memory of its own: operators that only reshape share memory with what they were given. */
function ownCopy(scope: Scope, id: TensorId): Tensor {
  const value = valueIn(scope, id);
  if (!value) throw new BugError(`Value '${id}' was not computed.`, { id });
  if (!isTensor(value)) throw notATensor(id);
  return { ...value, data: value.data.slice() };
}
