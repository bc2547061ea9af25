/** The order of nodes: every value is produced before it is used. */
import { capturedBy, type Node, type TensorId } from '../ir/index.ts';
import { cycle } from './errors.ts';

/**
 * The nodes in an order in which each follows those it reads from; nodes already in order stay where they are.
 * Values that no node writes (inputs, constants, values of an outer graph) are taken as given. Throws `onnx/cycle`.
 */
export function inOrder(nodes: readonly Node[], file: string): { nodes: readonly Node[]; moved: boolean } {
  const producer = new Map<TensorId, number>();
  nodes.forEach((node, i) => {
    for (const output of node.outputs) if (output !== '') producer.set(output, i);
  });
  const sources = nodes.map((node) => sourcesOf(node, producer));
  if (sources.every((from, i) => from.every((j) => j < i))) return { nodes, moved: false };
  return { nodes: sourcesFirst(sources, nodes, file).map((i) => nodes[i] as Node), moved: true };
}

/** Positions of the nodes this one reads from; some may be listed twice. */
function sourcesOf(node: Node, producer: ReadonlyMap<TensorId, number>): number[] {
  const from: number[] = [];
  const read = (id: TensorId): void => {
    const i = producer.get(id);
    if (i !== undefined) from.push(i);
  };
  node.inputs.forEach(read);
  for (const id of capturedBy(node)) read(id);
  return from;
}

/** Depth-first with an explicit stack: a chain of a million nodes must not overflow the call stack. */
function sourcesFirst(sources: readonly (readonly number[])[], nodes: readonly Node[], file: string): number[] {
  const order: number[] = [];
  const state = new Uint8Array(sources.length); // 0 untouched, 1 on the path, 2 placed
  for (let root = 0; root < sources.length; root++) {
    if (state[root] !== 0) continue;
    const path: { node: number; next: number }[] = [{ node: root, next: 0 }];
    state[root] = 1;
    for (let top = path[0]; top; top = path[path.length - 1]) {
      const source = sources[top.node]?.[top.next++];
      if (source === undefined) {
        state[top.node] = 2;
        order.push(top.node);
        path.pop();
      } else if (state[source] === 1) {
        const loop = path.slice(path.findIndex((p) => p.node === source)).map((p) => p.node);
        throw cycle(
          file,
          [source, ...loop.slice(1).reverse(), source].slice(0, 12).map((i) => (nodes[i] as Node).id),
        );
      } else if (state[source] === 0) {
        state[source] = 1;
        path.push({ node: source, next: 0 });
      }
    }
  }
  return order;
}
