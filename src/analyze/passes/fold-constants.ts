import {
  elementCount,
  isKnown,
  type Model,
  type Node,
  Rewrite,
  storedBytes,
  type Tensor,
  type TensorId,
} from '../../ir/index.ts';
import { isConstantNode } from '../constant-values.ts';
import { inferValues } from '../infer-shapes.ts';
import { bindNode } from '../operator-of.ts';
import type { Values } from '../values.ts';
import { becomeConstant } from './become-constant.ts';
import { type Look, lookAt } from './look.ts';
import type { PassContext } from './pass.ts';

/** Results of more elements than this stay computed: 128 Mi floats are half a gibibyte. */
const MOST_ELEMENTS = 2 ** 27;

/** Quantized weights stay as they are stored; `dequantize` is the pass that turns them into floats. */
const KEPT: ReadonlySet<string> = new Set(['DequantizeLinear', 'QuantizeLinear']);
/** QONNX states the widths of weights by layers of constants. */
const KEPT_QUANTIZATION: ReadonlySet<string> = new Set(['Quant', 'BipolarQuant', 'Trunc']);

/**
 * Replaces everything that does not depend on run-time values by constants: Constant and ConstantOfShape nodes, layers
 * of constants (a Reshape of an initializer), arithmetic on shapes that are known. Values keep their names. Random values are
 * not computed ahead; nor is what would store more than `mayGrowBytes` in all, or with `growsLittle` more than twice what the
 * node reads (and 4 KiB).
 */
export function foldConstants(model: Model, ctx: PassContext): Model {
  const { graph } = model;
  const values = inferValues(model, { warn() {} });
  const look = lookAt(model);
  const rewrite = new Rewrite(model);
  const folded = new Map<TensorId, Tensor>();
  const constant = { has: (id: TensorId) => folded.has(id) || graph.tensors.get(id)?.weight !== undefined };
  let budget = ctx.mayGrowBytes;
  for (const node of graph.nodes) {
    if (KEPT.has(node.op) || (ctx.keepQuantization && KEPT_QUANTIZATION.has(node.op))) continue;
    const outputs = node.outputs.filter((id) => id !== '');
    const first = values.get(outputs[0] ?? '');
    if (!first?.constant && !node.inputs.every((id) => id === '' || constant.has(id))) continue;
    if (outputs.length === 0 || outputs.some((id) => values.get(id)?.element)) continue;
    const growth = growthOf(node, outputs, values, look);
    if (growth === undefined || growth > budget) continue;
    if (ctx.growsLittle && growth > constantBytes(node, values, look) + SPARE_BYTES) continue;
    const tensors = resultsOf(node, outputs, values, model, constant, folded, look);
    if (!tensors) continue;
    outputs.forEach((id, i) => {
      const tensor = tensors[i] as Tensor;
      folded.set(id, tensor);
      becomeConstant(rewrite, id, tensor);
    });
    budget -= Math.max(0, growth);
    rewrite.replace(node.id);
  }
  return rewrite.done();
}

/** Bytes the node's outputs take more than the constants that only it reads; `undefined` where they are not known or too many. */
function growthOf(node: Node, outputs: readonly TensorId[], values: Values, look: Look): number | undefined {
  let growth = 0;
  for (const id of outputs) {
    const { type, shape } = values.get(id) ?? {};
    if (!isKnown(shape) || elementCount(shape) > MOST_ELEMENTS) return undefined;
    growth += storedBytes(type ?? 'float32', elementCount(shape));
  }
  for (const attribute of node.attributes.values())
    if (attribute.kind === 'tensor') growth -= storedBytes(attribute.value.type, elementCount(attribute.value.shape));
  for (const id of node.inputs) {
    const shape = look.known(id);
    const type = values.get(id)?.type ?? 'float32';
    if (shape && look.onlyReader(id)) growth -= storedBytes(type, elementCount(shape));
  }
  return growth;
}

const SPARE_BYTES = 4096;

function constantBytes(node: Node, values: Values, look: Look): number {
  let bytes = 0;
  for (const id of node.inputs) {
    const shape = look.known(id);
    if (shape) bytes += storedBytes(values.get(id)?.type ?? 'float32', elementCount(shape));
  }
  return bytes;
}

/** The node's outputs, where they can be computed now. */
function resultsOf(
  node: Node,
  outputs: readonly TensorId[],
  values: Values,
  model: Model,
  constant: Pick<ReadonlySet<TensorId>, 'has'>,
  folded: ReadonlyMap<TensorId, Tensor>,
  look: Look,
): readonly Tensor[] | undefined {
  const inferred = outputs.map((id) => values.get(id)?.constant);
  if (inferred.every((t) => t !== undefined)) return inferred;
  if (!isConstantNode(node, model.graph, constant)) return undefined;
  const op = bindNode(node, model.graph);
  if (!op || op.runValues) return undefined;
  const inputs = node.inputs.map((id) => folded.get(id) ?? look.constant(id));
  const results = op.run(inputs, node.outputs.length).filter((_, i) => node.outputs[i] !== '');
  return results.length === outputs.length ? results : undefined;
}
