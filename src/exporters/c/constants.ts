import { BugError, packBits } from '../../base/index.ts';
import { type ConstantId, type Program, type ProgramConstant, type StorageType, storageBytes } from '../../ir/index.ts';
import { type Code, code, joined, trusted } from '../shared/code.ts';
import { type CNames, plainWords } from '../shared/names.ts';

/** A constant as it stands in weights.c. */
export interface CArray {
  readonly name: Code;
  readonly type: Code;
  readonly label: Code;
  readonly values: ArrayLike<number>;
  /** In flash. */
  readonly bytes: number;
}

/** Weights as it stands there: signed, plain or packed row by row. */
export interface CWeights extends CArray {
  readonly rows: number;
  /** Values of one row: those of one output channel. */
  readonly rowValues: number;
  readonly rowBytes: number;
  /** Bytes of one value in the computation, after unpacking. */
  readonly valueBytes: 1 | 2;
  readonly bits: number;
  readonly packed: boolean;
  /** What was subtracted from every code to make it signed; the weights' zero points shift along. */
  readonly subtracted: number;
}

const C_TYPES: Readonly<Record<StorageType, string>> = {
  int8: 'int8_t',
  uint8: 'uint8_t',
  int16: 'int16_t',
  uint16: 'uint16_t',
  int32: 'int32_t',
};

export const cType = (type: StorageType): Code => trusted(C_TYPES[type]);

const BYTES: Readonly<Record<string, number>> = { int8_t: 1, uint8_t: 1, int16_t: 2, uint16_t: 2, int32_t: 4 };

export type Packing = 'packed' | 'plain';

/**
 * The constants of one package: each is printed once, on first use, in the C type its reader takes. Weights are held
 * as signed codes (w − wz does not change if both lose the same), so that one set of kernels serves both kinds.
 */
export class CConstants {
  readonly #byId: ReadonlyMap<ConstantId, ProgramConstant>;
  readonly #printed = new Map<string, CArray>();

  constructor(
    program: Program,
    private readonly prefix: Code,
    private readonly names: CNames,
    private readonly packing: Packing,
  ) {
    this.#byId = new Map(program.constants.map((c) => [c.id, c]));
  }

  get(id: ConstantId): ProgramConstant {
    const found = this.#byId.get(id);
    if (!found) throw new BugError(`The program has no constant ${id}.`);
    return found;
  }

  /** A constant read as an array of `type`. */
  array(id: ConstantId, type: StorageType): CArray {
    const constant = this.get(id);
    return this.#once(`${id} ${type}`, () => this.#named(constant.role, cType(type), constant.label, constant.data));
  }

  /** Values that exist in no constant of the program, such as shifted zero points. */
  derived(key: string, words: string, label: string, type: StorageType, values: ArrayLike<number>): CArray {
    return this.#once(key, () => this.#named(words, cType(type), label, values));
  }

  /** Weights of a conv2d or dense call. Absent where the storage type is none that weights may have. */
  weights(id: ConstantId): CWeights | undefined {
    const constant = this.get(id);
    if (constant.type === 'int32') return undefined;
    return this.#once(`${id} weights`, () => {
      const layout = weightLayout(constant, this.packing);
      const type = layout.packed ? 'uint8' : layout.valueBytes === 1 ? 'int8' : 'int16';
      const { values, ...rest } = layout;
      return { ...this.#named('weights', cType(type), constant.label, values), ...rest };
    });
  }

  all(): readonly CArray[] {
    return [...this.#printed.values()];
  }

  #named(role: string, type: Code, label: string, values: ArrayLike<number>): CArray {
    const name = this.names.unique(`${this.prefix}_${role}_${label.replace(/^\w+ of /, '')}`);
    return { name, type, label: plainWords(label), values, bytes: values.length * (BYTES[type] as number) };
  }

  #once<A extends CArray>(key: string, make: () => A): A {
    const known = this.#printed.get(key);
    if (known) return known as A;
    const made = make();
    this.#printed.set(key, made);
    return made;
  }
}

function weightLayout(constant: ProgramConstant, packing: Packing) {
  const storageBits = 8 * storageBytes(constant.type);
  const packed = packing === 'packed' && constant.bits < storageBits;
  const unsigned = constant.type.startsWith('uint');
  const subtracted = unsigned ? 2 ** ((packed ? constant.bits : storageBits) - 1) : 0;
  const rows = constant.shape[0] as number;
  const rowValues = constant.data.length / rows;
  const valueBytes: 1 | 2 = (packed ? constant.bits : storageBits) <= 8 ? 1 : 2;
  const signed = unsigned ? Int32Array.from(constant.data, (w) => w - subtracted) : constant.data;
  const values = packed ? packRows(signed, rows, rowValues, constant.bits) : signed;
  const rowBytes = packed ? values.length / rows : rowValues * valueBytes;
  return { rows, rowValues, rowBytes, valueBytes, bits: constant.bits, packed, subtracted, values };
}

function packRows(values: ArrayLike<number>, rows: number, rowValues: number, bits: number): Uint8Array {
  const rowBytes = Math.ceil((rowValues * bits) / 8);
  const out = new Uint8Array(rows * rowBytes);
  const all = Int32Array.from(values);
  for (let row = 0; row < rows; row++)
    out.set(packBits(all.subarray(row * rowValues, (row + 1) * rowValues), bits), row * rowBytes);
  return out;
}

/** Numbers in lines of at most 116 characters. */
export function numberLines(values: ArrayLike<number>): Code {
  const lines: string[] = [];
  let line = '';
  for (let i = 0; i < values.length; i++) {
    const item = `${values[i]}${i + 1 < values.length ? ',' : ''}`;
    if (line.length + item.length > 112) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? item : ` ${item}`;
  }
  lines.push(line);
  return trusted(lines.join('\n'));
}

/** weights.h and weights.c. */
export function weightFiles(prefix: Code, constants: CConstants): { header: Code; source: Code } {
  const arrays = constants.all();
  const guard = trusted(`${prefix.toUpperCase()}_WEIGHTS_H`);
  const header = code`
    #ifndef ${guard}
    #define ${guard}

    #include <stdint.h>

    ${arrays.map((a) => code`extern const ${a.type} ${a.name}[${a.values.length}];`)}

    #endif
  `;
  const definitions = arrays.map(
    (a) => code`
      /* ${a.label} */
      const ${a.type} ${a.name}[${a.values.length}] = {
          ${numberLines(a.values)}
      };
    `,
  );
  const source = code`
    #include "weights.h"

    ${joined(definitions, '\n\n')}
  `;
  return { header, source };
}
