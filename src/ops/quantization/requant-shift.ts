import { clamp } from '../../base/index.ts';
import { type Attributes, decodeWeight, numbersOf, type Tensor } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { broadcastDims } from '../dims.ts';
import { broadcastTo, given, resultOf, scalarOf } from '../elements.ts';
import { badAttribute } from '../errors.ts';
import { elementwiseCost, sameAsInput } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

/** A number that exporters write as an integer, a float or a tensor of one element. */
function numberAttribute(op: string, attributes: Attributes, name: string): number {
  const found = attributes.get(name);
  if (found?.kind === 'int' || found?.kind === 'float') return found.value;
  const tensor = new AttributeReader(op, attributes).tensor(name);
  if (!tensor) throw badAttribute(op, name, 'is missing');
  return scalarOf(decodeWeight(tensor));
}

/**
 * PACT's integer rescaling: clip(floor((x · mul + add) / div + 1/2)), div a power of two, to n_levels_out codes that begin
 * at 0 or, signed, at −n_levels_out / 2. The half before the shift is not in the operator's description, but in the vectors
 * published with networks that use it. Inputs x, mul, add hold integers, in whatever type. Exact up to 2^53.
 */
function requantShiftOperator<Id extends string>(id: Id) {
  return {
    id,
    sinceOpset: 1,
    bind(attributes) {
      const div = numberAttribute(id, attributes, 'div');
      const levels = numberAttribute(id, attributes, 'n_levels_out');
      const low = numberAttribute(id, attributes, 'signed') !== 0 ? -levels / 2 : 0;
      const run = (x: Tensor, mul: Tensor, add: Tensor): Tensor => {
        broadcastDims(id, x.shape, mul.shape);
        const factors = numbersOf(broadcastTo(mul, x.shape));
        const offsets = numbersOf(broadcastTo(add, x.shape));
        const out = Float64Array.from(numbersOf(x), (v, i) =>
          clamp(Math.floor((v * (factors[i] as number) + (offsets[i] as number)) / div + 0.5), low, low + levels - 1),
        );
        return resultOf(x.type, x.shape, out);
      };
      return {
        infer: sameAsInput,
        cost: elementwiseCost(5),
        run: (inputs) => [run(given(id, inputs, 0), given(id, inputs, 1, 'mul'), given(id, inputs, 2, 'add'))],
      };
    },
  } as const satisfies OpDef;
}

export const requantShift = requantShiftOperator('RequantShift');
export const pactRequantShift = requantShiftOperator('PACTOps::RequantShift');
