import { messageOf } from '../base/index.ts';
import { checkChange, describeChange, type ModelChange } from '../explore/index.ts';
import type { Command } from './command.ts';
import { badUsage } from './errors.ts';
import { modelPath } from './invocation.ts';
import { openModel, parseShapes, SHAPE_OPTION } from './open-model.ts';

export const edit: Command = {
  id: 'edit',
  summary: 'Edit a network: remove, rename, insert, extract, set attributes and sizes',
  usage: 'MODEL --edits E.json [--out M.onnx]',
  options: [
    { name: 'edits', value: 'E.json', help: 'A list of edits, such as [{"kind":"remove","nodes":["relu_3"]}]' },
    { name: 'out', value: 'M.onnx', help: 'Write the edited network' },
    SHAPE_OPTION,
  ],
  async run(call, host) {
    const changes = readEdits(host.read(call.required('edits')).bytes);
    const { modelId, view } = await openModel(modelPath(call, edit), parseShapes(call.text('shape')), host, changes);
    const out = call.text('out');
    if (out) host.write(out, (await host.client().run('write', { modelId })).bytes);
    const done = changes.map(describeChange);
    return {
      json: {
        edits: done,
        totals: view.totals,
        inputs: view.inputs,
        outputs: view.outputs,
        diagnostics: view.diagnostics,
      },
      text: [...done, `${view.totals.nodes} nodes`].join('\n'),
    };
  },
};

function readEdits(bytes: Uint8Array): readonly ModelChange[] {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (thrown) {
    throw badUsage(`--edits is no JSON: ${messageOf(thrown)}.`);
  }
  if (!Array.isArray(json)) throw badUsage('--edits takes a list of edits.');
  return json.map((item: unknown) => checkChange({ kind: 'edit', edit: item }));
}
