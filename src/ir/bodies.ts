import type { Attribute, Attributes, FunctionDef, Graph, Model, Node, TensorId } from './graph.ts';

/** A graph inside a node: an If branch, the body of a Loop or Scan, or the body of the local function it calls. */
export interface Body {
  /** Name of the attribute that holds it ('then_branch', 'body'), or 'function'. */
  readonly name: string;
  readonly model: Model;
}

/** The key of a local function in `Graph.functions`. */
export const functionKey = ({ domain, op }: Pick<Node, 'domain' | 'op'>): string => `${domain}::${op}`;

/** The local function a node calls; a standard operator of the same name is hidden by it. */
export const functionOf = (node: Node, graph: Graph): FunctionDef | undefined =>
  graph.functions?.get(functionKey(node));

const instances = new WeakMap<Node, { readonly of: FunctionDef; readonly model: Model }>();

/**
 * The body of a local function as this node calls it: references to attributes are replaced by the node's own or the
 * defaults, and left out where neither gives one. Inputs and outputs keep the function's names; an input that the node leaves
 * out stays an input that nothing feeds. Made once per node.
 */
export function instantiate(def: FunctionDef, node: Node): Model {
  const known = instances.get(node);
  if (known?.of === def) return known.model;
  const given = new Map([...def.defaults, ...node.attributes]);
  const model = substitute(def.body, given);
  instances.set(node, { of: def, model });
  return model;
}

function substitute(model: Model, given: Attributes): Model {
  const nodes = model.graph.nodes.map((node) => {
    const attributes = new Map<string, Attribute>();
    for (const [name, attribute] of node.attributes) {
      const value = substituted(attribute, given);
      if (value) attributes.set(name, value);
    }
    return { ...node, attributes };
  });
  return { ...model, graph: { ...model.graph, nodes } };
}

function substituted(attribute: Attribute, given: Attributes): Attribute | undefined {
  switch (attribute.kind) {
    case 'reference':
      return given.get(attribute.value);
    case 'graph':
      return { kind: 'graph', value: substitute(attribute.value, given) };
    case 'graphs':
      return { kind: 'graphs', value: attribute.value.map((body) => substitute(body, given)) };
    default:
      return attribute;
  }
}

/** Every graph inside a node, in the order of its attributes. */
export function bodiesOf(node: Node, graph: Graph): readonly Body[] {
  const bodies: Body[] = [];
  for (const [name, attribute] of node.attributes) {
    if (attribute.kind === 'graph') bodies.push({ name, model: attribute.value });
    else if (attribute.kind === 'graphs')
      attribute.value.forEach((model, i) => {
        bodies.push({ name: `${name}[${i}]`, model });
      });
  }
  const called = functionOf(node, graph);
  if (called) bodies.push({ name: 'function', model: instantiate(called, node) });
  return bodies;
}

/**
 * Values of the surrounding graph that the bodies of a node (If branches, Loop and Scan bodies) read by name. They are
 * inputs of the node in all but form: whoever removes or renames values must look at these as well as at `node.inputs`.
 * Local functions read nothing from outside.
 */
export function capturedBy(node: Node): readonly TensorId[] {
  const captured = new Set<TensorId>();
  for (const attribute of node.attributes.values()) {
    if (attribute.kind === 'graph') outerReads(attribute.value, captured);
    else if (attribute.kind === 'graphs') for (const body of attribute.value) outerReads(body, captured);
  }
  return [...captured];
}

function outerReads({ graph }: Model, captured: Set<TensorId>): void {
  const own = new Set<TensorId>(graph.inputs);
  for (const info of graph.tensors.values()) if (info.weight !== undefined) own.add(info.id);
  for (const node of graph.nodes) for (const output of node.outputs) own.add(output);
  const read = (id: TensorId): void => {
    if (id !== '' && !own.has(id)) captured.add(id);
  };
  for (const node of graph.nodes) {
    node.inputs.forEach(read);
    capturedBy(node).forEach(read);
  }
  graph.outputs.forEach(read);
}
