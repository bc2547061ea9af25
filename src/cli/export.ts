import { UserError } from '../base/index.ts';
import { type Choices, type Exploration, readParetoscope } from '../explore/index.ts';
import type { Command, CommandHost, Invocation } from './command.ts';
import { choicesOf, DATA_OPTIONS, dataOf, PLATFORM_OPTION, QUANTIZE_OPTIONS, recipeData } from './design-options.ts';
import { badUsage } from './errors.ts';
import { modelPath } from './invocation.ts';
import { openModel, parseShapes, SHAPE_OPTION } from './open-model.ts';

/** The choices of one point of a saved exploration: 'E.paretoscope#1a2b3c'. */
function choicesOfDesign(
  design: string,
  sha256: string,
  host: CommandHost,
): { choices: Choices; exploration: Exploration } {
  const at = design.lastIndexOf('#');
  if (at < 1) throw badUsage(`--design takes FILE#POINT, not '${design}'.`);
  const file = host.read(design.slice(0, at));
  const { exploration } = readParetoscope(file.bytes, file.name);
  const id = design.slice(at + 1);
  const point = exploration.points.find((p) => p.id === id);
  if (!point) {
    throw new UserError(
      'cli/unknown-point',
      `'${file.name}' has no design point '${id}'.`,
      `It has ${exploration.points.length}, as ${exploration.points[0]?.id ?? 'none'}.`,
      { id },
    );
  }
  if (exploration.model.sha256 !== sha256) {
    throw new UserError(
      'cli/other-model',
      `The exploration is of '${exploration.model.name}' (${exploration.model.sha256.slice(0, 8)}), not of this model.`,
      'Give the model it was made from.',
      {
        expected: exploration.model.sha256,
        got: sha256,
      },
    );
  }
  return { choices: point.choices, exploration };
}

/** `vectors=200,prefix=net` → options; numbers and booleans are read as such. */
function optionsOf(call: Invocation): Record<string, number | boolean | string> {
  const options: Record<string, number | boolean | string> = {};
  for (const part of (call.text('options') ?? '').split(',').filter(Boolean)) {
    const [name = '', value = ''] = part.split(/=(.*)/s);
    options[name] =
      value === 'true'
        ? true
        : value === 'false'
          ? false
          : value !== '' && Number.isFinite(Number(value))
            ? Number(value)
            : value;
  }
  return options;
}

export const exportPackage: Command = {
  id: 'export',
  summary: 'A package for hardware that has passed its own bit-exact self-test',
  usage: 'MODEL --target c|qdq [--design E.paretoscope#ID] --out P.zip',
  options: [
    { name: 'target', value: 'ID', help: 'What to make', default: 'c' },
    { name: 'design', value: 'FILE#ID', help: 'A design point of a saved exploration, in place of the flags below' },
    { name: 'options', value: 'a=1,b=2', help: 'Settings of the exporter' },
    { name: 'out', value: 'P.zip', help: 'Where to write the package' },
    ...QUANTIZE_OPTIONS,
    PLATFORM_OPTION,
    ...DATA_OPTIONS,
    SHAPE_OPTION,
  ],
  async run(call, host) {
    const opened = await openModel(modelPath(call, exportPackage), parseShapes(call.text('shape')), host);
    const design = call.text('design');
    const saved = design === undefined ? undefined : choicesOfDesign(design, opened.view.reference.sha256, host);
    const choices = saved?.choices ?? (await choicesOf(call, opened, host));
    // The same calibration gives the same bytes: a design made on generated samples brings them along.
    const recipe =
      call.text('calibration') === undefined && call.text('data') === undefined
        ? saved?.exploration.calibration.recipe
        : undefined;
    const { calibrationId } = recipe ? recipeData(recipe, host) : dataOf(call, host);
    const request = {
      modelId: opened.modelId,
      calibrationId,
      choices,
      target: call.text('target') ?? 'c',
      options: optionsOf(call),
      seed: saved?.exploration.seed ?? call.seed,
    };
    const reply = await host
      .client()
      .run('export', request, { seed: call.seed, onWarning: (d) => host.note(`${d.severity}: ${d.message}`) });
    const out = call.text('out');
    if (out) host.write(out, reply.zip);
    const files = reply.files.map(({ path, bytes }) => ({ path, bytes }));
    return {
      json: { files, selfTest: reply.selfTest, manifest: reply.manifest, diagnostics: reply.diagnostics },
      text: [
        `self-test: ${reply.selfTest.vectors} vectors, ${reply.selfTest.mismatches} mismatches`,
        ...files.map((f) => `${String(f.bytes).padStart(10)}  ${f.path}`),
      ].join('\n'),
    };
  },
};
