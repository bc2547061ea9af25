import { elementCount } from '../../../../src/ir/index.ts';
import {
  type Dispatch,
  float,
  type GpuNode,
  type GpuNodeView,
  type GpuPlannerTable,
  grid,
  perElement,
  uniforms,
} from '../gpu-node.ts';
import { sumOf } from './reduction.ts';

export const lossPlanners: GpuPlannerTable = {
  Softmax: softmax,
  LogSoftmax: softmax,
  'paretoscope.train::SoftmaxGradient': softmax,
  'paretoscope.train::LogSoftmaxGradient': softmax,
  'paretoscope.train::CrossEntropyLoss': crossEntropy,
  'paretoscope.train::DistillationLoss': crossEntropy,
  'paretoscope.train::MeanSquaredErrorLoss': squaredError,
};

/** Softmax, its logarithm, and both gradients: rows along one axis, or before opset 13 of everything from the axis on. */
function softmax(view: GpuNodeView): GpuNode | undefined {
  const { op, domain } = view.node;
  const shape = view.input(0);
  const isGradient = op.endsWith('Gradient');
  if (!shape || !view.output(0) || (isGradient && !view.input(1)) || shape.length === 0) return undefined;
  const isOld = domain === '' && view.opset < 13;
  const given = view.int('axis', isOld ? 1 : -1);
  const axis = given < 0 ? given + shape.length : given;
  const inner = isOld ? 1 : elementCount(shape.slice(axis + 1));
  const size = isOld ? elementCount(shape.slice(axis)) : (shape[axis] as number);
  const rows = elementCount(shape) / size;
  const reads = view.node.inputs.slice(0, isGradient ? 2 : 1);
  return {
    reads,
    dispatches: (places) => [
      {
        kernel: isGradient ? 'softmaxGradient' : 'softmax',
        constants: { LOGARITHM: op.startsWith('Log') },
        uniforms: uniforms([rows, size, inner]),
        buffers: [...reads.map((id) => places.operand(id)), places.output(0)],
        groups: grid(rows),
      },
    ],
  };
}

/** Class values, labels and with distillation a teacher's class values → loss, gradient, correct rows. */
function crossEntropy(view: GpuNodeView): GpuNode | undefined {
  const shape = view.input(0);
  const distills = view.node.op === 'DistillationLoss';
  if (!shape || shape.length < 2 || !view.input(1) || (distills && !view.input(2))) return undefined;
  const classes = shape[1] as number;
  const rows = elementCount(shape) / classes;
  if (elementCount(view.input(1) ?? [0]) !== rows) return undefined;
  const reads = view.node.inputs.slice(0, distills ? 3 : 2);
  return {
    reads,
    scratch: [rows, rows, elementCount(shape)],
    classes: [[view.id(1), classes]],
    dispatches(places) {
      const [losses, correct] = [places.scratch(0), places.scratch(1)];
      const operands = reads.map((id) => places.operand(id));
      const list: Dispatch[] = [
        {
          kernel: 'crossEntropy',
          constants: { DISTILLS: distills },
          uniforms: uniforms([
            rows,
            classes,
            elementCount(shape.slice(2)),
            float(view.float('smoothing', 0)),
            float(view.float('temperature', 1)),
            float(view.float('share', 0.5)),
          ]),
          buffers: [
            ...operands,
            ...(distills ? [] : [places.nothing]),
            losses,
            correct,
            view.hasOutput(1) ? places.output(1) : places.scratch(2),
          ],
          groups: perElement(rows),
        },
      ];
      if (view.hasOutput(0)) list.push(sumOf(losses, places.output(0), rows, 1 / rows));
      if (view.hasOutput(2)) list.push(sumOf(correct, places.output(2), rows));
      return list;
    },
  };
}

function squaredError(view: GpuNodeView): GpuNode | undefined {
  const [prediction, target] = [view.input(0), view.input(1)];
  if (!prediction || prediction.join() !== target?.join()) return undefined;
  const count = elementCount(prediction);
  return {
    reads: view.node.inputs.slice(0, 2),
    scratch: [count, count],
    dispatches(places) {
      const squares = places.scratch(0);
      const gradient = view.hasOutput(1) ? places.output(1) : places.scratch(1);
      const list: Dispatch[] = [
        {
          kernel: 'squaredError',
          uniforms: uniforms([count]),
          buffers: [places.operand(view.id(0)), places.operand(view.id(1)), squares, gradient],
          groups: perElement(count),
        },
      ];
      if (view.hasOutput(0)) list.push(sumOf(squares, places.output(0), count, 1 / count));
      return list;
    },
  };
}
