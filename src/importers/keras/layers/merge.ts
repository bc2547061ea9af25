/** Layers of several inputs. */
import { type Dim, isKnown } from '../../../ir/index.ts';
import { shapesDiffer, tooFewInputs } from '../../errors.ts';
import { int, ints } from '../../network-builder.ts';
import { asKeras, constant, kerasValue, type LayerReader, type LayerScope, put, scalar } from '../layer-scope.ts';
import { tensorAxis, type Value } from '../value.ts';

/** All inputs in one layout: the one they share, else channels first where any has it, else Keras' own. */
export function aligned(scope: LayerScope, values: readonly Value[]): readonly Value[] {
  const [first] = values as readonly [Value];
  const rank = Math.max(...values.map((v) => v.shape.length));
  const alike = (v: Value) => v.layout === first.layout && `${v.from ?? ''}` === `${first.from ?? ''}`;
  if (values.every((v) => v.shape.length === rank)) {
    if (values.every(alike)) return values;
    if (rank > 2 && values.some((v) => v.layout === 'channels-first'))
      return values.map((v) => scope.layouts.channelsFirst(v));
  }
  return values.map((v, i) => widened(scope, asKeras(scope, v), rank, i));
}

/** Fewer dimensions than the others: Keras puts them in behind the batch. */
function widened(scope: LayerScope, v: Value, rank: number, index: number): Value {
  const missing = rank - v.shape.length;
  if (missing === 0) return v;
  const axes = Array.from({ length: missing }, (_, i) => i + 1);
  const list = constant(scope, `axes_${index}`, [missing], axes, 'int64');
  const id = put(scope, 'Unsqueeze', [v.id, list], {}, `widened_${index}`);
  return kerasValue(id, [v.shape[0] as Dim, ...axes.map(() => 1), ...v.shape.slice(1)]);
}

/** Shape of an elementwise result; sizes of 1 give way, and so do symbols to numbers. */
export function broadcastShape(scope: LayerScope, values: readonly Value[]): Dim[] {
  const [first] = values as readonly [Value];
  return first.shape.map((_, axis) => {
    let size: Dim = 1;
    for (const v of values) {
      const d = v.shape[axis] as Dim;
      if (d === 1 || d === size) continue;
      if (size === 1 || typeof size === 'string') size = d;
      else if (typeof d === 'number')
        throw shapesDiffer(
          scope.file,
          scope.path,
          values.map((x) => x.shape),
        );
    }
    return size;
  });
}

const several = (scope: LayerScope, least = 2): readonly Value[] => {
  if (scope.inputs.length < least) throw tooFewInputs(scope.file, scope.path, least, scope.inputs.length);
  return scope.inputs;
};

/** One node per further input. */
const folded =
  (op: string, exactly?: number): LayerReader =>
  (scope) => {
    const values = aligned(scope, several(scope, exactly ?? 1));
    const shape = broadcastShape(scope, values);
    const [first, ...rest] = values as readonly [Value, ...Value[]];
    const id = rest.reduce(
      (sum, v, i) => put(scope, op, [sum, v.id], {}, i === rest.length - 1 ? '' : `part_${i + 1}`),
      first.id,
    );
    return { ...first, id: rest.length === 0 ? put(scope, 'Identity', [first.id]) : id, shape };
  };

/** One node that takes any number of inputs. */
const variadic =
  (op: 'Max' | 'Min'): LayerReader =>
  (scope) => {
    const values = aligned(scope, several(scope, 1));
    const shape = broadcastShape(scope, values);
    return {
      ...(values[0] as Value),
      id: put(
        scope,
        op,
        values.map((v) => v.id),
      ),
      shape,
    };
  };

const average: LayerReader = (scope) => {
  const sum = folded('Add')({ ...scope, name: `${scope.name}_sum` }) as Value;
  return { ...sum, id: put(scope, 'Mul', [sum.id, scalar(scope, 'share', 1 / scope.inputs.length)]) };
};

