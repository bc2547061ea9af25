import { type Model, type NodeId, numbersOf, type QuantScheme, type TensorId, weightOf } from '../ir/index.ts';
import { planQuantization } from './plan.ts';
import { quantizeDequantize } from './weights.ts';

/** Error of a rounded signal against the exact one, summed up piece by piece (methods A.7). */
export interface SignalError {
  readonly signal: number;
  readonly error: number;
}

export const noError: SignalError = { signal: 0, error: 0 };

/** Adds Σx² and Σ(x − x̂)² of one more piece. */
export function addSignal(total: SignalError, exact: ArrayLike<number>, approximate: ArrayLike<number>): SignalError {
  let { signal, error } = total;
  for (let i = 0; i < exact.length; i++) {
    const x = exact[i] as number;
    const d = x - (approximate[i] as number);
    signal += x * x;
    error += d * d;
  }
  return { signal, error };
}

/** Signal to quantization noise ratio, dB; undefined without a signal or without an error. */
export const decibels = ({ signal, error }: SignalError): number | undefined =>
  signal > 0 && error > 0 ? 10 * Math.log10(signal / error) : undefined;

/** How well one layer's numbers fit their grids. */
export interface LayerQuality {
  readonly node: NodeId;
  /** SQNR of the weights, dB; absent if they fit exactly. */
  readonly weightSqnr?: number;
  /** Share of non-zero weights that became 0, 0 … 1. */
  readonly weightsLost: number;
  /** Value whose threshold holds for the layer's output, and its share of clipped values. */
  readonly output: TensorId;
  readonly clippedShare?: number;
}

/** Quality of every layer with weights under a scheme: from the weights and the calibration alone, nothing is run. */
export function layerQuality(model: Model, scheme: QuantScheme): readonly LayerQuality[] {
  const plan = planQuantization(model);
  return plan.nodes.flatMap(({ node, traits }) => {
    if (traits.role !== 'weighted') return [];
    const id = node.inputs[traits.weight] ?? '';
    const quant = scheme.tensors.get(id);
    const weight = model.graph.tensors.get(id)?.weight;
    if (!quant || weight === undefined) return [];
    const tensor = weightOf(model.weights, weight);
    const exact = numbersOf(tensor);
    const approximate = quantizeDequantize(exact, tensor.shape, quant);
    let lost = 0;
    for (let i = 0; i < exact.length; i++) if (exact[i] !== 0 && approximate[i] === 0) lost++;
    const weightSqnr = decibels(addSignal(noError, exact, approximate));
    const raw = node.outputs[0] ?? '';
    const output = plan.fused.get(raw) ?? raw;
    const clippedShare = scheme.thresholds.get(output)?.clippedShare;
    return [
      {
        node: node.id,
        ...(weightSqnr === undefined ? {} : { weightSqnr }),
        weightsLost: lost / exact.length,
        output,
        ...(clippedShare === undefined ? {} : { clippedShare }),
      },
    ];
  });
}
