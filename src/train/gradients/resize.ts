import { numbersOf, type TensorId } from '../../ir/index.ts';
import { ints, type NamedAttributes, reals, text } from '../emitter.ts';
import type { GradientRule, RuleContext } from './rule.ts';

/** Attributes of Resize that its gradient takes over as they are. */
const SAME = ['cubic_coeff_a', 'exclude_outside', 'antialias'];

/** Upsample, and Resize before opset 11, had one way: asymmetric, nearest at or before. */
function modesOf({ node, read, e }: RuleContext): NamedAttributes {
  const mode = read.string('mode') ?? 'nearest';
  const old = node.op === 'Upsample' || e.opset < 11;
  return {
    mode: text(mode === 'bilinear' ? 'linear' : mode),
    coordinate_transformation_mode: text(
      old ? 'asymmetric' : (read.string('coordinate_transformation_mode') ?? 'half_pixel'),
    ),
    nearest_mode: text(old ? 'floor' : (read.string('nearest_mode') ?? 'round_prefer_floor')),
    ...Object.fromEntries(SAME.map((name) => [name, node.attributes.get(name)])),
  };
}

/** Numbers of an input, if it is given and not empty. */
function constantAt(ctx: RuleContext, input: number): readonly number[] | undefined {
  const id = ctx.node.inputs[input] ?? '';
  if (id === '') return undefined;
  const found = ctx.e.constantOf(id) ?? ctx.refuse('its sizes are computed from the data');
  return found.data.length === 0 ? undefined : Array.from(numbersOf(found));
}

/** Scale of every dimension, as Resize uses it. */
function scalesOf(ctx: RuleContext, axes: readonly number[]): number[] {
  const { e, node, read } = ctx;
  const [from, to] = [e.shapeOf(node.inputs[0] as TensorId), e.shapeOf(node.outputs[0] as TensorId)];
  const isUpsample = node.op === 'Upsample';
  const stated =
    isUpsample && e.opset < 9 ? read.floats('scales') : constantAt(ctx, isUpsample || e.opset < 11 ? 1 : 2);
  const sizes = isUpsample || e.opset < 11 ? undefined : constantAt(ctx, 3);
  const policy = read.string('keep_aspect_ratio_policy') ?? 'stretch';
  if (sizes && policy !== 'stretch') {
    const ratios = sizes.map((size, i) => size / (from[axes[i] as number] as number));
    const scale = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
    return from.map((_, d) => (axes.includes(d) ? scale : 1));
  }
  return from.map((size, d) => {
    const at = axes.indexOf(d);
    if (at < 0) return 1;
    return sizes || !stated ? (to[d] as number) / size : (stated[at] as number);
  });
}

const resizing = (id: 'Resize' | 'Upsample'): GradientRule => ({
  id,
  gradients(ctx) {
    const { e, dy, node, read } = ctx;
    const shape = e.shapeOf(node.inputs[0] as TensorId);
    const axes = (read.ints('axes') ?? shape.map((_, d) => d)).map((a) => (a < 0 ? a + shape.length : a));
    const region = id === 'Resize' && e.opset >= 11 ? constantAt(ctx, 1) : undefined;
    const along = (offset: number, absent: number) =>
      shape.map((_, d) => (axes.includes(d) ? region?.[axes.indexOf(d) + offset] : undefined) ?? absent);
    return [
      ctx.wanted(0, () =>
        e.train('ResizeGradient', [dy], {
          ...modesOf(ctx),
          input_shape: ints(shape),
          scales: reals(scalesOf(ctx, axes)),
          ...(region ? { roi: reals([...along(0, 0), ...along(axes.length, 1)]) } : {}),
        }),
      ),
    ];
  },
});

export const resize = resizing('Resize');
export const upsample = resizing('Upsample');
