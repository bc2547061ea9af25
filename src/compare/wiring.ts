import { capturedBy, type Graph, type Node, type TensorId } from '../ir/index.ts';

/** Where an operand of a node comes from. Nodes are numbered as in the graph. */
export type Source =
  | { readonly from: 'node'; readonly node: number; readonly output: number }
  | { readonly from: 'input'; readonly input: number; readonly id: TensorId }
  | { readonly from: 'constant'; readonly id: TensorId }
  | { readonly from: 'nothing' };

/** One reader of a node's results. */
export interface Reader {
  readonly node: number;
  /** Which of the reader's operands. */
  readonly port: number;
}

/** The edges of a graph, by node number. */
export interface Wiring {
  /** Operands: the inputs in order, then the values that bodies capture. */
  readonly sources: readonly (readonly Source[])[];
  /** Readers of any of a node's results, in graph order. */
  readonly readers: readonly (readonly Reader[])[];
  /** Numbers of the graph outputs that a node writes. */
  readonly outputs: readonly (readonly number[])[];
  /** As `sources` and `readers`, but past layers that one model may have and the other not: rounding to codes and back, Identity, BatchNormalization. */
  readonly near: {
    readonly producers: readonly (readonly Reader[])[];
    readonly readers: readonly (readonly Reader[])[];
  };
}

const HANDING_ON: ReadonlySet<string> = new Set(['Identity', 'Dropout', 'QuantizeLinear', 'DequantizeLinear', 'Quant']);

/** Whether a node gives what it is given, up to rounding. */
export const handsOn = ({ op }: Node): boolean => HANDING_ON.has(op);

/** Whether what lies before and behind a node are neighbours: it hands on, or is one of those that exporters fold away. */
const isTransparent = (node: Node): boolean => handsOn(node) || node.op === 'BatchNormalization';

/** Everything a node reads: its inputs in order ('' where absent), then what its bodies capture. */
export const operandsOf = (node: Node): readonly TensorId[] => [...node.inputs, ...capturedBy(node)];

export function wiringOf(graph: Graph): Wiring {
  const written = new Map<TensorId, Source>();
  graph.inputs.forEach((id, input) => {
    written.set(id, { from: 'input', input, id });
  });
  graph.nodes.forEach((node, index) => {
    node.outputs.forEach((id, output) => {
      if (id !== '') written.set(id, { from: 'node', node: index, output });
    });
  });
  const sources = graph.nodes.map((node) => operandsOf(node).map((id) => sourceOf(id, graph, written)));
  const readers = graph.nodes.map((): Reader[] => []);
  sources.forEach((operands, node) => {
    operands.forEach((source, port) => {
      if (source.from === 'node') readers[source.node]?.push({ node, port });
    });
  });
  const outputs = graph.nodes.map((): number[] => []);
  graph.outputs.forEach((id, output) => {
    const source = written.get(id);
    if (source?.from === 'node') outputs[source.node]?.push(output);
  });
  return { sources, readers, outputs, near: nearOf(graph, sources) };
}

function sourceOf(id: TensorId, graph: Graph, written: ReadonlyMap<TensorId, Source>): Source {
  if (id === '') return { from: 'nothing' };
  const source = written.get(id);
  if (source) return source;
  return graph.tensors.get(id)?.weight === undefined ? { from: 'nothing' } : { from: 'constant', id };
}

function nearOf(graph: Graph, sources: Wiring['sources']): Wiring['near'] {
  const producers = graph.nodes.map((): Reader[] => []);
  const readers = graph.nodes.map((): Reader[] => []);
  // In graph order, so what a transparent node hands on is known when it is read.
  const handedOn = graph.nodes.map((): number | undefined => undefined);
  graph.nodes.forEach((node, index) => {
    (sources[index] ?? []).forEach((source, port) => {
      if (source.from !== 'node') return;
      const producer = handedOn[source.node] ?? source.node;
      producers[index]?.push({ node: producer, port });
      readers[producer]?.push({ node: index, port });
    });
    const [first] = sources[index] ?? [];
    if (isTransparent(node) && first?.from === 'node') handedOn[index] = handedOn[first.node] ?? first.node;
  });
  return { producers, readers };
}
