/** ANNETTE's network descriptions, as they lie in the file. Source: embedded-machine-learning/annette, `database/graphs/annette`. */
import type { Dim } from '../../ir/index.ts';
import { badDescription } from '../errors.ts';
import { isList, isObject, type Json, type JsonObject, member } from '../json.ts';

export interface AnnetteLayer {
  readonly name: string;
  readonly type: string;
  readonly parents: readonly string[];
  /** Channels first where the file has four dimensions, which are channels last there; other shapes as they are. Absent: not stated. */
  readonly input?: readonly Dim[];
  readonly output?: readonly Dim[];
  /** [rows, columns, inputs, outputs] of filters, [1, rows, columns, 1] of pools. */
  readonly kernel?: readonly number[];
  /** Of the spatial dimensions only. */
  readonly strides?: readonly number[];
  readonly dilations?: readonly number[];
  /** Before each spatial dimension, then after each. */
  readonly pads?: readonly number[];
  readonly perm?: readonly number[];
  /** 'MAX', 'AVG', … */
  readonly pooling?: string;
}

export interface Description {
  readonly name: string;
  /** In the file's order. */
  readonly layers: ReadonlyMap<string, AnnetteLayer>;
}

/** Throws `importers/annette-description`. */
export function readDescription(file: string, root: JsonObject): Description {
  const layers = member(root, 'layers');
  if (!isObject(layers)) throw badDescription(file, '', 'it has no layers');
  // Three dimensions are (batch, steps, channels) where convolutions run over steps, and anything elsewhere.
  const sequences = Object.values(layers).some((layer) => isObject(layer) && member(layer, 'type') === 'Conv1d');
  const read = new Map(
    Object.entries(layers).map(([name, layer]) => {
      if (!isObject(layer)) throw badDescription(file, name, 'it is no object');
      return [name, readLayer(file, name, layer, sequences)] as const;
    }),
  );
  if (read.size === 0) throw badDescription(file, '', 'it has no layers');
  for (const { name, parents } of read.values())
    for (const parent of parents)
      if (!read.has(parent)) throw badDescription(file, name, `its parent '${parent}' is not among the layers`);
  const name = member(root, 'name');
  return { name: typeof name === 'string' ? name : 'network', layers: read };
}

function readLayer(file: string, name: string, layer: JsonObject, sequences: boolean): AnnetteLayer {
  const type = member(layer, 'type');
  if (typeof type !== 'string' || type === '') throw badDescription(file, name, 'it has no type');
  const parents = member(layer, 'parents') ?? [];
  if (!isList(parents) || !parents.every((p): p is string => typeof p === 'string'))
    throw badDescription(file, name, 'its parents are no list of names');
  const list = (key: string) => numbersIn(file, name, key, member(layer, key));
  const input = shapeOf(file, `${name}_input`, member(layer, 'input_shape'), sequences);
  const output = shapeOf(file, name, member(layer, 'output_shape'), sequences);
  const pooling = member(layer, 'pooling_type');
  const optional = <K extends string, T>(key: K, value: T | undefined) =>
    (value === undefined ? {} : { [key]: value }) as { [P in K]?: T };
  return {
    name,
    type,
    parents,
    ...optional('input', input),
    ...optional('output', output),
    ...optional('kernel', list('kernel_shape')),
    ...optional('strides', inner(list('strides'))),
    ...optional('dilations', inner(list('dilations'))),
    ...optional('pads', innerPads(list('pads'))),
    ...optional('perm', list('perm')),
    ...optional('pooling', typeof pooling === 'string' ? pooling : undefined),
  };
}

function numbersIn(file: string, layer: string, key: string, value: Json | undefined): readonly number[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (isList(value) && value.every((v): v is number => typeof v === 'number' && Number.isInteger(v))) return value;
  throw badDescription(file, layer, `its ${key} is no list of whole numbers`);
}

/**
 * −1 is a size the file leaves open: the batch in front, others by name; a word is a name already. Images and sequences get their
 * channels second. A shape with a 0 in it is one that ANNETTE's converter did not know.
 */
function shapeOf(file: string, name: string, value: Json | undefined, sequences: boolean): readonly Dim[] | undefined {
  if (value === undefined || value === null) return undefined;
  const legal = (d: Json): d is number | string => Number.isInteger(d) || typeof d === 'string';
  if (!isList(value) || !value.every(legal)) throw badDescription(file, name, 'a shape is no list of sizes');
  if (value.includes(0)) return undefined;
  const dims = value.map((d, i) => (typeof d === 'string' || d > 0 ? d : i === 0 ? 'batch' : `${name}_${i}`));
  const imageOrSequence = dims.length === 4 || (dims.length === 3 && sequences);
  return imageOrSequence ? [dims[0] as Dim, dims.at(-1) as Dim, ...dims.slice(1, -1)] : dims;
}

/** Without batch and channels, which stand around the others. */
const inner = (values: readonly number[] | undefined): readonly number[] | undefined => values?.slice(1, -1);

function innerPads(pads: readonly number[] | undefined): readonly number[] | undefined {
  if (!pads) return undefined;
  const half = pads.length / 2;
  return [...pads.slice(1, half - 1), ...pads.slice(half + 1, -1)];
}
