/** ANNETTE's layer types as ONNX operators: one node each, with what the file leaves unsaid read off the shapes. */
import { type Attribute, type DataType, type Dim, isKnown, type Shape } from '../../ir/index.ts';
import { float, int, ints, text } from '../network-builder.ts';
import type { AnnetteLayer } from './description.ts';

/** A constant that stands behind the layer's inputs. */
export interface Operand {
  readonly name: string;
  readonly shape: Shape;
  readonly type?: DataType;
  /** Absent: a weight, whose numbers the file does not hold. */
  readonly values?: readonly number[];
  readonly centre?: number;
}

/** A node to try: it is taken if its inferred shape is the one that the file states. */
export interface Recipe {
  readonly op: string;
  /** How many of the parents it reads; default all. The others only carry a shape, which the file states too. */
  readonly reads?: number;
  /** What the file states of the result is known to be wrong; the inferred shape stands. */
  readonly overrules?: boolean;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly operands?: readonly Operand[];
}

type Shapes = readonly (readonly Dim[])[];
/** `undefined`: the shapes do not allow it. */
type RecipeOf = (layer: AnnetteLayer, inputs: Shapes, output: readonly Dim[]) => Recipe | undefined;
/** What recipes are given where the file states no shape. */
const NOT_STATED: readonly Dim[] = [];

const simple =
  (op: string, attributes: Readonly<Record<string, Attribute>> = {}): RecipeOf =>
  () => ({ op, attributes });

const list = (name: string, values: readonly number[]): Operand => ({
  name,
  shape: [values.length],
  type: 'int64',
  values,
});

const scalar = (name: string, value: number): Operand => ({ name, shape: [], values: [value] });

/** Two inputs, or one and a number the file does not hold. */
const binary =
  (op: string): RecipeOf =>
  (_layer, inputs) =>
    inputs.length >= 2 ? { op } : { op, operands: [{ name: 'operand', shape: [1], centre: 1 }] };

/**
 * Pads with which a window gives the stated output: those of the file if they do, else as TensorFlow pads for 'same', since its graphs
 * state none. `undefined` where a size is open.
 */
function padsFor(layer: AnnetteLayer, input: readonly Dim[], output: readonly Dim[], kernel: readonly number[]) {
  const strides = layer.strides ?? kernel.map(() => 1);
  const dilations = layer.dilations?.length === kernel.length ? layer.dilations : kernel.map(() => 1);
  const rank = kernel.length;
  const before: number[] = [];
  const after: number[] = [];
  for (let i = 0; i < rank; i++) {
    const [size, wanted] = [input[i + 2], output[i + 2]];
    const reach = ((kernel[i] as number) - 1) * (dilations[i] as number) + 1;
    const [b, a] = [layer.pads?.[i] ?? 0, layer.pads?.[i + rank] ?? 0];
    const stride = strides[i] as number;
    const open = typeof size !== 'number' || typeof wanted !== 'number';
    const given = open || Math.floor((size + b + a - reach) / stride) + 1 === wanted;
    const total = given ? 0 : Math.max(0, (wanted - 1) * stride + reach - size);
    before.push(given ? b : Math.floor(total / 2));
    after.push(given ? a : Math.ceil(total / 2));
  }
  const attributes: Record<string, Attribute> = { kernel_shape: ints(kernel), strides: ints(strides) };
  // Graphs of TensorFlow state no pads; where sizes are open too, 'same' is what their exporters mean.
  const openEnded = !isKnown(input.slice(2)) && layer.pads?.every((p) => p === 0);
  if (openEnded) attributes['auto_pad'] = text('SAME_UPPER');
  else attributes['pads'] = ints([...before, ...after]);
  if (dilations.some((d) => d !== 1)) attributes['dilations'] = ints(dilations);
  return attributes;
}

/** Filters [rows, columns, inputs, outputs]; fewer inputs than the value has channels means groups. */
const conv: RecipeOf = (layer, [input], output) => {
  const { kernel } = layer;
  const channels = input?.[1];
  if (!kernel || kernel.length !== input?.length || typeof channels !== 'number') return undefined;
  const [perGroup, filters] = kernel.slice(-2) as [number, number];
  const window = kernel.slice(0, -2);
  const group = perGroup > 0 ? channels / perGroup : Number.NaN;
  if (!Number.isInteger(group)) return undefined;
  return {
    op: 'Conv',
    attributes: { ...padsFor(layer, input, output, window), ...(group > 1 ? { group: int(group) } : {}) },
    operands: [{ name: 'weight', shape: [filters, perGroup, ...window] }],
  };
};

