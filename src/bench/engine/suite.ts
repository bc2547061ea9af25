import { createOrtBackend, createWasmFloatBackend } from '../../../workers/backends/index.ts';
import { writeOnnx } from '../../onnx/index.ts';
import { bindTrainingNode } from '../../train/index.ts';
import type { BenchFigure } from '../suite.ts';
import { kernelFigures, networkFigures } from './forward.ts';
import type { EngineHost } from './host.ts';
import { integerFigures } from './integer.ts';
import { memoryFigures, moduleFigures } from './module.ts';
import { sensitivityFigures } from './sensitivity.ts';
import { trainingFigures } from './training.ts';

/** Measures of one place (Node or a page), one thread, in the order of the table. Names end in the place. */
export async function engineFigures(host: EngineHost): Promise<readonly BenchFigure[]> {
  const module = await WebAssembly.compile(await host.kernels());
  const ours = createWasmFloatBackend(module, bindTrainingNode);
  const ort = createOrtBackend(writeOnnx, host.onnxruntimeUrl);
  const figures = [
    ...(await kernelFigures(host, ours, ort)),
    ...(await networkFigures(host, ours, ort)),
    ...(await integerFigures(host, module, ours, ort)),
    ...(await trainingFigures(host, module)),
    ...(await sensitivityFigures(host, module)),
    ...(await moduleFigures(host)),
    ...(await memoryFigures(module)),
  ];
  return figures.map((figure) => ({ ...figure, name: `${figure.name}, ${host.place}` }));
}
