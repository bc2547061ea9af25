import { elementCount, type TensorId } from '../../../src/ir/index.ts';
import { UnaryField, UnaryFunction } from '../../kernels/assembly/memory.ts';
import { bindFields, type FastNode, floatBits, type NodeView, type Places, type PlannerTable } from './fast-node.ts';

/** A function of one value, with its parameters. */
export interface Unary {
  readonly operation: UnaryFunction;
  readonly alpha?: number;
  readonly beta?: number;
}

type UnaryOf = (view: NodeView) => Unary | undefined;

const plain =
  (operation: UnaryFunction): UnaryOf =>
  () => ({ operation });
/** A function with a parameter `alpha`, which has this default. */
const withAlpha =
  (operation: UnaryFunction, alpha: number): UnaryOf =>
  (view) => ({ operation, alpha: view.float('alpha', alpha) });
const gelu: UnaryOf = (view) => ({
  operation: view.text('approximate') === 'tanh' ? UnaryFunction.geluTanh : UnaryFunction.gelu,
});

const functions: Readonly<Record<string, UnaryOf>> = {
  Exp: plain(UnaryFunction.exp),
  Log: plain(UnaryFunction.log),
  Sqrt: plain(UnaryFunction.sqrt),
  Reciprocal: plain(UnaryFunction.reciprocal),
  Abs: plain(UnaryFunction.abs),
  Neg: plain(UnaryFunction.neg),
  Sign: plain(UnaryFunction.sign),
  Floor: plain(UnaryFunction.floor),
  Ceil: plain(UnaryFunction.ceil),
  Round: plain(UnaryFunction.round),
  Sigmoid: plain(UnaryFunction.sigmoid),
  Tanh: plain(UnaryFunction.tanh),
  Erf: plain(UnaryFunction.erf),
  Softplus: plain(UnaryFunction.softplus),
  Softsign: plain(UnaryFunction.softsign),
  HardSwish: plain(UnaryFunction.hardSwish),
  HardSigmoid: (view) => ({
    operation: UnaryFunction.hardSigmoid,
    alpha: view.float('alpha', 0.2),
    beta: view.float('beta', 0.5),
  }),
  LeakyRelu: withAlpha(UnaryFunction.leakyRelu, 0.01),
  ThresholdedRelu: (view) =>
    view.float('alpha', 1) >= 0 ? withAlpha(UnaryFunction.thresholdedRelu, 1)(view) : undefined,
  Elu: withAlpha(UnaryFunction.elu, 1),
  Celu: (view) => (view.float('alpha', 1) > 0 ? withAlpha(UnaryFunction.celu, 1)(view) : undefined),
  Selu: (view) => ({
    operation: UnaryFunction.selu,
    alpha: view.float('alpha', 1.6732632423543772),
    beta: view.float('gamma', 1.0507009873554805),
  }),
  Gelu: gelu,
  'com.microsoft::Gelu': gelu,
  Swish: withAlpha(UnaryFunction.swish, 1),
  Mish: plain(UnaryFunction.mish),
  Shrink: (view) =>
    view.float('lambd', 0.5) >= 0
      ? { operation: UnaryFunction.shrink, alpha: view.float('bias', 0), beta: view.float('lambd', 0.5) }
      : undefined,
  Sin: plain(UnaryFunction.sin),
  Cos: plain(UnaryFunction.cos),
  Tan: plain(UnaryFunction.tan),
  Asin: plain(UnaryFunction.asin),
  Acos: plain(UnaryFunction.acos),
  Atan: plain(UnaryFunction.atan),
  Sinh: plain(UnaryFunction.sinh),
  Cosh: plain(UnaryFunction.cosh),
  Asinh: plain(UnaryFunction.asinh),
  Acosh: plain(UnaryFunction.acosh),
  Atanh: plain(UnaryFunction.atanh),
};

/** Functions of one value. */
export const unaryPlanners: PlannerTable = Object.fromEntries(
  Object.entries(functions).map(([id, functionOf]) => [id, (view: NodeView) => unary(view, functionOf(view))]),
);

function unary(view: NodeView, found: Unary | undefined): FastNode | undefined {
  const input = view.node.inputs[0] as TensorId;
  const shape = view.floatShape(view.node.outputs[0]);
  if (!found || !shape || !view.floatShape(input) || elementCount(shape) === 0) return undefined;
  return {
    reads: [input],
    clamps: true,
    bind: (places) => bindUnary(places, found, places.operand(input), places.output(0), elementCount(shape)),
  };
}

/** Calls the kernel; `input` and `output` may be one address. */
export function bindUnary(
  places: Pick<Places, 'memory' | 'low' | 'high'>,
  { operation, alpha = 0, beta = 0 }: Unary,
  input: number,
  output: number,
  count: number,
): () => void {
  return bindFields(places, 'unaryFloat', UnaryField, {
    input,
    output,
    count,
    operation,
    alpha: floatBits(alpha),
    beta: floatBits(beta),
    low: floatBits(places.low),
    high: floatBits(places.high),
  });
}