/** Filters [rows, columns, channels, multiplier]; some files write 1 for the channels. */
const depthwise: RecipeOf = (layer, [input], output) => {
  const { kernel } = layer;
  const channels = input?.[1];
  const filters = output[1] ?? channels;
  if (!kernel || kernel.length !== input?.length || typeof channels !== 'number' || typeof filters !== 'number')
    return undefined;
  const window = kernel.slice(0, -2);
  return {
    op: 'Conv',
    attributes: { ...padsFor(layer, input, output, window), group: int(channels) },
    operands: [{ name: 'weight', shape: [filters, 1, ...window] }],
  };
};

/** Filters [rows, columns, outputs, inputs]. */
const convTranspose: RecipeOf = (layer, [input], output) => {
  const { kernel, strides } = layer;
  const channels = input?.[1];
  const filters = output[1];
  if (!kernel || !strides || kernel.length !== 4 || typeof channels !== 'number' || typeof filters !== 'number')
    return undefined;
  const window = kernel.slice(0, 2);
  const totals = window.map((k, i) => {
    const [size, wanted] = [input?.[i + 2], output[i + 2]];
    if (typeof size !== 'number' || typeof wanted !== 'number') return Number.NaN;
    return (size - 1) * (strides[i] as number) + k - wanted;
  });
  if (totals.some((t) => !Number.isInteger(t))) return undefined;
  const pads = totals.map((t) => Math.max(t, 0));
  const extra = totals.map((t) => Math.max(-t, 0));
  return {
    op: 'ConvTranspose',
    attributes: {
      kernel_shape: ints(window),
      strides: ints(strides),
      pads: ints([...pads.map((t) => Math.floor(t / 2)), ...pads.map((t) => Math.ceil(t / 2))]),
      ...(extra.some((e) => e > 0) ? { output_padding: ints(extra) } : {}),
    },
    operands: [{ name: 'weight', shape: [channels, filters, ...window] }],
  };
};

/** On vectors a matrix product; on images of one place a convolution with a window of one. */
const fullyConnected: RecipeOf = (_layer, [input], output) => {
  const [inputs, outputs] = [input?.[1], output[1]];
  if (!input || typeof inputs !== 'number' || typeof outputs !== 'number') return undefined;
  if (input.length === 2) return { op: 'Gemm', operands: [{ name: 'weight', shape: [inputs, outputs] }] };
  const ones = input.slice(2).map(() => 1);
  if (input.slice(2).some((d) => d !== 1)) return undefined;
  return {
    op: 'Conv',
    attributes: { kernel_shape: ints(ones) },
    operands: [{ name: 'weight', shape: [outputs, inputs, ...ones] }],
  };
};

const pool: RecipeOf = (layer, [input], output) => {
  const window = layer.kernel?.slice(1, -1);
  if (!window || !input || window.length !== input.length - 2) return undefined;
  const op = layer.pooling?.toUpperCase().startsWith('MAX') ? 'MaxPool' : 'AveragePool';
  // −1 as window: over the whole image.
  const whole = window.some((k) => k <= 0);
  if (whole) return { op: op === 'MaxPool' ? 'GlobalMaxPool' : 'GlobalAveragePool' };
  return { op, attributes: padsFor(layer, input, output, window) };
};

const batchNorm: RecipeOf = (_layer, [input]) => {
  const channels = input?.[1];
  if (typeof channels !== 'number') return undefined;
  const one = (name: string, centre: number): Operand => ({ name, shape: [channels], centre });
  return {
    op: 'BatchNormalization',
    operands: [one('scale', 1), one('bias', 0), one('mean', 0), one('variance', 1)],
  };
};

/** Along the one axis on which the sizes add up to the output's. */
const concat: RecipeOf = (_layer, inputs, output) => {
  const total = (axis: number) => inputs.reduce((n, s) => n + (typeof s[axis] === 'number' ? s[axis] : Number.NaN), 0);
  const axes = output.map((_, axis) => axis).filter((axis) => total(axis) === output[axis]);
  const [axis] = axes.filter((a) => inputs.some((s) => s[a] !== output[a]));
  const chosen = axis ?? axes[0];
  if (chosen !== undefined) return { op: 'Concat', attributes: { axis: int(chosen) } };
  // Some files state the first input's shape as the result's: images are put together by their channels.
  const images = inputs.every((s) => s.length === 4);
  return images ? { op: 'Concat', attributes: { axis: int(1) }, overrules: true } : undefined;
};