const concatenate: LayerReader = (scope) => {
  const values = several(scope, 1);
  const [first] = values as readonly [Value];
  const rank = first.shape.length;
  const stated = scope.config.whole('axis', -1);
  const axis = stated < 0 ? stated + rank : stated;
  const fits = (v: Value) =>
    v.shape.every(
      (d, i) => i === axis || typeof d === 'string' || typeof first.shape[i] === 'string' || d === first.shape[i],
    );
  if (values.some((v) => v.shape.length !== rank || !fits(v)) || axis < 0 || axis >= rank)
    throw shapesDiffer(
      scope.file,
      scope.path,
      values.map((v) => v.shape),
    );
  const flat = values.some((v) => v.layout === 'flat-channels-first');
  const same = flat ? values.map((v) => asKeras(scope, v)) : aligned(scope, values);
  const along: readonly Dim[] = same.map((v) => v.shape[axis] as Dim);
  const size = isKnown(along) ? along.reduce((n, d) => n + d, 0) : along.join('+');
  const id = put(
    scope,
    'Concat',
    same.map((v) => v.id),
    { axis: int(tensorAxis(same[0] as Value, axis)) },
  );
  return { ...(same[0] as Value), id, shape: first.shape.map((d, i) => (i === axis ? size : d)) };
};

/** Sums of products along one axis of each of two inputs, as a matrix product. Two or three dimensions. */
const dot: LayerReader = (scope) => {
  const [a, b] = several(scope, 2).map((v) => asKeras(scope, v)) as [Value, Value];
  const [first, second] = dotAxes(scope, a, b);
  const left = asMatrix(scope, a, first, 'rows');
  const right = asMatrix(scope, b, second, 'columns');
  const product = put(scope, 'MatMul', [left.id, right.id]);
  const [batch, m] = left.shape as readonly [Dim, Dim, Dim];
  const n = right.shape[2] as Dim;
  const dropped = [...(a.shape.length === 2 ? [1] : []), ...(b.shape.length === 2 ? [2] : [])];
  // Keras leaves at least one dimension besides the batch.
  const gone = dropped.length === 2 ? [2] : dropped;
  if (gone.length === 0) return kerasValue(product, [batch, m, n]);
  const axes = constant(scope, 'dropped', [gone.length], gone, 'int64');
  const shape = [batch, m, n].filter((_, i) => !gone.includes(i));
  return kerasValue(put(scope, 'Squeeze', [product, axes], {}, 'squeezed'), shape);
};

function dotAxes(scope: LayerScope, a: Value, b: Value): [number, number] {
  const stated = scope.config.wholes('axes') ?? [];
  const [first, second = first] = stated;
  const front = (axis: number | undefined, v: Value) =>
    axis === undefined ? -1 : axis < 0 ? axis + v.shape.length : axis;
  const axes: [number, number] = [front(first, a), front(second, b)];
  const legal = (axis: number, v: Value) => axis >= 1 && axis < v.shape.length && v.shape.length <= 3;
  if (!legal(axes[0], a) || !legal(axes[1], b))
    throw scope.config.bad('axes', 'an axis of each input, besides the batch');
  if (scope.config.flag('normalize', false)) throw scope.config.bad('normalize', 'False');
  return axes;
}

/** As a matrix per sample: the summed axis last ('rows') or second ('columns'). */
function asMatrix(scope: LayerScope, v: Value, summed: number, role: 'rows' | 'columns'): Value {
  const wanted = role === 'rows' ? 2 : 1;
  if (v.shape.length === 2) {
    const axis = role === 'rows' ? 1 : 2;
    const id = put(scope, 'Unsqueeze', [v.id, constant(scope, `${role}_axis`, [1], [axis], 'int64')], {}, role);
    const [batch, size] = v.shape as readonly [Dim, Dim];
    return kerasValue(id, role === 'rows' ? [batch, 1, size] : [batch, size, 1]);
  }
  if (summed === wanted) return v;
  const [batch, second, third] = v.shape as readonly [Dim, Dim, Dim];
  return kerasValue(put(scope, 'Transpose', [v.id], { perm: ints([0, 2, 1]) }, role), [batch, third, second]);
}

export const merges: Readonly<Record<string, LayerReader>> = {
  Add: folded('Add'),
  Multiply: folded('Mul'),
  Subtract: folded('Sub', 2),
  Average: average,
  Maximum: variadic('Max'),
  Minimum: variadic('Min'),
  Concatenate: concatenate,
  Dot: dot,
};
