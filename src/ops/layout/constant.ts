import {
  type Attributes,
  allocate,
  decodeWeight,
  elementCount,
  type Shape,
  type Tensor,
  tensorOf,
} from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { openDims } from '../dims.ts';
import { given, listOf } from '../elements.ts';
import { badAttribute, incompatibleShapes } from '../errors.ts';
import { freeCost, value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

function constantOf(attributes: Attributes): Tensor {
  const read = new AttributeReader('Constant', attributes);
  const stored = read.tensor('value');
  if (stored) return decodeWeight(stored);
  const float = read.float('value_float');
  if (float !== undefined) return tensorOf('float32', [], [float]);
  const int = read.int('value_int');
  if (int !== undefined) return tensorOf('int64', [], [int]);
  const floats = read.floats('value_floats');
  if (floats) return tensorOf('float32', [floats.length], floats);
  const ints = read.ints('value_ints');
  if (ints) return tensorOf('int64', [ints.length], ints);
  const strings = read.strings('value_strings');
  if (strings) return { type: 'string', shape: [strings.length], data: strings };
  const string = read.string('value_string');
  if (string !== undefined) return { type: 'string', shape: [], data: [string] };
  throw badAttribute('Constant', 'value', 'is missing or of a kind that is not supported (sparse tensors)');
}

export const constant = {
  id: 'Constant',
  sinceOpset: 1,
  bind(attributes) {
    const tensor = constantOf(attributes);
    return {
      infer: () => [value(tensor.type, tensor.shape, tensor)],
      cost: freeCost,
      run: () => [tensor],
    };
  },
} as const satisfies OpDef;

/** A tensor of the shape given as input, filled with one value. */
export const constantOfShape = {
  id: 'ConstantOfShape',
  sinceOpset: 9,
  bind(attributes) {
    const stored = new AttributeReader('ConstantOfShape', attributes).tensor('value');
    const fill = stored ? decodeWeight(stored) : tensorOf('float32', [1], [0]);
    const shapeOf = (x: Tensor): Shape => {
      const shape = listOf(x);
      if (shape.some((size) => !(size >= 0 && Number.isSafeInteger(size))))
        throw incompatibleShapes('ConstantOfShape', 'sizes must be 0 or more', [shape]);
      return shape;
    };
    const filled = (shape: Shape): Tensor => {
      const data = allocate(fill.type, elementCount(shape));
      const element = fill.data[0];
      if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(element as bigint);
      else data.fill(element as number);
      return { type: fill.type, shape, data };
    };
    return {
      infer: ([shape]) => [value(fill.type, shape?.constant ? shapeOf(shape.constant) : openDims(shape?.shape?.[0]))],
      cost: freeCost,
      run: (inputs) => [filled(shapeOf(given('ConstantOfShape', inputs, 0)))],
    };
  },
} as const satisfies OpDef;
