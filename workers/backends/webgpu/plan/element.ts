import { elementCount, type Shape, type TensorId } from '../../../../src/ir/index.ts';
import {
  bound,
  cuts,
  type Dispatch,
  type GpuNode,
  type GpuNodeView,
  type GpuPlaces,
  type GpuPlannerTable,
  perElement,
  uniforms,
} from '../gpu-node.ts';

/** Numbers of `combined` in binary.wgsl. */
const OPERATIONS: Readonly<Record<string, number>> = {
  Add: 0,
  Sub: 1,
  Mul: 2,
  Div: 3,
  Pow: 4,
  Max: 5,
  Min: 6,
  PRelu: 7,
  Greater: 8,
  GreaterOrEqual: 9,
  Less: 10,
  LessOrEqual: 11,
  Equal: 12,
  And: 13,
  Or: 14,
  Sum: 0,
};

export const elementPlanners: GpuPlannerTable = {
  ...Object.fromEntries(Object.keys(OPERATIONS).map((op) => [op, binary])),
  Where: where,
};

/** Most axes that broadcasting and copying kernels walk. */
export const MOST_AXES = 8;

/** Steps of an operand over the output's axes: 0 where it has size 1 or no such axis. `undefined`: it does not broadcast. */
export function broadcastSteps(shape: Shape, output: Shape): readonly number[] | undefined {
  const lead = output.length - shape.length;
  if (lead < 0) return undefined;
  const steps = new Array<number>(output.length).fill(0);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    if (size !== 1 && size !== output[lead + axis]) return undefined;
    steps[lead + axis] = size === 1 ? 0 : step;
    step *= size;
  }
  return steps;
}

/** Rows [size, step of each operand …] of the output's axes, neighbours joined where all operands allow. */
export function joinedAxes(output: Shape, steps: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const rows: number[][] = [];
  output.forEach((size, axis) => {
    if (size === 1) return;
    const own = steps.map((s) => s[axis] as number);
    const before = rows.at(-1);
    if (before && own.every((step, i) => before[i + 1] === step * size))
      rows.splice(-1, 1, [(before[0] as number) * size, ...own]);
    else rows.push([size, ...own]);
  });
  return rows;
}

/** Two operands; of those that take any number, three or more are combined one after another. */
function binary(view: GpuNodeView): GpuNode | undefined {
  const { inputs, op } = view.node;
  const output = view.output(0);
  if (!output || inputs.length < 2) return undefined;
  const steps = inputs.map((id) => {
    const shape = view.shape(id);
    return shape && broadcastSteps(shape, output);
  });
  if (!steps.every((s) => s !== undefined) || output.length > MOST_AXES) return undefined;
  const operation = OPERATIONS[op] as number;
  const own = broadcastSteps(output, output) ?? [];
  const between = inputs.length - 2;
  const count = elementCount(output);
  return {
    reads: inputs,
    clamps: between === 0 && view.typeOf(view.node.outputs[0]) === 'float32',
    scratch: new Array<number>(between).fill(count),
    dispatches: (places) =>
      inputs.slice(1).map((id, i) => {
        const before = i === 0 ? places.operand(inputs[0] as TensorId) : places.scratch(i - 1);
        const to = i === between ? places.output(0) : places.scratch(i);
        const rows = joinedAxes(output, [i === 0 ? (steps[0] as readonly number[]) : own, steps[i + 1] ?? []]);
        return combine(operation, [before, places.operand(id), to], count, rows, places);
      }),
  };
}

function combine(
  operation: number,
  buffers: readonly GPUBuffer[],
  count: number,
  rows: readonly (readonly number[])[],
  places: GpuPlaces,
): Dispatch {
  const isSame = rows.length <= 1 && rows.every(([, a, b]) => a === 1 && b === 1);
  return {
    kernel: 'binary',
    constants: { OPERATION: operation, SAME: isSame, CLAMPS: cuts(places) },
    uniforms: uniforms([count, rows.length, bound(places.low), bound(places.high)], rows, MOST_AXES),
    buffers,
    groups: perElement(count),
  };
}

function where(view: GpuNodeView): GpuNode | undefined {
  const output = view.output(0);
  if (!output) return undefined;
  const steps = [0, 1, 2].map((i) => {
    const shape = view.input(i);
    return shape && broadcastSteps(shape, output);
  });
  if (!steps.every((s) => s !== undefined)) return undefined;
  const rows = joinedAxes(output, steps);
  if (rows.length > MOST_AXES) return undefined;
  const count = elementCount(output);
  return {
    reads: view.node.inputs,
    dispatches: (places) => [
      {
        kernel: 'where',
        uniforms: uniforms([count, rows.length, 0, 0], rows, MOST_AXES),
        buffers: [...view.node.inputs.map((id) => places.operand(id)), places.output(0)],
        groups: perElement(count),
      },
    ],
  };
}
