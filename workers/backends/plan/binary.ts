import { elementCount, type Shape, type TensorId } from '../../../src/ir/index.ts';
import { BinaryDim, BinaryField, BinaryFunction, UnaryFunction } from '../../kernels/assembly/memory.ts';
import {
  bindFields,
  type FastNode,
  floatBits,
  inOrder,
  type NodeView,
  type Places,
  type PlannerTable,
} from './fast-node.ts';
import { bindUnary } from './unary.ts';

/** Functions of two and more values, with broadcasting; operands are run-time values or constants. */
export const binaryPlanners: PlannerTable = {
  Add: (view) => binary(view, BinaryFunction.add),
  Sub: (view) => binary(view, BinaryFunction.sub),
  Mul: (view) => binary(view, BinaryFunction.mul),
  Div: (view) => binary(view, BinaryFunction.div),
  PRelu: (view) => binary(view, BinaryFunction.prelu),
  Pow: power,
  Sum: (view) => folded(view, BinaryFunction.add),
  Mean: (view) => folded(view, BinaryFunction.add, true),
  Max: (view) => folded(view, BinaryFunction.max),
  Min: (view) => folded(view, BinaryFunction.min),
  Where: where,
  Trilu: triangle,
};

interface Dimension {
  readonly size: number;
  /** Bytes from one index to the next, per operand; 0 where it is broadcast. */
  readonly steps: readonly number[];
}

/** The dimensions of `output`, with the steps of operands that are broadcast to it; neighbours that act as one are one. */
export function broadcastDimensions(output: Shape, operands: readonly Shape[]): readonly Dimension[] {
  const dimensions: Dimension[] = [];
  const strides = operands.map(() => 4);
  for (let back = 1; back <= output.length; back++) {
    const size = output.at(-back) as number;
    const steps = operands.map((shape, i) => {
      const own = shape.at(-back) ?? 1;
      const step = own === 1 ? 0 : (strides[i] as number);
      strides[i] = (strides[i] as number) * own;
      return step;
    });
    if (size === 1) continue;
    const inner = dimensions[0];
    const continues = inner?.steps.every((step, i) => steps[i] === step * inner.size);
    if (inner && continues) dimensions[0] = { size: inner.size * size, steps: inner.steps };
    else dimensions.unshift({ size, steps });
  }
  return dimensions.length > 0 ? dimensions : [{ size: 1, steps: operands.map(() => 4) }];
}

interface Operand {
  readonly address: number;
  readonly shape: Shape;
}

/** Calls the kernel with operands at any addresses; the result is `shape`, at `output`. */
export function bindBinary(
  { memory, low, high }: Pick<Places, 'memory' | 'low' | 'high'>,
  operation: BinaryFunction,
  a: Operand,
  b: Operand,
  output: Operand,
  mask = 0,
): () => void {
  const dimensions = broadcastDimensions(output.shape, [a.shape, b.shape]);
  const fields = dimensions.flatMap(({ size, steps: [stepA = 0, stepB = 0] }) => {
    const block = new Array<number>(BinaryDim.bytes / 4).fill(0);
    block[BinaryDim.size / 4] = size;
    block[BinaryDim.stepA / 4] = stepA;
    block[BinaryDim.stepB / 4] = stepB;
    return block;
  });
  return bindFields({ memory }, 'binaryFloat', BinaryField, {
    a: a.address,
    b: b.address,
    output: output.address,
    operation,
    rank: dimensions.length,
    dims: memory.place(Int32Array.from(fields)),
    mask,
    low: floatBits(low),
    high: floatBits(high),
  });
}

const UNCLAMPED = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** Shapes of the result and of all operands, where they are float32 and there is something to compute. */
function shapesOf(view: NodeView, ids: readonly TensorId[]) {
  const output = view.floatShape(view.node.outputs[0]);
  const shapes = ids.map((id) => view.floatShape(id));
  if (!output || elementCount(output) === 0 || ids.length === 0) return undefined;
  const known = shapes.filter((shape) => shape !== undefined);
  return known.length === shapes.length ? { output, shapes: known } : undefined;
}

function binary(view: NodeView, operation: BinaryFunction): FastNode | undefined {
  const { inputs } = view.node;
  const known = shapesOf(view, inputs);
  if (!known || inputs.length !== 2) return undefined;
  const [a = [], b = []] = known.shapes;
  return {
    reads: inputs,
    clamps: true,
    bind: (places) =>
      bindBinary(
        places,
        operation,
        { address: places.operand(inputs[0] as TensorId), shape: a },
        { address: places.operand(inputs[1] as TensorId), shape: b },
        { address: places.output(0), shape: known.output },
      ),
  };
}

