import { createWasmFloatBackend } from '../../../workers/backends/index.ts';
import type { FloatBackend } from '../../compute/index.ts';
import { createPlainProgramBackend } from '../../emulate/index.ts';
import {
  bindData,
  defaultTarget,
  noShapes,
  openModel,
  sensitivity,
  startSession,
  uniformChoices,
} from '../../explore/index.ts';
import { bindTrainingNode } from '../../train/index.ts';
import { type BenchFigure, goal } from '../suite.ts';
import type { EngineHost } from './host.ts';
import { silentContext } from './models.ts';

const FILES = ['cifar10_images_u8_350x32x32x3.bin.gz', 'cifar10_labels_u8_350.bin'];

/** The same backend, made to run every variant from the start. */
const forgetful = (backend: FloatBackend): FloatBackend => ({
  ...backend,
  prepare: async (model) => {
    const runner = await backend.prepare(model);
    return {
      canTransform: runner.canTransform,
      engines: runner.engines,
      run: (feeds, options) => runner.run(feeds, options),
      dispose: () => runner.dispose(),
    };
  },
});

/** Sensitivity of ResNet-8, every layer at every width on 350 images: recorded runs against runs from the start. */
export async function sensitivityFigures(host: EngineHost, module: WebAssembly.Module): Promise<BenchFigure[]> {
  const model = await host.data('onnx-models/resnet8_cifar10_fp32.onnx');
  const arrays = await Promise.all(FILES.map((name) => host.data(`eval-sets/${name}`)));
  const files = FILES.flatMap((name, i) => (arrays[i] ? [{ name, bytes: arrays[i] }] : []));
  if (!model || files.length < FILES.length) {
    host.note('engine: ResNet-8 and its samples are not in the data folder, so sensitivity was not measured');
    return [];
  }
  const ctx = silentContext();
  const opened = await openModel([{ name: 'resnet8.onnx', bytes: model }], noShapes, ctx);
  const { samples } = bindData(opened, { files, seed: 1, count: 0 });
  const float = createWasmFloatBackend(module, bindTrainingNode);
  const program = createPlainProgramBackend();
  const calibration = { ...samples, count: 20 };
  const session = await startSession(opened, { samples, calibration }, { float, program }, ctx);
  const choices = uniformChoices(defaultTarget('stm32l4r5'), opened.layers.length, 8, 8);
  const seconds = async (backend: FloatBackend): Promise<number> => {
    const start = host.now();
    await sensitivity({ ...session, backends: { float: backend, program } }, choices, ctx);
    return host.now() - start;
  };
  const recorded = await seconds(float);
  const anew = await seconds(forgetful(float));
  return [
    {
      name: 'Sensitivity of ResNet-8, 12 widths per layer, 350 images',
      unit: 's',
      median: recorded,
      runs: 1,
      reference: anew,
      peer: 'every variant from the start',
      ratio: anew / recorded,
      goal: { ...goal('>=', 2, anew / recorded), of: 'ratio' },
    },
  ];
}
