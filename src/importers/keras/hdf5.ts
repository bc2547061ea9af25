/** HDF5 files through jsfive, which is fetched when the first such file is opened. Everything it throws becomes a `UserError`. */
import type { Dataset, Group } from 'jsfive';
import { messageOf, UserError } from '../../base/index.ts';
import { elementCount } from '../../ir/index.ts';
import { damagedHdf5, unsupportedDataset } from '../errors.ts';
import { attributeFault, chunkFault, contiguous } from './hdf5-layout.ts';

/** A dataset of numbers: its head is read at once, its elements on demand. */
export interface Hdf5Array {
  readonly path: string;
  readonly shape: readonly number[];
  read(): Float32Array;
}

/** A group, found by names; a name that is not there gives `undefined`. */
export interface Hdf5Group {
  readonly path: string;
  readonly names: readonly string[];
  group(name: string): Hdf5Group | undefined;
  array(path: string): Hdf5Array | undefined;
  /** A text attribute. */
  text(name: string): string | undefined;
  /** An attribute that lists texts; [] where it is absent. Keras splits long ones in `name0`, `name1`, … */
  texts(name: string): readonly string[];
}

/** Throws `importers/hdf5-damaged` for a file that cannot be followed. Keeps `bytes`: do not write to them. */
export async function openHdf5(file: string, bytes: Uint8Array): Promise<Hdf5Group> {
  const { File } = await import('jsfive');
  const whole = bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
  return guarded(file, () => groupOf(file, new File(whole), '', new Uint8Array(whole)));
}

/** jsfive throws strings, TypeErrors and RangeErrors at whatever it cannot read; all of them mean the file is not as it should be. */
function guarded<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    throw damagedHdf5(file, messageOf(thrown), thrown);
  }
}

function groupOf(file: string, group: Group, path: string, bytes: Uint8Array): Hdf5Group {
  const names = group.keys;
  const child = (name: string): Group | Dataset | undefined =>
    names.includes(name) ? guarded(file, () => group.get(name) ?? undefined) : undefined;
  const attribute = (name: string): unknown =>
    guarded(file, () => {
      const fault = attributeFault(group, bytes);
      if (fault !== undefined) throw damagedHdf5(file, fault, undefined);
      return Object.hasOwn(group.attrs, name) ? group.attrs[name] : undefined;
    });
  const self: Hdf5Group = {
    path,
    names,
    group(name) {
      const found = child(name);
      return isGroup(found) ? groupOf(file, found, `${path}/${name}`, bytes) : undefined;
    },
    array(wanted) {
      const [first, ...rest] = wanted.split('/').filter((part) => part !== '');
      if (first === undefined) return undefined;
      if (rest.length > 0) return self.group(first)?.array(rest.join('/'));
      const found = child(first);
      return found && !isGroup(found)
        ? guarded(file, () => arrayOf(file, found, `${path}/${first}`, bytes))
        : undefined;
    },
    text(name) {
      const value = attribute(name);
      return typeof value === 'string' ? unpadded(value) : undefined;
    },
    texts(name) {
      const whole = attribute(name);
      if (whole !== undefined) return textsIn(whole);
      const parts: string[] = [];
      for (let n = 0, part = attribute(`${name}0`); part !== undefined; n++, part = attribute(`${name}${n}`))
        parts.push(...textsIn(part));
      return parts;
    },
  };
  return self;
}

const isGroup = (found: Group | Dataset | undefined): found is Group =>
  found !== undefined && 'keys' in found && 'get' in found;

/** Strings of fixed length are filled up with zeros. */
const unpadded = (value: string): string => value.replace(/\0+$/, '');

const textsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string').map(unpadded) : [];

/** Deflate cannot pack more than 1032 : 1, so a dataset that claims more than that of its file is damaged. */
const MOST_PACKED = 1032;

function arrayOf(file: string, dataset: Dataset, path: string, bytes: Uint8Array): Hdf5Array {
  const { shape, dtype } = dataset;
  if (typeof dtype !== 'string' || !/^[<>|=]?[fiu][1248]$/.test(dtype))
    throw unsupportedDataset(file, path, `its elements are of type ${JSON.stringify(dtype)}`);
  const count = elementCount(shape);
  if (!Number.isSafeInteger(count) || count > bytes.length * MOST_PACKED)
    throw unsupportedDataset(file, path, `it claims ${count} elements, more than the file can hold`);
  return {
    path,
    shape,
    read: () =>
      guarded(file, () => {
        const inPlace = dtype === '<f4' ? contiguous(dataset, bytes, count) : undefined;
        if (inPlace) return inPlace;
        const fault = chunkFault(dataset, bytes);
        if (fault !== undefined) throw unsupportedDataset(file, path, fault);
        const values = dataset.value;
        if (values.length !== count)
          throw unsupportedDataset(file, path, `${values.length} of its ${count} elements are stored`);
        return Float32Array.from(values, Number);
      }),
  };
}
