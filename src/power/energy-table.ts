import { Registry } from '../base/index.ts';

/** Joules per event of one technology, with where they are from. Shown wherever a figure rests on them. */
export interface EnergyTable {
  readonly id: string;
  readonly name: string;
  readonly source: string;
  /** When the figures were published. */
  readonly date: string;
  readonly nodeNanometres: number;
  readonly supplyVolts: number;
  /** Joules of an integer addition, by bits; between listed widths proportional to the width. */
  readonly integerAdd: ReadonlyMap<number, number>;
  /** Joules of an integer multiplication, by bits; between listed widths proportional to the width squared. */
  readonly integerMultiply: ReadonlyMap<number, number>;
  readonly floatAdd: ReadonlyMap<number, number>;
  readonly floatMultiply: ReadonlyMap<number, number>;
  /** Joules per 64-bit access of an on-chip memory, by its size in bytes. */
  readonly onChipAccess: ReadonlyMap<number, number>;
  /** Joules per bit moved to or from off-chip DRAM. */
  readonly dramPerBit: number;
}

const pico = (value: number): number => value * 1e-12;
const picos = (rows: readonly (readonly [key: number, value: number])[]): ReadonlyMap<number, number> =>
  new Map(rows.map(([key, value]) => [key, pico(value)]));

/** Methods F.6. 16-bit integer figures are interpolated there. */
export const horowitz45: EnergyTable = {
  id: 'horowitz-45nm',
  name: 'Horowitz, 45 nm, 0.9 V',
  source:
    'M. Horowitz, "Computing\'s energy problem (and what we can do about it)", ISSCC 2014; 16-bit integers interpolated (methods F.6)',
  date: '2014-02',
  nodeNanometres: 45,
  supplyVolts: 0.9,
  integerAdd: picos([
    [8, 0.03],
    [16, 0.05],
    [32, 0.1],
  ]),
  integerMultiply: picos([
    [8, 0.2],
    [16, 0.8],
    [32, 3.1],
  ]),
  floatAdd: picos([
    [16, 0.4],
    [32, 0.9],
  ]),
  floatMultiply: picos([
    [16, 1.1],
    [32, 3.7],
  ]),
  onChipAccess: picos([
    [8 * 1024, 10],
    [32 * 1024, 20],
    [1024 * 1024, 100],
  ]),
  dramPerBit: pico(1300 / 64),
};

/** Tables of energy per operation: one line each. */
export const energyTables = new Registry<EnergyTable>('energy table', [horowitz45]);

/**
 * The same table at another technology: energy ∝ node · V² for everything on the chip, DRAM unchanged (methods F.6).
 * An estimate, and named as one.
 */
export function scaledTable(table: EnergyTable, nodeNanometres: number, supplyVolts: number): EnergyTable {
  const factor = (nodeNanometres / table.nodeNanometres) * (supplyVolts / table.supplyVolts) ** 2;
  const scale = (rows: ReadonlyMap<number, number>) =>
    new Map([...rows].map(([key, joules]) => [key, joules * factor]));
  return {
    ...table,
    id: `${table.id}-at-${nodeNanometres}nm-${supplyVolts}V`,
    name: `${table.name}, scaled to ${nodeNanometres} nm, ${supplyVolts} V`,
    source: `${table.source}; scaled by node × voltage² (methods F.6)`,
    nodeNanometres,
    supplyVolts,
    integerAdd: scale(table.integerAdd),
    integerMultiply: scale(table.integerMultiply),
    floatAdd: scale(table.floatAdd),
    floatMultiply: scale(table.floatMultiply),
    onChipAccess: scale(table.onChipAccess),
  };
}

/** Value at a width: listed, or from the nearest listed width by the power law. */
function atWidth(rows: ReadonlyMap<number, number>, bits: number, exponent: number): number {
  let nearest = Number.NaN;
  let energy = 0;
  for (const [width, joules] of rows) {
    const isCloser = Number.isNaN(nearest) || Math.abs(Math.log(width / bits)) < Math.abs(Math.log(nearest / bits));
    if (isCloser) [nearest, energy] = [width, joules];
  }
  return energy * (bits / nearest) ** exponent;
}

/**
 * Joules of one multiply-accumulate of integers: a product of a weight and an activation, and one addition.
 * A product of unequal widths costs as one of their geometric mean. `sumBits`: 32 for the accumulator; the golden figure
 * of methods F.6 counts 0.2 + 0.1 pJ at 8 bits.
 */
export const macEnergy = (table: EnergyTable, weightBits: number, activationBits: number, sumBits = 32): number =>
  atWidth(table.integerMultiply, Math.sqrt(weightBits * activationBits), 2) + atWidth(table.integerAdd, sumBits, 1);

/** Joules of one multiply-accumulate of floats of 16 or 32 bits. */
export const floatMacEnergy = (table: EnergyTable, bits: number): number =>
  atWidth(table.floatMultiply, bits, 2) + atWidth(table.floatAdd, bits, 1);

/** Joules of one addition-like operation. */
export const addEnergy = (table: EnergyTable, bits: number): number => atWidth(table.integerAdd, bits, 1);

/** Joules per byte of an on-chip memory at least as large as needed; beyond the largest listed, that one. */
export function onChipEnergyPerByte(table: EnergyTable, memoryBytes: number): number {
  const sizes = [...table.onChipAccess].sort((a, b) => a[0] - b[0]);
  const fitting = sizes.find(([size]) => size >= memoryBytes) ?? sizes.at(-1);
  return (fitting?.[1] ?? 0) / 8;
}
