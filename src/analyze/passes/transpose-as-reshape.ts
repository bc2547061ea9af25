import { attributeOf, type Model, type Node, Rewrite, type TensorId } from '../../ir/index.ts';

/**
 * A Transpose that moves only axes of size 1 changes no element's place: it becomes a Reshape, which costs nothing and which
 * every runtime knows. Exporters from channels-last frameworks leave them behind global pools.
 */
export function transposesAsReshapes(model: Model): Model {
  const rewrite = new Rewrite(model);
  for (const node of model.graph.nodes) {
    const shape = node.op === 'Transpose' && node.domain === '' ? keptOrder(model, node) : undefined;
    if (!shape) continue;
    const data = BigInt64Array.from(shape, BigInt);
    const target: TensorId = rewrite.constant(`${node.outputs[0]}_shape`, {
      type: 'int64',
      shape: [shape.length],
      data,
    });
    const [input = ''] = node.inputs;
    rewrite.replace(node.id, { ...node, op: 'Reshape', inputs: [input, target], attributes: new Map() });
  }
  return rewrite.done();
}

/** Shape behind a Transpose whose axes longer than 1 stay in their order; `undefined` for others and unknown shapes. */
function keptOrder({ graph }: Model, node: Node): readonly number[] | undefined {
  const shape = graph.tensors.get(node.inputs[0] ?? '')?.shape;
  if (!shape?.every((size) => typeof size === 'number' && size > 0)) return undefined;
  const axes = attributeOf(node.attributes, 'perm', 'ints') ?? [...shape.keys()].reverse();
  const moving = axes.filter((axis) => shape[axis] !== 1);
  const inOrder = moving.every((axis, i) => i === 0 || axis > (moving[i - 1] as number));
  return inOrder ? axes.map((axis) => shape[axis] as number) : undefined;
}
