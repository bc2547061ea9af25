export type { EnergyTable } from './energy-table.ts';
export {
  addEnergy,
  energyTables,
  floatMacEnergy,
  horowitz45,
  macEnergy,
  onChipEnergyPerByte,
  scaledTable,
} from './energy-table.ts';
export type { EnergyComponent, EnergyEstimate, EnergyOptions, EnergyWidths, LatencyOf } from './estimate-energy.ts';
export { computeEnergy, estimateEnergy, memoryEnergy } from './estimate-energy.ts';
