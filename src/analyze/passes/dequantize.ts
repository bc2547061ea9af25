import { attributeOf, type Model, type Node, Rewrite, type TensorId } from '../../ir/index.ts';
import { bindNode } from '../operator-of.ts';
import { becomeConstant } from './become-constant.ts';
import { type Look, lookAt } from './look.ts';

/** Layers whose output is never negative if their input is not, or never at all. */
const NOT_NEGATIVE: ReadonlySet<string> = new Set([
  'Relu',
  'MaxPool',
  'AveragePool',
  'GlobalAveragePool',
  'GlobalMaxPool',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Transpose',
  'Softmax',
  'Sigmoid',
  'Concat',
]);

/** Whether the network stores its quantization: as QuantizeLinear / DequantizeLinear pairs, or as QONNX's Quant. */
export const isStoredQuantized = ({ graph }: Model): boolean =>
  graph.nodes.some((n) => (n.op === 'DequantizeLinear' && n.domain === '') || n.op === 'Quant');

/**
 * Turns a network that stores its quantization back into float, so that it can be quantized again. Constants behind
 * DequantizeLinear become float constants with the values they stand for (those behind Quant are left to `foldConstants`);
 * pairs of QuantizeLinear and DequantizeLinear, and Quant of activations, disappear. A quantizer whose lowest code stands for 0
 * also was the layer's ReLU (TensorFlow Lite fuses it so): a Relu takes its place. Clipping at the calibrated
 * range is undone, so results differ from the quantized network by its quantization error.
 */
export function dequantize(model: Model): Model {
  const { graph } = model;
  const look = lookAt(model);
  const rewrite = new Rewrite(model);
  const bypass = (node: Node, source: TensorId, startsAtZero: boolean) => {
    const producer = look.producer(source);
    // An input that is never negative needs no clamp: its quantizer only describes it.
    const clamps = startsAtZero && producer !== undefined && !NOT_NEGATIVE.has(producer.op);
    const op = clamps ? 'Relu' : 'Identity';
    rewrite.replace(node.id, { ...node, op, domain: '', inputs: [source], attributes: new Map() });
  };
  for (const node of graph.nodes) {
    const source = node.inputs[0] ?? '';
    if (node.op === 'Quant' && look.constant(source) === undefined) {
      bypass(node, source, isUnsigned(node, look));
      continue;
    }
    if (node.op !== 'DequantizeLinear' || node.domain !== '') continue;
    if (look.constant(source)) {
      const inputs = node.inputs.map((id) => look.constant(id));
      const values = bindNode(node, graph)?.run(inputs, 1)[0];
      if (!values) continue;
      becomeConstant(rewrite, node.outputs[0] as TensorId, values);
      rewrite.replace(node.id);
      continue;
    }
    const quantize = look.producer(source);
    if (quantize?.op === 'QuantizeLinear') bypass(node, quantize.inputs[0] as TensorId, startsAtZero(quantize, look));
  }
  return rewrite.done();
}

/** Whether a Quant has no codes below its zero point. */
const isUnsigned = (node: Node, look: Look): boolean =>
  attributeOf(node.attributes, 'signed', 'int') === 0 &&
  Array.from(look.numbers(node.inputs[2]) ?? []).every((z) => z === 0);

/** Whether code `lowest` of the quantized type stands for the value 0. */
function startsAtZero(quantize: Node, look: Look): boolean {
  const zeroPoint = look.constant(quantize.inputs[2]);
  const numbers = look.numbers(quantize.inputs[2]);
  const lowest: Readonly<Record<string, number>> = {
    int8: -128,
    uint8: 0,
    int16: -32768,
    uint16: 0,
    int4: -8,
    uint4: 0,
  };
  if (!zeroPoint || !numbers) return quantize.inputs[2] === undefined || quantize.inputs[2] === '';
  return Array.from(numbers).every((z) => z === lowest[zeroPoint.type]);
}
