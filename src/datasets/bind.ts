import {
  type DataType,
  type Diagnostic,
  type Dim,
  elementCount,
  isFloat,
  isKnown,
  type SampleInput,
  type SampleSet,
  type Shape,
  type Tensor,
  type TensorId,
} from '../ir/index.ts';
import { digestOf } from './digest.ts';
import {
  differentCounts,
  emptyArray,
  missingInput,
  noInputs,
  unknownShape,
  unsupportedInput,
  valueOutOfRange,
  wrongShape,
  wrongType,
} from './errors.ts';
import { type Fit, fitOf, type Layout, transposeEach } from './fit.ts';
import { isLabelName, labelsFrom } from './labels.ts';
import { type Preprocessing, preprocess } from './preprocess.ts';

/** An input of the graph as samples meet it; its sizes must be known. */
export interface InputPort {
  readonly id: TensorId;
  /** Absent: taken as float32. */
  readonly type?: DataType | undefined;
  readonly shape: readonly Dim[];
}

export interface BindOptions {
  /** For display: usually the file's name. Default 'samples'. */
  readonly name?: string;
  /** Classes the model tells apart (last size of its output): labels must be below. Absent: labels are only kept whole and ≥ 0. */
  readonly classes?: number;
  /** Applied to inputs of float type, after conversion. Default none. */
  readonly preprocessing?: Preprocessing;
  /** Where the channels of pictures lie in the arrays. Absent: told from the shape. */
  readonly layout?: Layout;
}

