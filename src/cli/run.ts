import type { Command } from './command.ts';
import { badUsage } from './errors.ts';
import { modelPath } from './invocation.ts';
import { openModel, parseShapes, SHAPE_OPTION } from './open-model.ts';

const BACKENDS = ['wasm', 'plain', 'ort'] as const;

export const run: Command = {
  id: 'run',
  summary: 'Run the float model on arrays of a file',
  usage: 'MODEL --input F.npz [--output F.npz] [--backend plain|wasm|ort]',
  options: [
    { name: 'input', value: 'F.npz', help: 'Arrays named as the inputs' },
    { name: 'output', value: 'F.npz', help: 'Where to write arrays named as the outputs' },
    { name: 'backend', value: BACKENDS.join('|'), help: 'What computes', default: 'wasm' },
    SHAPE_OPTION,
  ],
  async run(call, host) {
    const path = modelPath(call, run);
    const input = host.read(call.required('input'));
    const backend = BACKENDS.find((b) => b === call.text('backend'));
    if (!backend) throw badUsage(`--backend is one of ${BACKENDS.join(', ')}.`);
    const { modelId } = await openModel(path, parseShapes(call.text('shape')), host);
    const reply = await host
      .client()
      .run('run', { modelId, files: [input], backend }, { onWarning: (d) => host.note(`${d.severity}: ${d.message}`) });
    const output = call.text('output');
    if (output) host.write(output, reply.arrays);
    return {
      json: { outputs: reply.outputs, backend: reply.backend, seconds: reply.seconds },
      text: [
        `Ran on ${reply.backend} in ${(reply.seconds * 1000).toFixed(1)} ms`,
        ...reply.outputs.map((o) => `${o.name}  ${o.type}  [${o.shape.join(', ')}]`),
      ].join('\n'),
    };
  },
};
