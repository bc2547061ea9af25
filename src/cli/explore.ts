import { inWords } from '../base/index.ts';
import { type DesignPoint, parseConstraint } from '../explore/index.ts';
import { defaultAxes, feasibility, frontOf, hypervolumeOf, objectives, valueText } from '../explore/view.ts';
import type { ExploreRequest } from '../jobs/protocol.ts';
import type { Command } from './command.ts';
import { DATA_OPTIONS, dataOf, PLATFORM_OPTION, targetOf } from './design-options.ts';
import { modelPath } from './invocation.ts';
import { openModel, parseShapes, SHAPE_OPTION } from './open-model.ts';

const lineOf = (point: DesignPoint): string =>
  `${point.id}  ${Object.entries(point.objectives)
    .map(([id, figure]) => `${id} ${inWords(valueText(objectives.get(id), figure.value))}`)
    .join('  ')}`;

export const explore: Command = {
  id: 'explore',
  summary: 'Search bit widths and methods for the best trade-offs',
  usage: 'MODEL --platform ID [--data F.npz] [--budget N] [--constraint "latencySeconds<0.01"] [--out E.paretoscope]',
  options: [
    PLATFORM_OPTION,
    ...DATA_OPTIONS,
    { name: 'budget', value: 'N', help: 'Design points to evaluate', default: '200' },
    { name: 'algorithm', value: 'ID', help: 'What proposes them', default: 'default' },
    { name: 'constraint', value: 'TEXT', help: "Limits, as 'accuracy>=0.8'; several separated by ','" },
    { name: 'out', value: 'E.paretoscope', help: 'Write the exploration, with the model' },
    SHAPE_OPTION,
  ],
  async run(call, host) {
    const { modelId } = await openModel(modelPath(call, explore), parseShapes(call.text('shape')), host);
    const constraints = (call.text('constraint') ?? '').split(',').filter(Boolean).map(parseConstraint);
    const request: ExploreRequest = {
      modelId,
      ...dataOf(call, host),
      target: await targetOf(call, host),
      algorithm: call.text('algorithm') ?? 'default',
      budget: call.whole('budget', 1) ?? 200,
      seed: call.seed,
      constraints,
    };
    const start = host.now();
    const exploration = await host
      .client()
      .run('explore', request, { seed: call.seed, onWarning: (d) => host.note(`${d.severity}: ${d.message}`) });
    const seconds = host.now() - start;
    const { points } = exploration;
    const feasible = points.filter((p) => feasibility(p, constraints) === 'yes');
    const axes = defaultAxes(feasible.length > 0 ? feasible : points);
    const front = axes ? frontOf(points, axes, constraints).map((i) => points[i] as DesignPoint) : [];
    const out = call.text('out');
    if (out)
      host.write(out, (await host.client().run('saveFile', { state: { exploration, view: null }, modelId })).bytes);
    const json = {
      points: points.map((p) => ({
        id: p.id,
        choices: p.choices,
        objectives: valuesOf(p),
        feasible: feasibility(p, constraints) === 'yes',
        origin: p.origin,
      })),
      front: front.map((p) => p.id),
      axes,
      hypervolume: axes ? hypervolumeOf(points, axes, constraints) : undefined,
      evaluations: points.length,
      seconds,
    };
    const none = `No design of ${points.length} meets ${constraints.map((c) => `${c.objective} ${c.operator} ${c.limit}`).join(' and ')}.`;
    return {
      json,
      text: front.length > 0 ? front.map(lineOf).join('\n') : none,
      unmet: constraints.length > 0 && feasible.length === 0,
    };
  },
};

const valuesOf = (point: DesignPoint): Record<string, number> =>
  Object.fromEntries(Object.entries(point.objectives).map(([id, f]) => [id, f.value]));
