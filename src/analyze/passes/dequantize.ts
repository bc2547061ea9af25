import { type Model, type Node, producersOf, Rewrite, type TensorId } from '../../ir/index.ts';
import { bindNode } from '../operator-of.ts';
import { becomeConstant, constantOperand, numbersOperand } from './constant-operand.ts';

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
  'DequantizeLinear',
]);

/** Whether the network stores quantization as QuantizeLinear / DequantizeLinear pairs. */
export const isQdq = ({ graph }: Model): boolean =>
  graph.nodes.some((n) => n.op === 'DequantizeLinear' && n.domain === '');

/**
 * Turns a QDQ network back into float, so that it can be quantized again: constants behind DequantizeLinear become
 * float constants with the values they stand for, and pairs of QuantizeLinear and DequantizeLinear disappear. A pair
 * whose lowest code stands for 0 also was the layer's ReLU (TensorFlow Lite fuses it so): a Relu takes its place. Clipping
 * at the calibrated range is undone, so results differ from the quantized network by its quantization error.
 */
export function dequantize(model: Model): Model {
  const { graph } = model;
  const producers = producersOf(graph);
  const rewrite = new Rewrite(model);
  for (const node of graph.nodes) {
    if (node.op !== 'DequantizeLinear' || node.domain !== '') continue;
    const constant = constantOperand(model, node.inputs[0]);
    if (constant) {
      const values = bindNode(node, graph)?.run(
        node.inputs.map((id) => constantOperand(model, id)),
        1,
      )[0];
      if (!values) continue;
      becomeConstant(rewrite, node.outputs[0] as TensorId, values);
      rewrite.replace(node.id);
      continue;
    }
    const quantize = producers.get(node.inputs[0] ?? '');
    if (quantize?.op !== 'QuantizeLinear') continue;
    const source = quantize.inputs[0] as TensorId;
    const producer = producers.get(source);
    const clampsAtZero = producer !== undefined && !NOT_NEGATIVE.has(producer.op) && startsAtZero(model, quantize);
    rewrite.replace(node.id, {
      ...node,
      op: clampsAtZero ? 'Relu' : 'Identity',
      inputs: [source],
      attributes: new Map(),
    });
  }
  return rewrite.done();
}

/** Whether code `lowest` of the quantized type stands for the value 0. */
function startsAtZero(model: Model, quantize: Node): boolean {
  const zeroPoint = constantOperand(model, quantize.inputs[2]);
  const numbers = numbersOperand(model, quantize.inputs[2]);
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
