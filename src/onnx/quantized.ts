/** Networks that are quantized in the file already: told by the operators they are made of. */
import type { Attribute, DataType, Model, Node } from '../ir/index.ts';

/**
 * How a file stores a quantized network. `qdq`: QuantizeLinear and DequantizeLinear around float operators; `qonnx`: Quant nodes
 * of QONNX (Brevitas, FINN); `qoperator`: operators on integers (QLinearConv, ConvInteger …); `integer`: integer
 * arithmetic spelt out, with RequantShift or with integer weights in plain operators.
 */
export type StoredQuantization = 'qdq' | 'qonnx' | 'qoperator' | 'integer';

const QONNX_OPS = new Set(['Quant', 'IntQuant', 'BipolarQuant', 'FloatQuant', 'Trunc', 'MultiThreshold']);
/** Domains of QONNX, FINN and Brevitas; early files use the standard one. */
const QONNX_DOMAIN = /qonnx|finn|brevitas/i;
const INTEGER_OPS = new Set(['ConvInteger', 'MatMulInteger', 'QGemm', 'QAttention', 'QMoE']);
const MULTIPLYING = new Set(['Conv', 'Gemm', 'MatMul', 'ConvTranspose']);
const INTEGERS: ReadonlySet<DataType> = new Set(['int8', 'uint8', 'int16', 'uint16', 'int32', 'int4', 'uint4']);

/**
 * The form that decides how the network has to be read, `undefined` for a float network. Files in operator form have
 * QuantizeLinear at their borders too, so the operators come first.
 */
export function storedQuantization(model: Model): StoredQuantization | undefined {
  const seen = new Set<StoredQuantization>();
  look(model, seen, new Set());
  return (['qonnx', 'qoperator', 'integer', 'qdq'] as const).find((form) => seen.has(form));
}

function look(model: Model, seen: Set<StoredQuantization>, functions: Set<string>): void {
  for (const node of model.graph.nodes) {
    const form = formOf(node, model);
    if (form) seen.add(form);
    if (node.attributes.size > 0)
      for (const attribute of node.attributes.values()) lookInside(attribute, seen, functions);
  }
  for (const [key, def] of model.graph.functions ?? []) {
    if (functions.has(key)) continue;
    functions.add(key);
    look(def.body, seen, functions);
  }
}

function lookInside(attribute: Attribute, seen: Set<StoredQuantization>, functions: Set<string>): void {
  if (attribute.kind === 'graph') look(attribute.value, seen, functions);
  else if (attribute.kind === 'graphs') for (const body of attribute.value) look(body, seen, functions);
}

function formOf(node: Node, { graph, weights }: Model): StoredQuantization | undefined {
  const { op, domain } = node;
  if (QONNX_OPS.has(op) && (QONNX_DOMAIN.test(domain) || op.endsWith('Quant'))) return 'qonnx';
  if (op.startsWith('QLinear') || INTEGER_OPS.has(op)) return 'qoperator';
  if (op === 'RequantShift') return 'integer';
  if (MULTIPLYING.has(op) && domain === '') {
    const weight = graph.tensors.get(node.inputs[1] ?? '')?.weight;
    const type = weight === undefined ? undefined : weights.get(weight)?.type;
    return type && INTEGERS.has(type) ? 'integer' : undefined;
  }
  return op === 'QuantizeLinear' || op === 'DequantizeLinear' ? 'qdq' : undefined;
}