/** To the stated sizes; the batch stays. */
const reshape: RecipeOf = (_layer, [input], output) => {
  const [batch, ...rest] = output;
  if (!isKnown(rest) || rest.length === 0 || !input || !sameElements(input, output)) return undefined;
  const first = typeof batch === 'number' ? batch : batch === input[0] ? 0 : -1;
  return { op: 'Reshape', reads: 1, operands: [list('shape', [first, ...rest])] };
};

/** As many elements, sizes that are open and 1 aside. */
export function sameElements(a: readonly Dim[], b: readonly Dim[]): boolean {
  const known = (shape: readonly Dim[]) => shape.reduce<number>((n, d) => (typeof d === 'number' ? n * d : n), 1);
  return known(a) === known(b);
}

/** A layer whose type ANNETTE's converter did not know: it hands on what it is given, perhaps arranged anew. */
const handedOn: RecipeOf = (layer, inputs, output) => {
  const [input] = inputs;
  if (inputs.length !== 1 || !input) return undefined;
  const same = input.length === output.length && input.every((d, i) => d === output[i]);
  return same ? { op: 'Identity' } : reshape(layer, inputs, output);
};

/** Axes of size 1 of one shape that the other has not; `undefined` unless they alone tell the two apart. */
function droppedAxes(longer: readonly Dim[], shorter: readonly Dim[]): number[] | undefined {
  const dropped: number[] = [];
  let at = 0;
  longer.forEach((d, axis) => {
    const left = longer.length - axis - (shorter.length - at);
    if (d === shorter[at] && !(d === 1 && left > 0 && shorter[at + 1] !== longer[axis + 1])) at++;
    else if (d === 1) dropped.push(axis);
    else at = Number.NaN;
  });
  return at === shorter.length ? dropped : undefined;
}

const squeeze: RecipeOf = (_layer, [input], output) => {
  const axes = input && droppedAxes(input, output);
  return axes && { op: 'Squeeze', operands: [list('axes', axes)] };
};

const unsqueeze: RecipeOf = (_layer, [input], output) => {
  const axes = input && droppedAxes(output, input);
  return axes && axes.length > 0 ? { op: 'Unsqueeze', operands: [list('axes', axes)] } : undefined;
};

/** Over the axes that shrink to 1, or are gone. */
const reduceMean: RecipeOf = (_layer, [input], output) => {
  if (!input) return undefined;
  const keep = input.length === output.length;
  const axes = keep ? input.flatMap((d, i) => (d !== output[i] ? [i] : [])) : missingAxes(input, output);
  return { op: 'ReduceMean', attributes: { keepdims: int(keep ? 1 : 0) }, operands: [list('axes', axes)] };
};

/** Axes that are gone: the last ones with which the rest is the output. */
function missingAxes(input: readonly Dim[], output: readonly Dim[]): number[] {
  const axes: number[] = [];
  let at = output.length - 1;
  for (let axis = input.length - 1; axis >= 0; axis--) {
    const left = at + 1;
    if (axis >= left && (input[axis] !== output[at] || input[axis - 1] === output[at])) axes.unshift(axis);
    else at--;
  }
  return axes;
}

/** The first elements along every axis: which ones are cut out is not in the file. */
const slice: RecipeOf = (_layer, [input], output) => {
  if (!input || input.length !== output.length) return undefined;
  const axes = input.flatMap((d, i) => (d !== output[i] ? [i] : []));
  const ends = axes.map((a) => output[a] as number);
  if (!isKnown(ends)) return undefined;
  const whole = axes.length === 0;
  return {
    op: 'Slice',
    operands: [
      list('starts', whole ? [0] : axes.map(() => 0)),
      list('ends', whole ? [2 ** 31 - 1] : ends),
      list('axes', whole ? [0] : axes),
    ],
  };
};

