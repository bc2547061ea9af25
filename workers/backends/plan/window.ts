import type { Shape } from '../../../src/ir/index.ts';
import type { NodeView } from './fast-node.ts';

/** [N, C, H, W] of a map of one or two spatial axes; H = 1 for one. */
export function map4(shape: Shape | undefined): readonly [number, number, number, number] | undefined {
  if (shape?.length === 4) return [shape[0]!, shape[1]!, shape[2]!, shape[3]!];
  return shape?.length === 3 ? [shape[0]!, shape[1]!, 1, shape[2]!] : undefined;
}

/** Window attributes on two axes, padding resolved. */
export interface Window {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
}

export function windowOf(
  view: NodeView,
  kernelSize: readonly number[],
  input: readonly [number, number],
  output: readonly [number, number],
): Window {
  const pair = (values: readonly number[] | undefined, missing: number) =>
    [values?.length === 2 ? values[0]! : missing, values?.at(-1) ?? missing] as const;
  const kernel = pair(kernelSize, 1);
  const strides = pair(view.ints('strides'), 1);
  const dilations = pair(view.ints('dilations'), 1);
  const given = view.ints('pads');
  const auto = view.text('auto_pad') ?? 'NOTSET';
  const axis = (i: 0 | 1): readonly [number, number] => {
    if (auto === 'VALID') return [0, 0];
    if (auto.startsWith('SAME')) {
      const reach = (output[i] - 1) * strides[i] + (kernel[i] - 1) * dilations[i] + 1;
      const total = Math.max(0, reach - input[i]);
      const before = auto === 'SAME_UPPER' ? total >> 1 : total - (total >> 1);
      return [before, total - before];
    }
    if (given?.length === 4) return [given[i]!, given[i + 2]!];
    return i === 1 && given?.length === 2 ? [given[0]!, given[1]!] : [0, 0];
  };
  const [top, bottom] = axis(0);
  const [left, right] = axis(1);
  return { kernel, strides, dilations, pads: [top, left, bottom, right] };
}