/** One operand after the other; Mean divides at the end. */
function folded(view: NodeView, operation: BinaryFunction, isMean = false): FastNode | undefined {
  const { inputs } = view.node;
  const known = shapesOf(view, inputs);
  if (!known) return undefined;
  const { output, shapes } = known;
  const finish = isMean || inputs.length === 1;
  return {
    reads: inputs,
    clamps: true,
    bind(places) {
      const free = { ...places, ...UNCLAMPED };
      const to = { address: places.output(0), shape: output };
      const operand = (i: number) => ({ address: places.operand(inputs[i] as TensorId), shape: shapes[i] as Shape });
      const steps = inputs
        .slice(1)
        .map((_, i) =>
          bindBinary(
            !finish && i === inputs.length - 2 ? places : free,
            operation,
            i === 0 ? operand(0) : to,
            operand(i + 1),
            to,
          ),
        );
      if (finish) {
        const from = inputs.length === 1 ? operand(0).address : to.address;
        const affine = { operation: UnaryFunction.affine, alpha: isMean ? 1 / inputs.length : 1, beta: -0 };
        steps.push(bindUnary(places, affine, from, to.address, elementCount(output)));
      }
      return inOrder(steps);
    },
  };
}

/** Small whole constant exponents are products. */
function power(view: NodeView): FastNode | undefined {
  const { inputs } = view.node;
  const output = view.floatShape(view.node.outputs[0]);
  const base = view.floatShape(inputs[0]);
  const exponents = view.numbers(1);
  const exponent = exponents?.length === 1 ? exponents[0] : undefined;
  if (!output || !base || (exponent !== 2 && exponent !== 3) || elementCount(base) !== elementCount(output))
    return binary(view, BinaryFunction.pow);
  return {
    reads: [inputs[0] as TensorId],
    clamps: true,
    bind(places) {
      const x = { address: places.operand(inputs[0] as TensorId), shape: output };
      const y = { address: places.output(0), shape: output };
      if (exponent === 2) return bindBinary(places, BinaryFunction.mul, x, x, y);
      return inOrder([
        bindBinary({ ...places, ...UNCLAMPED }, BinaryFunction.mul, x, x, y),
        bindBinary(places, BinaryFunction.mul, y, x, y),
      ]);
    },
  };
}

/** With a constant condition: run-time conditions are no float32 values. */
function where(view: NodeView): FastNode | undefined {
  const { inputs } = view.node;
  const condition = view.numbers(0);
  const conditionShape = view.knownShape(inputs[0]);
  const known = shapesOf(view, inputs.slice(1));
  if (!known || !condition || !conditionShape || inputs.length !== 3) return undefined;
  const [x = [], y = []] = known.shapes;
  return {
    reads: inputs.slice(1),
    clamps: true,
    bind(places) {
      const mask = places.memory.place(maskOf(condition, conditionShape, known.output));
      const a = { address: places.operand(inputs[1] as TensorId), shape: x };
      const b = { address: places.operand(inputs[2] as TensorId), shape: y };
      const output = { address: places.output(0), shape: known.output };
      return bindBinary(places, BinaryFunction.select, a, b, output, mask);
    },
  };
}

/** The upper (default) or lower triangle of the last two dimensions, from diagonal k on; zeros elsewhere. */
function triangle(view: NodeView): FastNode | undefined {
  const input = view.node.inputs[0] as TensorId;
  const shape = view.floatShape(input);
  const diagonal = view.has(1) ? view.numbers(1)?.[0] : 0;
  if (!shape || shape.length < 2 || diagonal === undefined || !shapesOf(view, [input])) return undefined;
  const [rows, columns] = shape.slice(-2) as [number, number];
  const isUpper = view.int('upper', 1) !== 0;
  const kept = Array.from({ length: rows * columns }, (_, i) => {
    const beyond = (i % columns) - Math.floor(i / columns) - diagonal;
    return (isUpper ? beyond >= 0 : beyond <= 0) ? 1 : 0;
  });
  return {
    reads: [input],
    clamps: true,
    bind(places) {
      const mask = places.memory.place(maskOf(kept, [rows, columns], shape));
      const zero = { address: places.memory.place(Float32Array.of(0)), shape: [] };
      const x = { address: places.operand(input), shape };
      return bindBinary(places, BinaryFunction.select, x, zero, { address: places.output(0), shape }, mask);
    },
  };
}

/** Per element of the output −1 where the condition holds, else 0. */
function maskOf(condition: readonly number[], shape: Shape, output: Shape): Int32Array {
  const dimensions = broadcastDimensions(output, [shape]);
  const mask = new Int32Array(elementCount(output));
  let to = 0;
  const fill = (depth: number, at: number): void => {
    const dimension = dimensions[depth];
    if (!dimension) {
      mask[to++] = condition[at / 4] ? -1 : 0;
      return;
    }
    for (let i = 0; i < dimension.size; i++) fill(depth + 1, at + i * (dimension.steps[0] as number));
  };
  fill(0, 0);
  return mask;
}