const resize =
  (mode: 'nearest' | 'linear'): RecipeOf =>
  (_layer, [input], output) => {
    if (!input || input.length !== output.length) return undefined;
    const scales = input.map((d, i) => (d === output[i] ? 1 : Number(output[i]) / Number(d)));
    if (scales.some((s) => !(s > 0))) return undefined;
    // Behind the input and two operands that are left out: region, scales.
    return {
      op: 'Resize',
      attributes: { mode: text(mode) },
      operands: [ABSENT, { name: 'scales', shape: [scales.length], values: scales }],
    };
  };

/** An optional input that is not given. */
export const ABSENT: Operand = { name: '', shape: [] };

const pad: RecipeOf = (layer, [input], output) => {
  const { pads } = layer;
  const half = (pads?.length ?? 0) / 2;
  if (input && output === NOT_STATED && pads && half === input.length - 2)
    return { op: 'Pad', operands: [list('pads', [0, 0, ...pads.slice(0, half), 0, 0, ...pads.slice(half)])] };
  if (!input || input.length !== output.length) return undefined;
  const grown = input.map((d, i) => (typeof d === 'number' && typeof output[i] === 'number' ? output[i] - d : 0));
  const stated = pads && half === input.length - 2 ? [0, 0, ...pads.slice(0, half)] : undefined;
  // What the file says, as far as it fits what it states of the shapes.
  const before = grown.map((g, i) =>
    stated && (stated[i] as number) <= g ? (stated[i] as number) : Math.floor(g / 2),
  );
  const after = grown.map((g, i) => g - (before[i] as number));
  return { op: 'Pad', operands: [list('pads', [...before, ...after])] };
};

const transpose: RecipeOf = ({ perm }, [input]) =>
  perm && input && perm.length === input.length ? { op: 'Transpose', attributes: { perm: ints(perm) } } : undefined;

const argMax: RecipeOf = (_layer, [input], output) => {
  const keep = input?.length === output.length;
  return { op: 'ArgMax', attributes: { axis: int(input && input.length > 2 ? 1 : -1), keepdims: int(keep ? 1 : 0) } };
};

const softmax: RecipeOf = (_layer, [input]) => ({
  op: 'Softmax',
  attributes: { axis: int(input && input.length > 2 ? 1 : -1) },
});

const clip: RecipeOf = () => ({ op: 'Clip', operands: [scalar('min', 0), scalar('max', 6)] });

const RECIPES: ReadonlyMap<string, RecipeOf> = new Map<string, RecipeOf>([
  ['Conv', conv],
  ['Conv1d', conv],
  ['DepthwiseConv', depthwise],
  ['ConvTranspose', convTranspose],
  ['FullyConnected', fullyConnected],
  ['Pool', pool],
  ['BatchNorm', batchNorm],
  ['Concat', concat],
  ['Add', binary('Add')],
  ['Sub', binary('Sub')],
  ['Mul', binary('Mul')],
  ['Div', binary('Div')],
  ['RealDiv', binary('Div')],
  ['Pow', binary('Pow')],
  ['Relu', simple('Relu')],
  ['Relu6', clip],
  ['Clip', clip],
  ['LeakyRelu', simple('LeakyRelu', { alpha: float(0.1) })],
  ['Sigmoid', simple('Sigmoid')],
  ['Tanh', simple('Tanh')],
  ['Softplus', simple('Softplus')],
  ['Softmax', softmax],
  ['LRN', simple('LRN', { size: int(5) })],
  ['Dropout', simple('Identity')],
  ['Flatten', simple('Flatten')],
  ['Reshape', reshape],
  ['Squeeze', squeeze],
  ['Unsqueeze', unsqueeze],
  ['Transpose', transpose],
  ['Slice', slice],
  ['Pad', pad],
  ['ReduceMean', reduceMean],
  ['Resize', resize('nearest')],
  ['ResizeNearestNeighbor', resize('nearest')],
  ['ResizeBilinear', resize('linear')],
  ['ArgMax', argMax],
  ['Shape', simple('Shape')],
  ['Gather', () => ({ op: 'Gather', operands: [{ name: 'index', shape: [], type: 'int64', values: [0] }] })],
  ['DataInput', handedOn],
]);

/** The operator a layer would be; `undefined`: its type has none, or its shapes do not allow it. */
export const recipeFor = (layer: AnnetteLayer, inputs: Shapes): Recipe | undefined =>
  RECIPES.get(layer.type)?.(layer, inputs, layer.output ?? NOT_STATED);