export interface Bound {
  readonly samples: SampleSet;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Arrays as samples of a model. Each input takes the array of its name; the only input also takes 'x', the only array
 * that is no labels, or the first array that fits. Labels are 'y', 'labels', what is named like it, or
 * the one array left with one integer per sample: class indices, or one-hot rows.
 *
 * Integer elements are converted to the same numbers in float32. Pictures whose channels are at the other end are
 * turned round, which a diagnostic says. Throws `datasets/…` naming the array, both shapes, and the remedy.
 */
export function bindSamples(
  arrays: ReadonlyMap<string, Tensor>,
  graphInputs: readonly InputPort[],
  options: BindOptions = {},
): Bound {
  if (graphInputs.length === 0) throw noInputs();
  const diagnostics: Diagnostic[] = [];
  const labelName = labelArray(arrays, graphInputs);
  const used = new Set<string>(labelName === undefined ? [] : [labelName]);
  const inputs: SampleInput[] = [];
  let first: { name: string; count: number } | undefined;
  for (const port of graphInputs) {
    const shape = port.shape;
    if (!isKnown(shape)) throw unknownShape(port.id, shape);
    const name = arrayFor(port.id, shape, arrays, graphInputs.length === 1, labelName);
    used.add(name);
    const { data, count } = bindInput(name, arrays.get(name) as Tensor, port, shape, options, diagnostics);
    if (first && first.count !== count) throw differentCounts(first.name, first.count, name, count);
    first ??= { name, count };
    inputs.push({ tensor: port.id, shape, data });
  }
  const count = first?.count ?? 0;
  const labels = bindLabels(arrays, labelName ?? assumedLabels(arrays, used, count, diagnostics), count, options);
  reportUnused(arrays, used, diagnostics);
  const set = { name: options.name ?? 'samples', count, inputs, origin: 'given' as const, ...(labels && { labels }) };
  return { samples: { ...set, sha256: digestOf(inputs, labels) }, diagnostics };
}

function labelArray(arrays: ReadonlyMap<string, Tensor>, inputs: readonly InputPort[]): string | undefined {
  const ids = new Set(inputs.map((i) => i.id));
  const names = [...arrays.keys()].filter((name) => !ids.has(name));
  return names.find((name) => name === 'y') ?? names.find(isLabelName);
}

/** Without names to go by, as in numpy.savez(file, images, labels): the one array left that holds one integer per sample. */
function assumedLabels(
  arrays: ReadonlyMap<string, Tensor>,
  used: Set<string>,
  count: number,
  diagnostics: Diagnostic[],
): string | undefined {
  if (count < 2) return undefined;
  const able = [...arrays].filter(
    ([name, { type, shape }]) => !used.has(name) && !isFloat(type) && shape.length === 1 && shape[0] === count,
  );
  const [name] = able[0] ?? [];
  if (name === undefined || able.length > 1) return undefined;
  used.add(name);
  const message = `'${name}' holds one whole number per sample and is taken as the labels. Name it 'y' to be explicit.`;
  diagnostics.push({ code: 'datasets/labels-assumed', severity: 'info', message });
  return name;
}

function bindLabels(
  arrays: ReadonlyMap<string, Tensor>,
  name: string | undefined,
  count: number,
  options: BindOptions,
): Int32Array | undefined {
  return name === undefined ? undefined : labelsFrom(name, arrays.get(name) as Tensor, count, options.classes);
}

function arrayFor(
  id: TensorId,
  shape: Shape,
  arrays: ReadonlyMap<string, Tensor>,
  only: boolean,
  labelName: string | undefined,
): string {
  if (arrays.has(id)) return id;
  if (only) {
    if (arrays.has('x')) return 'x';
    const others = [...arrays.keys()].filter((name) => name !== labelName);
    const fitting = others.find((name) => fitOf((arrays.get(name) as Tensor).shape, shape) !== undefined);
    const found = fitting ?? (others.length === 1 ? others[0] : undefined);
    if (found !== undefined) return found;
  }
  const there = [...arrays].slice(0, 8).map(([name, tensor]) => `'${name}' [${tensor.shape.join(', ')}]`);
  throw missingInput(id, shape, there);
}

function bindInput(
  name: string,
  tensor: Tensor,
  port: InputPort,
  shape: Shape,
  options: BindOptions,
  diagnostics: Diagnostic[],
): { data: Float32Array; count: number } {
  const type = port.type ?? 'float32';
  if (type === 'string' || type.startsWith('complex')) throw unsupportedInput(port.id, type);
  const found = fitOf(tensor.shape, shape, options.layout);
  if (!found) throw wrongShape(name, tensor.shape, port.id, shape);
  if (found.count === 0 || elementCount(tensor.shape) === 0) throw emptyArray(name, tensor.shape);
  if (tensor.type === 'string') throw wrongType(name, tensor.type, port.id, type);
  const numbers = toFloat32(name, tensor, port.id, type);
  const data = arranged(numbers, found, shape);
  const say = (code: string, severity: Diagnostic['severity'], message: string): void => {
    diagnostics.push({ code, severity, message });
  };
  const shapes = `'${name}' [${tensor.shape.join(', ')}] for input '${port.id}' [${shape.join(', ')}]`;
  if (found.how === 'reshaped') say('datasets/reshaped', 'info', `The elements of ${shapes} are taken in their order.`);
  else if (found.how !== 'as-is') {
    const to = found.how === 'channels-first' ? 'from NHWC to NCHW' : 'from NCHW to NHWC';
    const why = options.layout ? 'as it was said' : 'the only order that fits';
    say(
      'datasets/channels-moved',
      options.layout ? 'info' : 'warning',
      `${shapes}: the pictures were turned ${to}, ${why}.`,
    );
  }
  if (options.preprocessing && isFloat(type)) preprocess(data, shape, options.preprocessing);
  else if (tensor.type === 'uint8' && isFloat(type))
    say('datasets/raw-bytes', 'info', `'${name}' holds bytes; they are fed as numbers from 0 to 255, unscaled.`);
  return { data, count: found.count };
}

function arranged(numbers: Float32Array, { how, count }: Fit, shape: Shape): Float32Array {
  const [, a = 1, b = 1, c = 1] = shape;
  if (how === 'channels-first') return transposeEach(numbers, count, b * c, a);
  if (how === 'channels-last') return transposeEach(numbers, count, c, a * b);
  return numbers;
}

const INTEGER_RANGES: Partial<Record<DataType, readonly [number, number]>> = {
  bool: [0, 1],
  int4: [-8, 7],
  uint4: [0, 15],
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
};
/** Whole numbers up to here are exact in float32, the form samples are held in. */
const EXACT = 2 ** 24;

/** Always a new array: samples outlive and may be scaled apart from the arrays they came from. */
function toFloat32(name: string, tensor: Tensor, input: TensorId, type: DataType): Float32Array {
  const { data } = tensor;
  const whole = !isFloat(type);
  const [low, high] = whole
    ? (INTEGER_RANGES[type] ?? [-EXACT, EXACT])
    : [-3.4028235677973366e38, 3.4028235677973366e38];
  if (whole && isFloat(tensor.type) && hasFraction(data as ArrayLike<number>))
    throw wrongType(name, tensor.type, input, type);
  const out = new Float32Array(data.length);
  for (let i = 0; i < out.length; i++) {
    const value = Number(data[i]);
    if (!(value >= low && value <= high)) throw valueOutOfRange(name, i, String(value), input, type);
    out[i] = value;
  }
  return out;
}

function hasFraction(data: ArrayLike<number>): boolean {
  for (let i = 0; i < data.length; i++) if (Number.isFinite(data[i]) && !Number.isInteger(data[i])) return true;
  return false;
}

function reportUnused(arrays: ReadonlyMap<string, Tensor>, used: ReadonlySet<string>, diagnostics: Diagnostic[]): void {
  const unused = [...arrays.keys()].filter((name) => !used.has(name));
  if (unused.length === 0) return;
  const shown = unused.slice(0, 5).map((name) => `'${name}'`);
  const more = unused.length > 5 ? ` and ${unused.length - 5} more` : '';
  const message = `Not used: ${shown.join(', ')}${more}; the model has no inputs of these names.`;
  diagnostics.push({ code: 'datasets/unused-arrays', severity: 'info', message });
}
