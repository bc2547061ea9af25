import { clamp, roundEven } from '../../base/index.ts';
import { numbersOf, type Tensor } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { broadcastTo, given, resultOf, scalarOf } from '../elements.ts';
import { elementwiseCost, sameAsInput } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

/** QONNX's arbitrary-precision quantizers. Source: QONNX, "Quant" and "BipolarQuant" operator descriptions. */

const ROUNDINGS = {
  ROUND: roundEven,
  CEIL: Math.ceil,
  FLOOR: Math.floor,
  ROUND_TO_ZERO: Math.trunc,
  DOWN: Math.trunc,
  UP: (x: number) => (x < 0 ? Math.floor(x) : Math.ceil(x)),
  HALF_UP: (x: number) => (x < 0 ? -Math.floor(0.5 - x) : Math.floor(x + 0.5)),
  HALF_DOWN: (x: number) => (x < 0 ? -Math.ceil(-x - 0.5) : Math.ceil(x - 0.5)),
};
type RoundingMode = keyof typeof ROUNDINGS;
const MODES: readonly [RoundingMode, ...RoundingMode[]] = [
  'ROUND',
  'CEIL',
  'FLOOR',
  'ROUND_TO_ZERO',
  'DOWN',
  'UP',
  'HALF_UP',
  'HALF_DOWN',
];

/** Lowest and highest integer of `bits` bits; `narrow` leaves out the lowest (signed) or highest (unsigned). */
export function quantLimits(bits: number, signed: boolean, narrow: boolean): readonly [number, number] {
  if (signed) return [-(2 ** (bits - 1)) + (narrow ? 1 : 0), 2 ** (bits - 1) - 1];
  return [0, 2 ** bits - (narrow ? 2 : 1)];
}

/** y = (clip(round(x / scale + zero point)) − zero point) · scale; inputs x, scale, zero point, bit width. */
function quantOperator<Id extends string>(id: Id) {
  return {
    id,
    sinceOpset: 1,
    bind(attributes) {
      const read = new AttributeReader(id, attributes);
      const signed = (read.int('signed') ?? 1) !== 0;
      const narrow = read.flag('narrow');
      const round = ROUNDINGS[read.oneOf<RoundingMode>('rounding_mode', MODES)];
      return {
        infer: sameAsInput,
        cost: elementwiseCost(4),
        run(inputs) {
          const x = given(id, inputs, 0, 'X');
          const [low, high] = quantLimits(scalarOf(given(id, inputs, 3, 'bitwidth')), signed, narrow);
          const values = numbersOf(x);
          const scale = numbersOf(broadcastTo(given(id, inputs, 1, 'scale'), x.shape));
          const zero = numbersOf(broadcastTo(given(id, inputs, 2, 'zeropt'), x.shape));
          const out = new Float64Array(values.length);
          for (let i = 0; i < out.length; i++) {
            const [s, z] = [scale[i] as number, zero[i] as number];
            // Divided in the type of x, as QONNX's own executor does: codes at ties depend on it.
            out[i] = (clamp(round(Math.fround((values[i] as number) / s) + z), low, high) - z) * s;
          }
          return [resultOf(x.type, x.shape, out)];
        },
      };
    },
  } as const satisfies OpDef;
}

export const quant = quantOperator('Quant');
export const brevitasQuant = quantOperator('onnx.brevitas::Quant');
export const qonnxQuant = quantOperator('qonnx.custom_op.general::Quant');

/** ±scale by the sign; 0 counts as positive. */
function bipolar<Id extends string>(id: Id) {
  const apply = (x: Tensor, scale: Tensor): Tensor => {
    const scales = numbersOf(broadcastTo(scale, x.shape));
    return resultOf(
      x.type,
      x.shape,
      Float64Array.from(numbersOf(x), (v, i) => (v >= 0 ? 1 : -1) * (scales[i] as number)),
    );
  };
  return {
    id,
    sinceOpset: 1,
    bind: () => ({
      infer: sameAsInput,
      cost: elementwiseCost(2),
      run: (inputs) => [apply(given(id, inputs, 0, 'X'), given(id, inputs, 1, 'scale'))],
    }),
  } as const satisfies OpDef;
}

export const bipolarQuant = bipolar('BipolarQuant');
export const brevitasBipolarQuant = bipolar('onnx.brevitas::BipolarQuant');
export const qonnxBipolarQuant = bipolar('qonnx.custom_op.general::BipolarQuant');
