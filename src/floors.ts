/**
 * The rooms of src/ by floor. A room imports rooms on lower floors and itself; rooms on one floor are strangers.
 * `floors.test.ts` checks every import against this.
 */
export const floors: Readonly<Record<string, number>> = {
  base: 0,
  ir: 1,
  ops: 2,
  platforms: 2,
  onnx: 3,
  datasets: 3,
  compute: 3,
  importers: 4,
  analyze: 4,
  quantize: 4,
  train: 4,
  search: 4,
  lower: 4,
  emulate: 4,
  latency: 4,
  power: 4,
  exporters: 4,
  diagram: 4,
  edit: 4,
  compare: 4,
  explore: 5,
  jobs: 6,
  bench: 7,
  ui: 8,
  cli: 8,
};

/** Files `ui` may import values from; from everything else it takes types only, so that the first page stays small. `protocol` holds types alone; `spawn` makes workers. */
export const uiMayImport: readonly string[] = [
  'base/index.ts',
  'ir/index.ts',
  'explore/view.ts',
  'jobs/client.ts',
  'jobs/protocol.ts',
  '../workers/spawn.ts',
  '../workers/first-worker.ts',
];

/** Imports that break a rule, each with its reason and who owes the repair. May only become shorter. */
export const exceptions: readonly {
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly owner: string;
}[] = [];
