import type { Shape } from '../../../../src/ir/index.ts';
import { type ResizeParts, resizeParts } from '../../../../src/ops/index.ts';
import { floatBits } from '../../plan/fast-node.ts';
import { type MixingPass, type Mixture, passesOf } from '../../plan/resize.ts';
import {
  type Dispatch,
  type GpuNode,
  type GpuNodeView,
  type GpuPlannerTable,
  perElement,
  uniforms,
} from '../gpu-node.ts';

export const resizePlanners: GpuPlannerTable = {
  Resize: (view) => resized(view, 'Resize'),
  Upsample: (view) => resized(view, 'Upsample'),
  'paretoscope.train::ResizeGradient': gradient,
};

function resized(view: GpuNodeView, op: 'Resize' | 'Upsample'): GpuNode | undefined {
  const shape = view.input(0);
  const isOpen = view.node.inputs.slice(1).some((id, i) => id !== '' && !view.numbers(i + 1));
  if (!shape || !view.output(0) || isOpen) return undefined;
  const constants = (index: number) => {
    const list = view.numbers(index);
    return list && list.length > 0 ? list : undefined;
  };
  const parts = resizeParts(op, view.node.attributes, view.opset, shape, constants);
  const mixtures = parts && mixturesOf(parts);
  return mixtures && mixed(view, shape, mixtures);
}

/** The same mixing, transposed. Scales that are ratios of sizes were rounded to float32 on the way: sizes say more. */
function gradient(view: GpuNodeView): GpuNode | undefined {
  const [from, to, scales] = [view.input(0), view.ints('input_shape'), view.floats('scales')];
  if (!from || !view.output(0) || !to || !scales) return undefined;
  const areRatios = from.every((size, d) => Math.abs((scales[d] as number) * (to[d] as number) - size) < 1e-3);
  const constants = new Map([[1, view.floats('roi')], areRatios ? [3, from] : [2, scales]]);
  const parts = resizeParts('Resize', view.node.attributes, 13, to, (index) => constants.get(index));
  if (!parts || parts.axes.some((sources, d) => sources && sources.length !== from[d])) return undefined;
  const mixtures = mixturesOf(parts, true);
  return (
    mixtures && mixed(view, from, new Map([...mixtures].map(([d, list]) => [d, transposed(list, to[d] as number)])))
  );
}

/** By axis, what each output is mixed from. Extrapolated elements have no source: of a Resize they are the reference's. */
function mixturesOf({ axes }: ResizeParts, isGradient = false): ReadonlyMap<number, readonly Mixture[]> | undefined {
  if (!isGradient && axes.flat().includes('extrapolated')) return undefined;
  const found = new Map<number, readonly Mixture[]>();
  for (const [d, sources] of axes.entries()) {
    const list = sources?.map(
      (source): Mixture =>
        source === 'extrapolated' ? [] : source.at.map((at, t) => [at, source.weights[t] as number]),
    );
    if (list) found.set(d, list);
  }
  return found.size > 0 ? found : undefined;
}

/** What each of `size` inputs gave: (output, share) pairs. */
function transposed(mixtures: readonly Mixture[], size: number): readonly Mixture[] {
  const given = Array.from({ length: size }, (): [number, number][] => []);
  for (const [output, mixture] of mixtures.entries())
    for (const [at, share] of mixture) given[at]?.push([output, share]);
  return given;
}

/** Axis after axis, working memory in between. */
function mixed(view: GpuNodeView, shape: Shape, mixtures: ReadonlyMap<number, readonly Mixture[]>): GpuNode {
  const passes = passesOf(shape, mixtures);
  const countOf = ({ outer, inner, mixtures: list }: MixingPass): number => outer * inner * list.length;
  return {
    reads: [view.id(0)],
    scratch: passes.slice(0, -1).map(countOf),
    dispatches: (places) =>
      passes.map((pass, i): Dispatch => {
        const { inputSize, inner, mixtures: list } = pass;
        const { table, tapCount } = tableOf(list);
        const x = i === 0 ? places.operand(view.id(0)) : places.scratch(i - 1);
        const y = i === passes.length - 1 ? places.output(0) : places.scratch(i);
        return {
          kernel: 'mix',
          uniforms: uniforms([countOf(pass), inputSize, list.length, inner, tapCount]),
          buffers: [x, places.table(table), y],
          groups: perElement(countOf(pass)),
        };
      }),
  };
}

/** Position and share of each tap; what is missing counts the first element with share 0. */
function tableOf(mixtures: readonly Mixture[]): { readonly table: Int32Array; readonly tapCount: number } {
  const tapCount = mixtures.reduce((most, mixture) => Math.max(most, mixture.length), 1);
  const table = new Int32Array(2 * tapCount * mixtures.length);
  mixtures.forEach((mixture, m) => {
    mixture.forEach(([at, share], t) => {
      table.set([at, floatBits(share)], 2 * (m * tapCount + t));
    });
  });
  return { table, tapCount };
}
