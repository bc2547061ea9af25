/** FunctionProto: operators that a model defines itself, as graphs of other operators. */
import { displayName } from '../base/index.ts';
import { type FunctionDef, functionKey, type Model } from '../ir/index.ts';
import { type Assembly, say } from './assembly.ts';
import { readAttributes } from './attributes.ts';
import { duplicateFunction, duplicateValue, functionTooLarge, recursiveFunction } from './errors.ts';
import type { FunctionProto, ValueInfoProto } from './proto.ts';
import { assemble, domainOf, operatorOf } from './read-graph.ts';

/** Most nodes a function may stand for, with those of the functions it calls: calls of calls can multiply without bound. */
const MAX_NODES = 1_000_000;
/** Functions that call functions: as deep as messages may be nested. */
const MAX_DEPTH = 100;

/**
 * Reads every function into `table`, which the assembly and so every graph shares already. `opsetsOf` gives the operator sets
 * a function imports. Throws where two have one key, or where they call each other in a circle.
 */
export function readFunctions(
  protos: readonly FunctionProto[],
  table: Map<string, FunctionDef>,
  a: Assembly,
  opsetsOf: (proto: FunctionProto) => ReadonlyMap<string, number>,
): void {
  for (const proto of protos) {
    const domain = domainOf(proto.domain);
    const name = operatorOf(proto.name, proto.overload);
    const key = functionKey({ domain, op: name });
    if (table.has(key)) throw duplicateFunction(a.files.file, key);
    if (proto.overload !== '') {
      const message = `Function '${displayName(proto.name)}' has an overload '${displayName(proto.overload)}', which becomes part of its name.`;
      say(a, 'onnx/function-overload', 'info', message);
    }
    table.set(key, readFunction(proto, domain, name, { ...a, inside: key, opsets: opsetsOf(proto) }));
  }
  checkCalls(table, a.files.file);
}

function readFunction(proto: FunctionProto, domain: string, name: string, a: Assembly): FunctionDef {
  const known = new Map(proto.values.map((value) => [value.name, value]));
  const info = (id: string): ValueInfoProto =>
    known.get(id) ?? { name: id, kind: 'none', elementType: 0, dims: undefined };
  // Inputs are told by their place: one that would be dropped or merged moves the others.
  const twice = proto.inputs.find((id, i) => id === '' || proto.inputs.indexOf(id) !== i);
  if (twice !== undefined)
    throw duplicateValue(a.files.file, twice, `an input of function '${displayName(a.inside ?? name)}'`);
  const body = assemble(
    {
      name: proto.name,
      nodes: proto.nodes,
      initializers: [],
      sparse: [],
      inputs: proto.inputs.map(info),
      outputs: proto.outputs.map(info),
      values: proto.values,
    },
    a,
  );
  const defaults = readAttributes(proto.defaults, name, a, () => false);
  return {
    domain,
    name,
    inputs: body.graph.inputs,
    outputs: body.graph.outputs,
    attributes: proto.attributes,
    defaults,
    body,
  };
}

/** Throws where functions call each other in a circle, or stand for more nodes than can be meant. */
function checkCalls(table: ReadonlyMap<string, FunctionDef>, file: string): void {
  const sizes = new Map<string, number>();
  const calls = new Map([...table].map(([key, def]) => [key, countOps(def.body, table)]));
  for (const root of table.keys()) {
    const path: { key: string; rest: string[] }[] = [];
    const enter = (key: string): void => {
      if (sizes.has(key)) return;
      const start = path.findIndex((p) => p.key === key);
      if (start >= 0) throw recursiveFunction(file, [...path.slice(start).map((p) => p.key), key].slice(0, 12));
      if (path.length >= MAX_DEPTH) throw functionTooLarge(file, root, `is more than ${MAX_DEPTH} calls deep`);
      path.push({ key, rest: [...(calls.get(key)?.called.keys() ?? [])] });
    };
    enter(root);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const next = top.rest.pop();
      if (next !== undefined) {
        enter(next);
        continue;
      }
      const { nodes, called } = calls.get(top.key) as Calls;
      let size = nodes;
      for (const [key, times] of called) size += times * (sizes.get(key) ?? 0);
      if (size > MAX_NODES) throw functionTooLarge(file, top.key, `stands for more than ${MAX_NODES} nodes`);
      sizes.set(top.key, size);
      path.pop();
    }
  }
}

interface Calls {
  nodes: number;
  /** Key of a function → how often it is called. */
  readonly called: Map<string, number>;
}

function countOps(model: Model, table: ReadonlyMap<string, FunctionDef>): Calls {
  const count: Calls = { nodes: 0, called: new Map() };
  const visit = ({ graph }: Model): void => {
    for (const node of graph.nodes) {
      count.nodes++;
      const key = functionKey(node);
      if (table.has(key)) count.called.set(key, (count.called.get(key) ?? 0) + 1);
      for (const attribute of node.attributes.values()) {
        if (attribute.kind === 'graph') visit(attribute.value);
        else if (attribute.kind === 'graphs') attribute.value.forEach(visit);
      }
    }
  };
  visit(model);
  return count;
}
