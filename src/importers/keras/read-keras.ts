/** What all writings of Keras models share: from a topology and weights to what the room gives out. */
import { messageOf } from '../../base/index.ts';
import type { Diagnostic } from '../../ir/index.ts';
import { badStructure } from '../errors.ts';
import { type Imported, type ReadOptions, referenceOf, type SourceBytes } from '../importer.ts';
import { type JsonObject, member } from '../json.ts';
import { buildNetwork } from './network.ts';
import { readTopology } from './topology.ts';
import { type LayerWeights, noWeights } from './weights.ts';

export interface KerasParts {
  /** The file the network came from: its name is in messages, its fingerprint in the reference. */
  readonly file: SourceBytes;
  /** Id in the registry. */
  readonly format: string;
  /** The object `{class_name, config}`. */
  readonly root: JsonObject;
  /** Absent: the file has none. */
  readonly weights?: LayerWeights;
  /** Version of Keras, '' where the file does not say. */
  readonly version: string;
}

export function importKeras({ file, format, root, weights, version }: KerasParts, options: ReadOptions): Imported {
  const name = file.name;
  const { model, opset, diagnostics } = buildGuarded(name, () =>
    buildNetwork({
      file: name,
      topology: readTopology(name, root),
      weights: weights ?? noWeights(name),
      kerasMajor: majorOf(version, root),
    }),
  );
  return {
    model,
    reference: referenceOf(file, options.sha256),
    format,
    producer: version === '' ? 'Keras' : `Keras ${version}`,
    opset,
    diagnostics: weights ? diagnostics : [NO_WEIGHTS, ...diagnostics],
    weightless: weights === undefined,
    bytesRead: file.source.size,
  };
}

const NO_WEIGHTS: Diagnostic = {
  code: 'importers/no-weights',
  severity: 'info',
  message:
    'The file holds the structure only. Its weights stand in with the numbers of an untrained network: shapes, sizes and costs hold, what it computes does not.',
};

/** Objects nested to exhaust the stack end as an error of the file. */
function buildGuarded<T>(file: string, build: () => T): T {
  try {
    return build();
  } catch (thrown) {
    if (thrown instanceof RangeError)
      throw badStructure(file, `it is nested too deeply or too large (${messageOf(thrown)})`);
    throw thrown;
  }
}

/** Where the version is not written, the writing tells it: Keras 3 says of which module a class is. */
function majorOf(version: string, root: JsonObject): number {
  const stated = Number.parseInt(version, 10);
  if (Number.isInteger(stated)) return stated;
  return member(root, 'module') === undefined ? 2 : 3;
}
