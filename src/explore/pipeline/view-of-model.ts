import { layerCosts, memoryTimeline, openSymbols, operatorName, shapedBodies, totals } from '../../analyze/index.ts';
import { type Imported, importers } from '../../importers/index.ts';
import {
  type Attribute,
  capturedBy,
  type Diagnostic,
  type Dim,
  elementCount,
  functionOf,
  isKnown,
  type Model,
  type ModelReference,
  type Node,
  type NodeId,
  producersOf,
  type TensorId,
} from '../../ir/index.ts';

import { opIdOf, ops } from '../../ops/index.ts';
import { describeChange, type ModelChange } from '../changes.ts';
import type { BodyView, EdgeView, ModelView, NodeView, ValueView } from '../model-view.ts';
import { operatorLabel } from './operator-label.ts';

interface Opened {
  readonly reference: ModelReference;
  readonly asRead: Model;
  readonly prepared: Model;
  readonly layers: readonly NodeId[];
  readonly read: Imported;
  readonly changes: readonly ModelChange[];
  readonly fused: ReadonlyMap<NodeId, NodeId>;
  readonly diagnostics: readonly Diagnostic[];
  /** The networks whose dimensions had names in place of sizes: as read, and as changed before the names got sizes. */
  readonly named: readonly Model[];
}

/** Nodes of nested graphs that a view holds, in all. */
const MOST_NESTED_NODES = 20_000;
/** Longest list an attribute's text shows. */
const MOST_ITEMS = 12;

/** Tables of numbers and names of a model, for the page: no weights in it. Nodes are those of the file. */
export function modelView(opened: Opened): ModelView {
  const { reference, asRead, prepared, layers, read, changes, fused, diagnostics, named } = opened;
  const { graph } = asRead;
  const costs = layerCosts(asRead);
  const memory = memoryTimeline(prepared, 1);
  const fusedNodes = new Map<NodeId, NodeId[]>();
  for (const [node, layer] of fused) fusedNodes.set(layer, [...(fusedNodes.get(layer) ?? []), node]);
  const open = new Set(openSymbols(asRead));
  const operators = new Map(graph.nodes.map((node) => [node.id, node.op]));
  const budget = { nodes: MOST_NESTED_NODES };
  return {
    reference,
    format: {
      id: read.format,
      name: importers.get(read.format).name,
      ...(read.quantized ? { quantized: read.quantized } : {}),
    },
    weightless: read.weightless,
    bytesRead: read.bytesRead,
    changes: changes.map(describeChange),
    opset: read.opset,
    producer: read.producer,
    inputs: graph.inputs.map((id) => valueView(asRead, id)),
    outputs: graph.outputs.map((id) => valueView(asRead, id)),
    symbols: [...new Set(named.flatMap(openSymbols))].map((name) =>
      open.has(name) ? { name } : { name, ...sizeOf(name, named, asRead) },
    ),
    nodes: graph.nodes.map((node) => nodeView(asRead, node, fusedNodes.get(node.id) ?? [], operators, budget)),
    edges: edgesOf(asRead),
    costs,
    totals: totals(asRead, costs),
    ...operatorTables(asRead),
    quantizable: layers,
    ...(memory ? { memory } : {}),
    diagnostics: [...diagnostics],
  };
}

/** What a named dimension became: read off an input that has it. */
function sizeOf(name: string, named: readonly Model[], after: Model): { readonly size?: number } {
  for (const { graph } of named)
    for (const id of graph.inputs) {
      const axis = graph.tensors.get(id)?.shape?.indexOf(name) ?? -1;
      const size = axis < 0 ? undefined : after.graph.tensors.get(id)?.shape?.[axis];
      if (typeof size === 'number') return { size };
    }
  return {};
}

function valueView({ graph }: Model, id: TensorId): ValueView {
  const info = graph.tensors.get(id);
  return { id, ...(info?.type ? { type: info.type } : {}), ...(info?.shape ? { shape: info.shape } : {}) };
}

const isConstant = ({ graph }: Model, id: TensorId): boolean => graph.tensors.get(id)?.weight !== undefined;

