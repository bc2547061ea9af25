import type { LayerBits, Program, QuantScheme, StageContext } from '../../ir/index.ts';
import { lowerToProgram } from '../../lower/index.ts';
import { type CalibrationRecord, makeScheme } from '../../quantize/index.ts';
import type { Choices } from '../choices.ts';
import { wrongBits } from '../errors.ts';
import type { OpenedModel } from './open.ts';

/**
 * The one place that knows the order of stages:
 *
 *   files ─ open.ts ─▶ read ▶ shapes ▶ costs, prepared network ─ data.ts ─▶ samples ─ session.ts ─▶ calibration, float answers
 *   choices ─ here ─▶ scheme ▶ program ─ evaluate.ts ─▶ outputs, score, estimate ▶ DesignPoint
 *                                      └ export-design.ts ─▶ vectors, self-test ▶ package
 */
export interface QuantizedDesign {
  readonly scheme: QuantScheme;
  readonly program: Program;
}

/** Widths of each layer by id. Throws `explore/bits` where the choices do not fit the network. */
export function layerBits({ layers }: OpenedModel, { quantize }: Choices): LayerBits[] {
  if (quantize.bits.length !== layers.length) throw wrongBits(layers.length, quantize.bits.length);
  return layers.map((node, i) => {
    const [weights, activations] = quantize.bits[i] as readonly [number, number];
    return { node, weights, activations };
  });
}

/** The quantization that choices mean, from a calibration. Milliseconds. */
export function schemeOf(opened: OpenedModel, record: CalibrationRecord, choices: Choices): QuantScheme {
  const { method, weights, activations, rescale } = choices.quantize;
  return makeScheme(opened.prepared, record, {
    method,
    weights,
    activations,
    rescale,
    bits: layerBits(opened, choices),
  });
}

/** Scheme, then integer program. Throws the user errors of the rooms quantize and lower. */
export function programOf(
  opened: OpenedModel,
  record: CalibrationRecord,
  choices: Choices,
  ctx: StageContext,
): QuantizedDesign {
  const scheme = schemeOf(opened, record, choices);
  return { scheme, program: lowerToProgram(opened.prepared, scheme, ctx) };
}
