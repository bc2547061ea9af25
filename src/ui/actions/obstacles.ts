import type { ModelView } from '../../explore/index.ts';

/** Why a network has no layer that can be quantized: the layer, its operator, what to do. For one that has some: undefined. */
export function notQuantizable(view: ModelView): string | undefined {
  if (view.quantizable.length > 0) return undefined;
  if (view.weightless)
    return 'The file holds the structure only, and trade-offs need weights: open the network with its weights.';
  const told = view.diagnostics.find(({ code }) => code.startsWith('quantize/') || code === 'explore/open-shapes');
  return told?.message ?? 'This network has no layer that can be quantized.';
}
