import { UserError } from '../base/index.ts';
import type { Runtime } from '../platforms/index.ts';

export const noUnroll = (runtime: Runtime): UserError =>
  new UserError(
    'latency/no-unroll',
    `The refined roofline needs the unrolling of ${runtime.name}, which is not known.`,
    "Choose 'roofline' or 'auto'.",
    { runtime: runtime.id },
  );

/** Text of the reason a layer cannot run: shown with the platform, not thrown. */
export const tooWide = (runtime: Runtime, node: string, weights: number, activations: number): string =>
  `Layer '${node}' has ${weights}-bit weights and ${activations}-bit activations; ${runtime.name} computes with at most ${runtime.widths
    .map((w) => `${w.weights}/${w.activations}`)
    .join(', ')} bits.`;
