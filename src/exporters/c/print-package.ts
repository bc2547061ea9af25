import type { Program } from '../../ir/index.ts';
import { noVectors } from '../errors.ts';
import type { ExportPackage, ExportRequest } from '../package.ts';
import { type Code, trusted } from '../shared/code.ts';
import { manifestText } from '../shared/manifest.ts';
import { CNames, cName, plainWords } from '../shared/names.ts';
import { optionValues } from '../shared/options.ts';
import { base64, vectorStream } from '../shared/vectors.ts';
import { CallContext, printCall, sourcesOf } from './calls.ts';
import { CConstants, type Packing, weightFiles } from './constants.ts';
import { c } from './index.ts';
import { modelHeader, modelSource, type PrintedStep, portsOf, testVectors } from './model.ts';
import { makefileText, readmeText } from './package-texts.ts';
import { runtimeAlways, runtimeSources } from './runtime-sources.ts';

/** The whole package: README, Makefile, manifest, model, weights, vectors, and the kernels it calls. */
export function exportC(request: ExportRequest): ExportPackage {
  const { program } = request;
  const options = optionValues(c, request.options);
  const vectors = request.vectors.slice(0, options.get('vectors') as number);
  if (vectors.length === 0) throw noVectors(c.id);

  const prefix = cName(stem(program.name === '' ? request.model.name : program.name));
  const names = new CNames();
  const constants = new CConstants(program, prefix, names, options.get('weights') as Packing);
  const context = new CallContext(program, constants, c.id);
  const steps: PrintedStep[] = program.calls.map((call) => ({ call, printed: printCall(call, context) }));
  const ports = portsOf(program, prefix, names);
  const kernels = [...new Set(steps.flatMap((s) => s.printed.flatMap(sourcesOf)))].sort();
  const objects = [trusted('model'), trusted('weights'), ...kernels];
  const weights = weightFiles(prefix, constants);
  const memory = memoryOf(program, constants, context);
  const title = plainWords(stem(request.model.name));

  const files = new Map<string, string>([
    ...runtimeAlways,
    ...kernels.map((name) => [`${name}.c`, runtimeSources.get(name) as string] as const),
    ['README.md', text(readmeText(title, prefix, ports, kernels, memory, vectors.length))],
    ['Makefile', text(makefileText(objects))],
    ['manifest.json', manifestText(c.id, request, options, vectors.length, { ...memory })],
    ['model.h', text(modelHeader(program, prefix, ports))],
    ['model.c', text(modelSource(program, prefix, ports, steps, context))],
    ['weights.h', text(weights.header)],
    ['weights.c', text(weights.source)],
    ['test_vectors.c', text(testVectors(prefix, ports, vectors.length, base64(vectorStream(program, vectors))))],
  ]);
  return { target: c.id, files, diagnostics: [] };
}

/** Bytes in RAM beyond the stack, and bytes of constants in flash. */
function memoryOf(program: Program, constants: CConstants, { scratch }: CallContext) {
  return {
    arenaBytes: program.arenaBytes,
    scratchBytes: scratch.int8 + 2 * scratch.int16,
    constantBytes: constants.all().reduce((sum, a) => sum + a.bytes, 0),
  };
}

const stem = (name: string): string => name.replace(/\.[A-Za-z0-9]+$/, '');

const text = (source: Code): string => `${source}\n`;
