import type { NodeId, StageContext } from '../../ir/index.ts';
import { layerQuality } from '../../quantize/index.ts';
import type { Choices } from '../choices.ts';
import { ACTIVATION_BITS, WEIGHT_BITS } from '../space.ts';
import { schemeOf } from './pipeline.ts';
import { only, runFake, weightTensorOf } from './report.ts';
import { EXACT_DECIBEL, sqnrOf } from './score.ts';
import { type Session, scoreOf } from './session.ts';

/** What one tensor at few bits costs, everything else in float (methods D.7, F.4). */
export interface LayerLoss {
  readonly node: NodeId;
  readonly bits: number;
  readonly what: 'weights' | 'activations';
  /** Score of the float model minus score with only this tensor at `bits`. */
  readonly loss: number;
  /** Of the network's outputs; 150 where they did not change. */
  readonly sqnrDecibel: number;
}

/**
 * Loss of every layer's weights and activations at every width a search may choose, one at a time. `choices` give method and
 * granularity; their widths do not matter. Layers in graph order, weights before activations, narrow before wide; `onLoss`
 * hears of each. Takes (7 + 5) float runs over all samples per layer.
 */
export async function sensitivity(
  session: Session,
  choices: Choices,
  ctx: StageContext,
  onLoss: (loss: LayerLoss) => void = () => {},
): Promise<LayerLoss[]> {
  const { opened, float, record } = session;
  const losses: LayerLoss[] = [];
  const total = opened.layers.length * (WEIGHT_BITS.length + ACTIVATION_BITS.length);
  const schemeAt = (bits: number) => {
    const uniform = opened.layers.map(() => [bits, bits] as const);
    return schemeOf(opened, record, { ...choices, quantize: { ...choices.quantize, bits: uniform } });
  };
  const outputOf = new Map(layerQuality(opened.prepared, schemeAt(8)).map((q) => [q.node, q.output]));
  for (const node of opened.layers) {
    const tensors = { weights: weightTensorOf(opened.prepared, node), activations: outputOf.get(node) };
    for (const what of ['weights', 'activations'] as const) {
      for (const bits of what === 'weights' ? WEIGHT_BITS : ACTIVATION_BITS) {
        const scheme = only(schemeAt(bits), (id) => id === tensors[what]);
        const outputs = await runFake(session, scheme, float.tensors, ctx);
        const loss = {
          node,
          bits,
          what,
          loss: float.score - scoreOf(session, outputs),
          sqnrDecibel: sqnrOf(float.outputs, outputs) ?? EXACT_DECIBEL,
        };
        losses.push(loss);
        onLoss(loss);
        ctx.progress(losses.length, total);
      }
    }
  }
  return losses;
}
