import {
  attributeOf,
  type Graph,
  type Model,
  mapBodies,
  type Node,
  numbersOf,
  Rewrite,
  type TensorId,
} from '../../ir/index.ts';
import { bodyOfCall } from '../infer-bodies.ts';
import { inferValues } from '../infer-shapes.ts';
import { calledFunction } from '../operator-of.ts';
import { lookAt } from './look.ts';
import type { PassContext } from './pass.ts';
import { spliced } from './splice.ts';

/** Graphs inside nodes, one in the other, that are written out; deeper ones stay. */
const DEEPEST = 64;

/** Replaces an If whose condition is constant by the branch it takes. */
export function inlineBranches(model: Model, _ctx: PassContext): Model {
  let current = model;
  for (let depth = 0; depth < DEEPEST; depth++) {
    const after = inlineOnce(current);
    if (after === current) break;
    current = after;
  }
  return current;
}

function inlineOnce(model: Model): Model {
  const { graph } = model;
  if (!graph.nodes.some(isIf)) return model;
  const values = inferValues(model, { warn() {} });
  const rewrite = new Rewrite(model);
  for (const node of graph.nodes) {
    if (!isIf(node)) continue;
    const id = node.inputs[0] ?? '';
    const condition = lookAt(model).constant(id) ?? values.get(id)?.constant;
    if (!condition) continue;
    const name = numbersOf(condition)[0] === 0 ? 'else_branch' : 'then_branch';
    const branch = attributeOf(node.attributes, name, 'graph');
    if (branch) rewrite.replace(node.id, ...spliced(rewrite, node, branch, new Map()));
  }
  return rewrite.done();
}

const isIf = (node: Node): boolean => node.op === 'If' && node.domain === '';

/** Replaces calls of local functions by the nodes of the functions, where both mean the same operators by a name. */
export function inlineFunctions(model: Model, _ctx: PassContext): Model {
  if (!model.graph.functions) return model;
  let current = model;
  for (let depth = 0; depth < DEEPEST; depth++) {
    const after = inlineCalls(current);
    if (after === current) break;
    current = after;
  }
  return withoutUnusedFunctions(current);
}

function inlineCalls(model: Model): Model {
  const rewrite = new Rewrite(model);
  for (const node of model.graph.nodes) {
    const body = bodyOfCall(node, model.graph);
    if (!body || !haveSameOpsets(body.graph, model.graph)) continue;
    const given = new Map<TensorId, TensorId>(body.graph.inputs.map((id, i) => [id, node.inputs[i] ?? '']));
    rewrite.replace(node.id, ...spliced(rewrite, node, body, given));
  }
  return rewrite.done();
}

function haveSameOpsets(inner: Graph, outer: Graph): boolean {
  for (const domain of new Set(inner.nodes.map((node) => node.domain)))
    if (inner.opsets.get(domain) !== outer.opsets.get(domain)) return false;
  return true;
}

/** Without the table of functions where nothing calls one any more. */
function withoutUnusedFunctions(model: Model): Model {
  const { functions, ...graph } = model.graph;
  return functions && !callsAny(model.graph, functions) ? { ...model, graph } : model;
}

function callsAny(graph: Graph, functions: NonNullable<Graph['functions']>): boolean {
  let found = false;
  for (const node of graph.nodes) {
    found ||= calledFunction(node, { ...graph, functions }) !== undefined;
    mapBodies(node, (body) => {
      found ||= callsAny(body.graph, functions);
      return body;
    });
  }
  return found;
}
