import { BugError } from '../base/index.ts';
import type { Model } from './graph.ts';

/**
 * What a legal model is. Passes call this at their end in tests; readers call it once on what they made.
 * Returns the faults found, as sentences; none for a legal model.
 */
export function graphFaults({ graph, weights }: Model): string[] {
  const faults: string[] = [];
  const written = new Set<string>();
  for (const [key, info] of graph.tensors) {
    if (key !== info.id) faults.push(`tensor '${info.id}' is listed under '${key}'`);
    if (info.weight !== undefined && !weights.has(info.weight))
      faults.push(`constant '${info.id}' has no stored weight '${info.weight}'`);
    if (info.weight !== undefined) written.add(info.id);
  }
  for (const id of graph.inputs) {
    if (!graph.tensors.has(id)) faults.push(`input '${id}' is not in the tensor table`);
    if (written.has(id)) faults.push(`'${id}' is both an input and a constant`);
    written.add(id);
  }
  const ids = new Set<string>();
  for (const node of graph.nodes) {
    if (ids.has(node.id)) faults.push(`two nodes are called '${node.id}'`);
    ids.add(node.id);
    for (const input of node.inputs) {
      if (input !== '' && !written.has(input)) faults.push(`node '${node.id}' reads '${input}' before it is written`);
    }
    for (const output of node.outputs) {
      if (output === '') continue;
      if (written.has(output)) faults.push(`'${output}' is written twice, the second time by node '${node.id}'`);
      if (!graph.tensors.has(output)) faults.push(`output '${output}' of node '${node.id}' is not in the tensor table`);
      written.add(output);
    }
  }
  for (const id of graph.outputs) if (!written.has(id)) faults.push(`output '${id}' is never written`);
  return faults;
}

/** Throws on the first fault: a pass that made an illegal graph is broken. */
export function verifyGraph(model: Model): Model {
  const [first] = graphFaults(model);
  if (first !== undefined) throw new BugError(`Illegal graph: ${first}.`);
  return model;
}
