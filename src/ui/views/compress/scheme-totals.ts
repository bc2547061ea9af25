import type { ModelView, QuantizeChoice } from '../../../explore/index.ts';

export interface SchemeTotals {
  /** Bits per weight, averaged over all weights of quantizable layers. */
  readonly meanWeightBits: number;
  /** Packed weights of quantizable layers; 8-bit totals beside it for comparison. */
  readonly weightBytes: number;
  readonly weightBytesAt8: number;
}

/** What follows from the widths alone, exactly: weights are packed and padded per layer. */
export function totalsOf(view: ModelView, scheme: QuantizeChoice): SchemeTotals {
  let elements = 0;
  let bits = 0;
  let bytes = 0;
  view.quantizable.forEach((node, i) => {
    const cost = view.costs.find((c) => c.node === node);
    const weights = (cost?.weightElements ?? 0) - (cost?.biasElements ?? 0);
    const width = scheme.bits[i]?.[0] ?? 8;
    elements += weights;
    bits += weights * width;
    bytes += Math.ceil((weights * width) / 8);
  });
  return { meanWeightBits: elements > 0 ? bits / elements : 0, weightBytes: bytes, weightBytesAt8: elements };
}
