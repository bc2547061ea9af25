import {
  elementCount,
  isKnown,
  type Model,
  type Node,
  Rewrite,
  type StageContext,
  type Tensor,
  type TensorId,
} from '../../ir/index.ts';
import { isConstantNode } from '../constant-values.ts';
import { inferValues } from '../infer-shapes.ts';
import { bindNode } from '../operator-of.ts';
import { becomeConstant, constantOperand } from './constant-operand.ts';

/** Results of more elements than this stay computed: 256 Mi floats are a gibibyte. */
const MOST_ELEMENTS = 2 ** 28;

/** Quantized weights stay as they are stored; `dequantize` is the pass that turns them into floats. */
const KEPT: ReadonlySet<string> = new Set(['DequantizeLinear', 'QuantizeLinear']);

/**
 * Replaces everything that does not depend on run-time values by constants: Constant and ConstantOfShape nodes, layers
 * of constants (a Reshape of an initializer), arithmetic on shapes that are known. Values keep their names.
 */
export function foldConstants(model: Model, ctx: Pick<StageContext, 'warn'>): Model {
  const { graph } = model;
  const values = inferValues(model, ctx);
  const rewrite = new Rewrite(model);
  const folded = new Map<TensorId, Tensor>();
  const constant = new Set<TensorId>();
  for (const [id, info] of graph.tensors) if (info.weight !== undefined) constant.add(id);
  for (const node of graph.nodes) {
    if (KEPT.has(node.op)) continue;
    const outputs = node.outputs.filter((id) => id !== '');
    let tensors: readonly (Tensor | undefined)[] = outputs.map((id) => values.get(id)?.constant);
    if (!tensors.every((t) => t !== undefined)) {
      const isSmall = outputs.every((id) => {
        const shape = values.get(id)?.shape;
        return isKnown(shape) && elementCount(shape) <= MOST_ELEMENTS;
      });
      if (!isSmall || !isConstantNode(node, graph, constant)) continue;
      tensors = compute(node, model, folded);
    }
    if (outputs.length === 0 || tensors.length < outputs.length || tensors.includes(undefined)) continue;
    outputs.forEach((id, i) => {
      const tensor = tensors[i] as Tensor;
      folded.set(id, tensor);
      constant.add(id);
      becomeConstant(rewrite, id, tensor);
    });
    rewrite.replace(node.id);
  }
  return rewrite.done();
}

function compute(node: Node, model: Model, folded: ReadonlyMap<TensorId, Tensor>): readonly Tensor[] {
  const op = bindNode(node, model.graph);
  if (!op) return [];
  const inputs = node.inputs.map((id) => folded.get(id) ?? constantOperand(model, id));
  const results = op.run(inputs, node.outputs.length);
  return results.filter((_, i) => node.outputs[i] !== '');
}
