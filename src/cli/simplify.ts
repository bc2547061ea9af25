import type { Command } from './command.ts';
import { modelPath } from './invocation.ts';
import { openModel, parseShapes, SHAPE_OPTION } from './open-model.ts';

export const simplify: Command = {
  id: 'simplify',
  summary: 'Remove what a network does not need, with the numbers before and after each pass',
  usage: 'MODEL [--out S.onnx] [--shape name=1,3,224,224]',
  options: [{ name: 'out', value: 'S.onnx', help: 'Write the simplified network' }, SHAPE_OPTION],
  async run(call, host) {
    const path = modelPath(call, simplify);
    const shapes = parseShapes(call.text('shape'));
    const before = await openModel(path, shapes, host);
    const { steps, passes } = await host.client().run('simplify', { modelId: before.modelId });
    const changes = passes.length > 0 ? [{ kind: 'simplify' as const, passes }] : [];
    const after = await openModel(path, shapes, host, changes);
    const out = call.text('out');
    if (out) host.write(out, (await host.client().run('write', { modelId: after.modelId })).bytes);
    const json = {
      before: before.view.totals,
      after: after.view.totals,
      steps: steps.map(({ id, title, before: b, after: a, changes: list }) => ({
        id,
        title,
        before: b,
        after: a,
        changes: list,
      })),
      diagnostics: after.view.diagnostics,
    };
    const lines = steps
      .filter((step) => step.changes.length > 0)
      .map((step) => `${step.title.padEnd(44)}${step.before.nodes} → ${step.after.nodes} nodes`);
    const total = `${before.view.totals.nodes} → ${after.view.totals.nodes} nodes`;
    return { json, text: [...lines, total].join('\n') };
  },
};
