import type { Command } from './command.ts';
import { choicesOf, DATA_OPTIONS, dataOf, PLATFORM_OPTION, QUANTIZE_OPTIONS } from './design-options.ts';
import { modelPath } from './invocation.ts';
import { openModel, parseShapes, SHAPE_OPTION } from './open-model.ts';
import { fileOf } from './zip-entry.ts';

const percent = (x: number): string => `${(100 * x).toFixed(2)} %`;

export const quantize: Command = {
  id: 'quantize',
  summary: 'Post-training quantization, judged in float, fake-quantized float and integers',
  usage: 'MODEL [--data F.npz] [--calibration F.npz] [--bits W/A] [--per-channel] [--out Q.onnx]',
  options: [
    ...DATA_OPTIONS,
    ...QUANTIZE_OPTIONS,
    PLATFORM_OPTION,
    { name: 'out', value: 'Q.onnx', help: 'Write the network as QDQ ONNX' },
    SHAPE_OPTION,
  ],
  async run(call, host) {
    const opened = await openModel(modelPath(call, quantize), parseShapes(call.text('shape')), host);
    const { modelId } = opened;
    const choices = await choicesOf(call, opened, host);
    const ids = dataOf(call, host);
    const handlers = {
      seed: call.seed,
      onWarning: (d: { severity: string; message: string }) => host.note(`${d.severity}: ${d.message}`),
    };
    const reply = await host.client().run('quantize', { modelId, ...ids, choices }, handlers);
    const out = call.text('out');
    if (out) {
      const request = {
        modelId,
        calibrationId: ids.calibrationId,
        choices,
        target: 'qdq',
        options: {},
        seed: call.seed,
      };
      const { zip } = await host.client().run('export', request, handlers);
      host.write(out, fileOf(zip, '.onnx'));
    }
    const what = reply.point.objectives.accuracy ? 'accuracy' : 'agreement';
    const json = {
      score: what,
      float: { accuracy: reply.float.score },
      fake: { accuracy: reply.fake.score },
      integer: { accuracy: reply.integer.score, agreement: reply.integer.agreementWithFake },
      chain: reply.chain.map(({ stage, score }) => ({ stage, accuracy: score })),
      layers: reply.layers.map((l) => ({
        id: l.node,
        bits: { weights: l.weights, activations: l.activations },
        scale: l.scale,
        sqnrDecibel: l.sqnrDecibel,
        clippedShare: l.threshold?.clippedShare,
      })),
      objectives: reply.point.objectives,
      diagnostics: reply.point.diagnostics,
      seconds: reply.seconds,
    };
    const text = [
      `float    ${percent(reply.float.score)} ${what}`,
      `fake     ${percent(reply.fake.score)}`,
      `integer  ${percent(reply.integer.score)}, same answer as fake on ${percent(reply.integer.agreementWithFake)}`,
      ...reply.chain.map((c) => `  ${c.stage.padEnd(28)}${percent(c.score)}`),
    ].join('\n');
    return { json, text };
  },
};
