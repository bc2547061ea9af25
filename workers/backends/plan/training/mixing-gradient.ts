import { elementCount, type Shape, type TensorId } from '../../../../src/ir/index.ts';
import { resizeParts } from '../../../../src/ops/index.ts';
import type { FastNode, NodeView, PlannerTable } from '../fast-node.ts';
import { axisOf } from '../move.ts';
import { bindPasses, bufferBytes, type Mixture, passesOf } from '../resize.ts';

/** Gradients of operators whose outputs are mixed from inputs by constant shares: the same mixing, transposed. */
export const mixingGradientPlanners: PlannerTable = {
  'paretoscope.train::ResizeGradient': resizeGradient,
  'paretoscope.train::GatherGradient': gatherGradient,
};

/** What each of `size` inputs gave: (output, share) pairs in the order of the outputs. */
function transposed(mixtures: readonly Mixture[], size: number): readonly Mixture[] {
  const given = Array.from({ length: size }, (): [number, number][] => []);
  for (const [output, mixture] of mixtures.entries())
    for (const [at, share] of mixture) given[at]?.push([output, share]);
  return given;
}

/** dY mixed along these axes; `undefined` where there is nothing to mix. */
function mixed(
  dy: TensorId,
  shape: Shape | undefined,
  mixtures: ReadonlyMap<number, readonly Mixture[]>,
): FastNode | undefined {
  if (!shape || elementCount(shape) === 0 || mixtures.size === 0) return undefined;
  const passes = passesOf(shape, mixtures);
  const [first, second] = bufferBytes(passes);
  return {
    reads: [dy],
    scratchBytes: first + second,
    bind: (places) => bindPasses(places, passes, places.operand(dy), places.output(0), first),
  };
}

function resizeGradient(view: NodeView): FastNode | undefined {
  const dy = view.node.inputs[0] as TensorId;
  const from = view.floatShape(dy);
  const to = view.ints('input_shape');
  const scales = view.floats('scales');
  if (!from || !to || !scales) return undefined;
  // Scales that are ratios of sizes were rounded to float32 on the way: sizes say more.
  const areRatios = from.every((size, d) => Math.abs((scales[d] as number) * (to[d] as number) - size) < 1e-3);
  const constants = new Map([[1, view.floats('roi')], areRatios ? [3, from] : [2, scales]]);
  const parts = resizeParts('Resize', view.node.attributes, 13, to, (index) => constants.get(index));
  if (!parts || parts.axes.some((sources, d) => sources && sources.length !== from[d])) return undefined;
  const mixtures = new Map<number, readonly Mixture[]>();
  for (const [d, sources] of parts.axes.entries()) {
    const given = sources?.map(
      (source): Mixture =>
        source === 'extrapolated' ? [] : source.at.map((at, t) => [at, source.weights[t] as number]),
    );
    if (given) mixtures.set(d, transposed(given, to[d] as number));
  }
  return mixed(dy, from, mixtures);
}

/** With constant indices: each slice of the data is the sum of the slices that were taken from it. */
function gatherGradient(view: NodeView): FastNode | undefined {
  const [, dy] = view.node.inputs as readonly [TensorId, TensorId];
  const indices = view.numbers(0);
  const shape = view.ints('input_shape');
  if (!indices || indices.length === 0 || !shape || !view.floatShape(dy)) return undefined;
  const axis = axisOf(view.int('axis', 0), shape.length);
  const size = shape[axis] as number;
  const taken = indices.map((index): Mixture => [[index < 0 ? index + size : index, 1]]);
  const flat = [...shape.slice(0, axis), indices.length, ...shape.slice(axis + 1)];
  return mixed(dy, flat, new Map([[axis, transposed(taken, size)]]));
}
