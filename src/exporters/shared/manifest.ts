import { canonicalJson } from '../../base/index.ts';
import type { Program } from '../../ir/index.ts';
import type { ExportRequest } from '../package.ts';
import type { OptionValues } from './options.ts';

/** Longest name written to a manifest; names come from the model file and may be of any length. */
const LONGEST_NAME = 200;

/**
 * `manifest.json` of a package: what it was made from and what it needs. Sorted keys, ASCII only, no dates, so that
 * equal requests give equal bytes; `options` are the values that ran, defaults included. `facts` are the target's own figures (bytes, counts).
 */
export function manifestText(
  target: string,
  request: ExportRequest,
  options: OptionValues,
  vectors: number,
  facts: Readonly<Record<string, unknown>>,
): string {
  const { model, program } = request;
  const manifest = {
    format: 'paretoscope-package',
    formatVersion: 1,
    target,
    model: { name: cut(model.name), sha256: model.sha256, bytes: model.bytes },
    choices: request.choices,
    options: Object.fromEntries(options),
    seed: request.seed,
    toolVersion: request.toolVersion,
    rescale: request.scheme.rescale,
    testVectors: vectors,
    program: { name: cut(program.name), calls: program.calls.length, arenaBytes: program.arenaBytes, ...facts },
    layers: layersOf(program),
  };
  return `${ascii(JSON.stringify(JSON.parse(canonicalJson(manifest)), null, 2))}\n`;
}

function layersOf(program: Program) {
  const buffers = new Map(program.buffers.map((b) => [b.id, b]));
  const constants = new Map(program.constants.map((c) => [c.id, c]));
  return program.calls.map((call) => ({
    layer: cut(call.nodes[0] ?? ''),
    kernel: call.kernel,
    weightBits: 'weights' in call ? constants.get(call.weights)?.bits : undefined,
    accumulator: 'accumulator' in call ? call.accumulator : undefined,
    outputBits: buffers.get(call.output)?.bits,
    outputShape: buffers.get(call.output)?.shape,
  }));
}

const cut = (name: string): string => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}...` : name);

/** Escapes what is not printable ASCII, so that no reader's terminal or editor is steered by a name. */
const ascii = (json: string): string =>
  json.replace(/[^\n\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
