import { createPlainBackend, type FloatRunner, type NodeEngine } from '../../src/compute/index.ts';
import { bodiesOf, type Model, type Node, type NodeId } from '../../src/ir/index.ts';

/** A runner that also says which nodes had no fast kernel. */
export interface RunnerWithPlainNodes extends FloatRunner {
  /** Nodes without a fast kernel: they run on the plain reference. */
  readonly plainNodes: readonly Node[];
}

/** Whether values are anything but tensors, or graphs run inside nodes: such networks run on the plain backend as a whole. */
export const isPlainOnly = ({ graph }: Model): boolean =>
  graph.nodes.some(
    (node) => bodiesOf(node, graph).length > 0 || (node.domain === '' && /Sequence|^Optional/.test(node.op)),
  );

export async function plainRunner(model: Model): Promise<RunnerWithPlainNodes> {
  const runner = await createPlainBackend().prepare(model);
  return {
    canTransform: runner.canTransform,
    plainNodes: model.graph.nodes,
    engines: runner.engines,
    run: (feeds, options) => runner.run(feeds, options),
    dispose: () => runner.dispose(),
  };
}

/** Nodes by what runs them: `fast`, except those that have no kernel there. */
export function enginesOf(
  { graph }: Model,
  plainNodes: readonly Node[],
  fast: NodeEngine,
): ReadonlyMap<NodeId, NodeEngine> {
  const plain = new Set(plainNodes);
  return new Map(graph.nodes.map((node) => [node.id, plain.has(node) ? 'plain' : fast]));
}