function nodeView(
  model: Model,
  node: Node,
  fused: readonly NodeId[],
  operators: ReadonlyMap<NodeId, string>,
  budget: { nodes: number },
): NodeView {
  const given = node.inputs.filter((id) => id !== '');
  const view = {
    id: node.id,
    op: node.op,
    domain: node.domain,
    fused,
    inputs: given.filter((id) => !isConstant(model, id)).map((id) => valueView(model, id)),
    outputs: node.outputs.filter((id) => id !== '').map((id) => valueView(model, id)),
    attributes: [...node.attributes].map(([name, attribute]) => ({ name, text: attributeText(attribute) })),
    constants: given.filter((id) => isConstant(model, id)).map((id) => valueView(model, id)),
  };
  const fusedOperators = fused.map((id) => operators.get(id) ?? id);
  const bodies = bodyViews(model, node, budget);
  return { ...view, label: operatorLabel(view, fusedOperators), ...(bodies.length > 0 ? { bodies } : {}) };
}

/** Views of the graphs inside a node, as long as the budget lasts: a function called a hundred times is a hundred graphs. */
function bodyViews(model: Model, node: Node, budget: { nodes: number }): BodyView[] {
  return shapedBodies(model, node).flatMap(({ name, model: body, costs }) => {
    const { graph } = body;
    if (graph.nodes.length > budget.nodes) return [];
    budget.nodes -= graph.nodes.length;
    const operators = new Map(graph.nodes.map((n) => [n.id, n.op]));
    return {
      name,
      inputs: graph.inputs.map((id) => valueView(body, id)),
      outputs: graph.outputs.map((id) => valueView(body, id)),
      nodes: graph.nodes.map((n) => nodeView(body, n, [], operators, budget)),
      edges: edgesOf(body),
      costs,
    };
  });
}

function attributeText(attribute: Attribute): string {
  switch (attribute.kind) {
    case 'int':
    case 'float':
    case 'string':
      return String(attribute.value);
    case 'ints':
    case 'floats':
    case 'strings': {
      const shown = attribute.value.slice(0, MOST_ITEMS).join(', ');
      return attribute.value.length > MOST_ITEMS ? `${shown}, … (${attribute.value.length})` : shown;
    }
    case 'tensor':
      return `${attribute.value.type} [${attribute.value.shape.join(', ')}]`;
    case 'tensors':
      return `${attribute.value.length} tensors`;
    case 'graph':
      return `graph of ${attribute.value.graph.nodes.length} nodes`;
    case 'graphs':
      return `${attribute.value.length} graphs`;
    case 'reference':
      return `the caller's ${attribute.value}`;
    case 'opaque':
      return attribute.name;
  }
}

/** One edge per reader of a run-time value; graph inputs come from nowhere, outputs go nowhere. */
function edgesOf(model: Model): EdgeView[] {
  const { graph } = model;
  const producers = producersOf(graph);
  const edge = (tensor: TensorId, to?: NodeId): EdgeView => {
    const from = producers.get(tensor)?.id;
    const shape: readonly Dim[] | undefined = graph.tensors.get(tensor)?.shape;
    return {
      tensor,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(shape ? { shape } : {}),
      ...(isKnown(shape) ? { bytes: elementCount(shape) } : {}),
    };
  };
  const read = graph.nodes.flatMap((node) =>
    [...node.inputs, ...capturedBy(node)]
      .filter((id) => id !== '' && !isConstant(model, id))
      .map((id) => edge(id, node.id)),
  );
  return [...read, ...graph.outputs.map((id) => edge(id))];
}

function operatorTables({ graph }: Model): Pick<ModelView, 'operators' | 'unsupported'> {
  const nodes = new Map<string, NodeId[]>();
  const supported = new Map<string, boolean>();
  for (const node of graph.nodes) {
    const op = operatorName(node);
    const list = nodes.get(op);
    if (list) list.push(node.id);
    else {
      nodes.set(op, [node.id]);
      supported.set(op, functionOf(node, graph) !== undefined || ops.tryGet(opIdOf(node)) !== undefined);
    }
  }
  const operators = [...nodes].map(([op, list]) => ({ op, count: list.length, supported: supported.get(op) ?? false }));
  return {
    operators: operators.sort((a, b) => b.count - a.count || (a.op < b.op ? -1 : 1)),
    unsupported: [...nodes].flatMap(([op, list]) =>
      supported.get(op) ? [] : [{ op, count: list.length, nodes: list }],
    ),
  };
}
