import type { ModelView, NodeView } from '../../../explore/index.ts';
import type { Dim, NodeId, TensorId } from '../../../ir/index.ts';

/** A box of the drawn graph: an input, an output, or a layer with what is fused into it. */
export interface DisplayNode {
  readonly id: string;
  readonly kind: 'input' | 'output' | 'layer';
  /** First line: the layer's name, or the value's. */
  readonly name: string;
  /** Second line: 'Conv 3×3 /2 + Relu'; '' for values. */
  readonly operator: string;
  readonly node?: NodeView;
}

export interface DisplayEdge {
  readonly from: string;
  readonly to: string;
  readonly tensor: TensorId;
  readonly shape?: readonly Dim[];
  /** At 8 bits. */
  readonly bytes?: number;
}

export interface DisplayGraph {
  readonly nodes: readonly DisplayNode[];
  readonly edges: readonly DisplayEdge[];
  /** Box that shows a node: itself, or the layer it is fused into. */
  readonly boxOf: ReadonlyMap<NodeId, string>;
}

const inputId = (tensor: TensorId): string => `in:${tensor}`;
const outputId = (tensor: TensorId): string => `out:${tensor}`;

/** What is drawn of a model: layers without constants and shape arithmetic, fused operators inside their layer. */
export function displayGraph(view: ModelView): DisplayGraph {
  const boxOf = new Map<NodeId, string>();
  for (const node of view.nodes) for (const fused of node.fused) boxOf.set(fused, node.id);
  const fed = new Set(view.edges.flatMap((edge) => (edge.to === undefined ? [] : [edge.to])));
  const layers = view.nodes.filter((node) => !boxOf.has(node.id) && fed.has(node.id));
  for (const node of layers) boxOf.set(node.id, node.id);
  const nodes: DisplayNode[] = [
    ...view.inputs.map((v) => ({ id: inputId(v.id), kind: 'input' as const, name: v.id, operator: '' })),
    ...layers.map((node) => ({
      id: node.id,
      kind: 'layer' as const,
      name: node.id,
      operator: operatorText(node, view),
      node,
    })),
    ...view.outputs.map((v) => ({ id: outputId(v.id), kind: 'output' as const, name: v.id, operator: '' })),
  ];
  const known = new Set(nodes.map((n) => n.id));
  const edges: DisplayEdge[] = [];
  const seen = new Set<string>();
  for (const edge of view.edges) {
    const from = edge.from === undefined ? inputId(edge.tensor) : boxOf.get(edge.from);
    const to = edge.to === undefined ? outputId(edge.tensor) : boxOf.get(edge.to);
    if (from === undefined || to === undefined || from === to || !known.has(from) || !known.has(to)) continue;
    const key = JSON.stringify([from, to, edge.tensor]);
    if (seen.has(key)) continue;
    seen.add(key);
    const { tensor, shape, bytes } = edge;
    edges.push({ from, to, tensor, ...(shape ? { shape } : {}), ...(bytes === undefined ? {} : { bytes }) });
  }
  return { nodes, edges, boxOf };
}

/** 'Conv 3×3 /2 + Relu': operator, window, stride, what is fused. */
export function operatorText(node: NodeView, view: ModelView): string {
  const attribute = (name: string): string | undefined => node.attributes.find((a) => a.name === name)?.text;
  const numbers = (text: string | undefined): number[] => (text?.match(/-?\d+/g) ?? []).map(Number);
  const kernel = numbers(attribute('kernel_shape'));
  const constants = node.constants[0]?.shape;
  const window = kernel.length > 0 ? kernel : /^Conv/.test(node.op) && constants ? constants.slice(2) : [];
  const stride = numbers(attribute('strides')).find((s) => s > 1);
  const groups = Number(attribute('group') ?? 1);
  const fused = node.fused.flatMap((id) => view.nodes.find((n) => n.id === id)?.op ?? []);
  const name = groups > 1 && groups === node.inputs[0]?.shape?.[1] ? node.op.replace('Conv', 'Depthwise') : node.op;
  return [
    name,
    window.length > 0 ? ` ${window.join('×')}` : '',
    stride ? ` /${stride}` : '',
    ...[...new Set(fused)].map((op) => ` + ${op}`),
  ].join('');
}
