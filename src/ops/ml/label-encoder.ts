import { type DataType, decodeWeight, type Tensor, tensorOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { given } from '../elements.ts';
import { badAttribute } from '../errors.ts';
import { elementwiseCost, value } from '../inference.ts';
import { OPEN_SIZE, type OpDef } from '../op-def.ts';

/** Operators of ai.onnx.ml that look values up in a list: LabelEncoder, OneHotEncoder. */

type Entry = number | bigint | string;
/** Keys compare as texts: 64-bit integers and numbers alike, not-a-number as itself. */
const keyOf = (v: Entry): string => (typeof v === 'string' ? `s${v}` : `n${v}`);

interface Table {
  readonly entries: readonly Entry[];
  readonly type: DataType;
}

function tableOf(read: AttributeReader, kind: 'keys' | 'values'): Table | undefined {
  const tensor = read.tensor(`${kind}_tensor`);
  if (tensor) return { entries: Array.from(decodeWeight(tensor).data as ArrayLike<Entry>), type: tensor.type };
  const strings = read.strings(`${kind}_strings`);
  if (strings) return { entries: strings, type: 'string' };
  const ints = read.ints(`${kind}_int64s`);
  if (ints) return { entries: ints, type: 'int64' };
  const floats = read.floats(`${kind}_floats`);
  return floats && { entries: floats, type: 'float32' };
}

function defaultOf(read: AttributeReader, type: DataType): Entry {
  const tensor = read.tensor('default_tensor');
  if (tensor) return (decodeWeight(tensor).data[0] as Entry | undefined) ?? 0;
  if (type === 'string') return read.string('default_string') ?? '_Unused';
  return type === 'int64' ? (read.int('default_int64') ?? -1) : (read.float('default_float') ?? 0);
}

const filled = (type: DataType, shape: readonly number[], entries: readonly Entry[]): Tensor =>
  type === 'string' ? { type, shape, data: entries.map(String) } : tensorOf(type, shape, entries.map(Number));

/** Replaces each element by the value beside its key. The first form knows only texts and their positions. */
export const labelEncoder = {
  id: 'ai.onnx.ml::LabelEncoder',
  sinceOpset: 1,
  bind(attributes) {
    const read = new AttributeReader('LabelEncoder', attributes);
    const classes = read.strings('classes_strings');
    const positions = classes && { entries: classes.map((_, i) => i), type: 'int64' as const };
    const keys = tableOf(read, 'keys') ?? (classes && { entries: classes, type: 'string' as const });
    const values = tableOf(read, 'values') ?? positions;
    if (!keys || !values) throw badAttribute('LabelEncoder', 'keys_*', 'is missing');
    const forward = new Map(keys.entries.map((k, i) => [keyOf(k), values.entries[i] as Entry]));
    const otherwise = defaultOf(read, values.type);
    const backward = classes && new Map(classes.map((c, i) => [`n${i}`, c as Entry]));
    const typeFor = (x: DataType | undefined) => (classes && x === 'int64' ? 'string' : values.type);
    return {
      infer: ([x]) => [value(typeFor(x?.type), x?.shape)],
      cost: elementwiseCost(1),
      run(inputs) {
        const x = given('LabelEncoder', inputs, 0);
        const type = typeFor(x.type);
        const table = type === 'string' && backward ? backward : forward;
        const missing = type === values.type ? otherwise : defaultOf(read, type);
        return [
          filled(
            type,
            x.shape,
            Array.from(x.data as ArrayLike<Entry>, (v) => table.get(keyOf(v)) ?? missing),
          ),
        ];
      },
    };
  },
} as const satisfies OpDef;

/** A new last dimension: 1 at the category of the element, 0 elsewhere. */
export const oneHotEncoder = {
  id: 'ai.onnx.ml::OneHotEncoder',
  sinceOpset: 1,
  bind(attributes) {
    const read = new AttributeReader('OneHotEncoder', attributes);
    const categories: readonly Entry[] = read.strings('cats_strings') ?? read.ints('cats_int64s') ?? [];
    const allowsUnknown = (read.int('zeros') ?? 1) !== 0;
    const places = new Map(categories.map((c, i) => [keyOf(c), i]));
    return {
      infer: ([x]) => [value('float32', x?.shape && [...x.shape, categories.length || OPEN_SIZE])],
      cost: elementwiseCost(1),
      run(inputs) {
        const x = given('OneHotEncoder', inputs, 0);
        const out = new Float32Array(x.data.length * categories.length);
        Array.from(x.data as ArrayLike<Entry>).forEach((v, i) => {
          const place = places.get(keyOf(typeof v === 'string' ? v : Math.trunc(Number(v))));
          if (place !== undefined) out[i * categories.length + place] = 1;
          else if (!allowsUnknown) throw badAttribute('OneHotEncoder', 'cats_*', `has no category for ${String(v)}`);
        });
        return [{ type: 'float32', shape: [...x.shape, categories.length], data: out }];
      },
    };
  },
} as const satisfies OpDef;
