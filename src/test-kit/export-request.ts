import type { ExportRequest } from '../exporters/index.ts';
import type { Program, TestVector } from '../ir/index.ts';

/** A request for a program made by hand: the graph and scheme it would come from are empty. */
export const requestOf = (
  program: Program,
  vectors: readonly TestVector[],
  options: ExportRequest['options'] = {},
): ExportRequest => ({
  model: { name: `${program.name}.onnx`, sha256: '0'.repeat(64), bytes: 1 },
  prepared: {
    graph: {
      version: 1,
      name: program.name,
      opsets: new Map([['', 13]]),
      inputs: [],
      outputs: [],
      tensors: new Map(),
      nodes: [],
    },
    weights: new Map(),
  },
  scheme: { version: 1, tensors: new Map(), rescale: 'fixed32', shiftRounding: 'half', thresholds: new Map() },
  program,
  vectors,
  choices: { version: 1 },
  seed: 1,
  toolVersion: '0.0.0-test',
  options,
});
