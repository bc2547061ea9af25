import { UserError } from '../base/index.ts';
import { functionKey, type Graph, instantiate, type Model, mapBodies, type Node } from '../ir/index.ts';
import type { BodyInferrer, Value } from '../ops/index.ts';
import { type Findings, inferGraph } from './infer-shapes.ts';
import { calledFunction } from './operator-of.ts';
import type { Values } from './values.ts';

/** Told what a body was inferred with; of several times the last holds for every run. */
export type Recorder = (node: Node, body: Model, inside: Values) => void;

/** How an operator with graphs inside (If, Loop, Scan) gets them inferred: with the values around the node behind theirs. */
export function bodyInferrer(
  node: Node,
  inputs: readonly (Value | undefined)[],
  values: Values,
  findings: Findings,
): BodyInferrer {
  // Which branch runs is not known: one that cannot work with these shapes is not meant for them.
  const mayFail = node.op === 'If' && inputs[0]?.constant === undefined;
  return {
    inferBody(body, given) {
      if (!isAffordable(body, findings)) return body.graph.outputs.map(() => ({}));
      try {
        const inside = inferGraph(body, values, findings, given);
        findings.record?.(node, body, inside);
        return body.graph.outputs.map((id) => inside.get(id) ?? {});
      } catch (error) {
        if (!mayFail || !(error instanceof UserError)) throw error;
        const message = `A branch of '${node.id}' cannot work here, and shapes behind it may be unknown: ${error.message}`;
        findings.said.set(message, { code: 'analyze/impossible-branch', severity: 'info', node: node.id, message });
        return body.graph.outputs.map(() => ({}));
      }
    },
  };
}

function isAffordable(body: Model, { budget }: Findings): boolean {
  budget.nodes -= body.graph.nodes.length;
  return budget.nodes >= 0;
}

const calledBodies = new WeakMap<Node, { readonly of: Graph['functions']; readonly body: Model }>();

/**
 * The body of the local function a node calls, as this call has it: attributes filled in, inputs that the call leaves out absent
 * where its nodes read them. `undefined` for nodes that call none, and for functions that call themselves or hold more than
 * 200,000 nodes when all their calls are written out: such a call is an operator that is not known.
 */
export function bodyOfCall(node: Node, graph: Graph): Model | undefined {
  const called = calledFunction(node, graph);
  if (!called || writtenOut(functionKey(node), graph.functions ?? new Map()) > MOST_NODES) return undefined;
  const known = calledBodies.get(node);
  if (known && known.of === graph.functions) return known.body;
  const made = instantiate(called, node);
  const absent = new Set(made.graph.inputs.filter((_, i) => (node.inputs[i] ?? '') === ''));
  const nodes = made.graph.nodes.map((inner) =>
    inner.inputs.some((id) => absent.has(id))
      ? { ...inner, inputs: inner.inputs.map((id) => (absent.has(id) ? '' : id)) }
      : inner,
  );
  const body = absent.size === 0 ? made : { ...made, graph: { ...made.graph, nodes } };
  calledBodies.set(node, { of: graph.functions, body });
  return body;
}

/** Outputs of a call of a local function: its body, inferred with what this call gives it. */
export function callResults(
  node: Node,
  graph: Graph,
  inputs: readonly (Value | undefined)[],
  findings: Findings,
): readonly Value[] {
  const body = bodyOfCall(node, graph);
  if (!body || !isAffordable(body, findings)) return [];
  const inside = inferGraph(body, undefined, findings, inputs);
  findings.record?.(node, body, inside);
  return body.graph.outputs.map((id) => inside.get(id) ?? {});
}

const MOST_NODES = 200_000;
const sizes = new WeakMap<object, Map<string, number>>();

/** Nodes of a local function with all calls in it written out; infinite where it calls itself. */
function writtenOut(key: string, functions: NonNullable<Graph['functions']>): number {
  const known = sizes.get(functions) ?? new Map<string, number>();
  sizes.set(functions, known);
  const found = known.get(key);
  if (found !== undefined) return found;
  // Met again while it is being counted, it calls itself.
  known.set(key, Number.POSITIVE_INFINITY);
  const def = functions.get(key);
  const size = def ? nodesIn(def.body, functions) : 0;
  known.set(key, size);
  return size;
}

function nodesIn({ graph }: Model, functions: NonNullable<Graph['functions']>): number {
  let count = graph.nodes.length;
  for (const node of graph.nodes) {
    if (functions.has(functionKey(node))) count += writtenOut(functionKey(node), functions);
    mapBodies(node, (body) => {
      count += nodesIn(body, functions);
      return body;
    });
  }
  return count;
}
