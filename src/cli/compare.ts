import type { Command } from './command.ts';
import { missingArgument } from './errors.ts';
import { openModel, parseShapes, SHAPE_OPTION } from './open-model.ts';

export const compare: Command = {
  id: 'compare',
  summary: 'Two networks layer by layer: same, changed, added, removed, and what it costs',
  usage: 'BEFORE AFTER',
  options: [SHAPE_OPTION],
  async run(call, host) {
    const [before, after] = call.positionals;
    if (before === undefined || after === undefined)
      throw missingArgument('BEFORE AFTER', `${compare.id} ${compare.usage}`);
    const shapes = parseShapes(call.text('shape'));
    const a = await openModel(before, shapes, host);
    const b = await openModel(after, shapes, host);
    const result = await host.client().run('compare', { modelId: a.modelId, otherId: b.modelId });
    const { same, changed, added, removed } = result.summary;
    const changes = result.pairs.flatMap((pair) =>
      pair.changes.map(
        (c) =>
          `~ ${pair.b}  ${[c.what, c.name].filter(Boolean).join(' ')}: ${c.before ?? 'none'} → ${c.after ?? 'none'}`,
      ),
    );
    return {
      json: result,
      text: [
        `${same} same, ${changed} changed, ${added} added, ${removed} removed`,
        ...result.removed.map((id) => `- ${id}`),
        ...result.added.map((id) => `+ ${id}`),
        ...changes,
      ].join('\n'),
    };
  },
};
