import { elementCount, type TensorId } from '../../../../src/ir/index.ts';
import { DerivativeFunction, ElementGradientField, SoftmaxGradientField } from '../../../kernels/assembly/memory.ts';
import { bindFields, type FastNode, floatBits, type NodeView, type PlannerTable } from '../fast-node.ts';

export const elementGradientPlanners: PlannerTable = {
  'paretoscope.train::ElementGradient': elementGradient,
  'paretoscope.train::SoftmaxGradient': (view) => softmaxGradient(view, 'softmaxGradientFloat'),
  'paretoscope.train::LogSoftmaxGradient': (view) => softmaxGradient(view, 'logSoftmaxGradientFloat'),
};

/** An attribute and its default. */
type Parameter = readonly [name: string, fallback: number];

/** What a derivative looks at, and the attributes it takes. */
interface Entry {
  readonly derivative: DerivativeFunction;
  readonly value: 'x' | 'y';
  readonly parameters?: readonly Parameter[];
}

const ofX = (derivative: DerivativeFunction, ...parameters: Parameter[]): Entry => ({
  derivative,
  value: 'x',
  parameters,
});
const ofY = (derivative: DerivativeFunction): Entry => ({ derivative, value: 'y' });

/** By ONNX name. Trigonometric functions have none. */
const entries: Readonly<Record<string, Entry>> = {
  Relu: ofY(DerivativeFunction.relu),
  Sigmoid: ofY(DerivativeFunction.sigmoid),
  Tanh: ofY(DerivativeFunction.tanh),
  Exp: ofY(DerivativeFunction.exp),
  Sqrt: ofY(DerivativeFunction.sqrt),
  Reciprocal: ofY(DerivativeFunction.reciprocal),
  Log: ofX(DerivativeFunction.log),
  Abs: ofX(DerivativeFunction.abs),
  Neg: ofX(DerivativeFunction.neg),
  Erf: ofX(DerivativeFunction.erf),
  Softplus: ofX(DerivativeFunction.softplus),
  Softsign: ofX(DerivativeFunction.softsign),
  HardSwish: ofX(DerivativeFunction.hardSwish),
  Mish: ofX(DerivativeFunction.mish),
  LeakyRelu: ofX(DerivativeFunction.leakyRelu, ['alpha', 0.01]),
  ThresholdedRelu: ofX(DerivativeFunction.thresholdedRelu, ['alpha', 1]),
  Elu: ofX(DerivativeFunction.elu, ['alpha', 1]),
  Celu: ofX(DerivativeFunction.celu, ['alpha', 1]),
  Selu: ofX(DerivativeFunction.selu, ['alpha', 1.6732632423543772], ['gamma', 1.0507009873554805]),
  HardSigmoid: ofX(DerivativeFunction.hardSigmoid, ['alpha', 0.2], ['beta', 0.5]),
  Shrink: ofX(DerivativeFunction.shrink, ['lambd', 0.5]),
  Swish: ofX(DerivativeFunction.swish, ['alpha', 1]),
  Gelu: ofX(DerivativeFunction.gelu),
  Clip: ofX(DerivativeFunction.clip, ['min', Number.NEGATIVE_INFINITY], ['max', Number.POSITIVE_INFINITY]),
};

function entryOf(view: NodeView): Entry | undefined {
  const name = view.text('function') ?? '';
  if (name === 'Gelu' && view.text('approximate') === 'tanh') return ofX(DerivativeFunction.geluTanh);
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}

function elementGradient(view: NodeView): FastNode | undefined {
  const entry = entryOf(view);
  const dy = view.node.inputs[0] as TensorId;
  const value = view.node.inputs[entry?.value === 'y' ? 2 : 1] ?? '';
  const shape = view.floatShape(dy);
  const count = shape ? elementCount(shape) : 0;
  if (!entry || count === 0 || elementCount(view.floatShape(value) ?? [0]) !== count) return undefined;
  const [alpha = 0, beta = 0] = (entry.parameters ?? []).map(([name, fallback]) => view.float(name, fallback));
  const kernel = entry.derivative === DerivativeFunction.relu ? 'reluGradientFloat' : 'elementGradientFloat';
  return {
    reads: [dy, value],
    bind: (places) =>
      bindFields(places, kernel, ElementGradientField, {
        gradient: places.operand(dy),
        value: places.operand(value),
        output: places.output(0),
        count,
        derivative: entry.derivative,
        alpha: floatBits(alpha),
        beta: floatBits(beta),
      }),
  };
}

function softmaxGradient(view: NodeView, kernel: string): FastNode | undefined {
  const [dy, y] = view.node.inputs as [TensorId, TensorId];
  const shape = view.floatShape(dy);
  if (!shape || elementCount(shape) === 0 || !view.floatShape(y)) return undefined;
  const given = view.int('axis', -1);
  const axis = given < 0 ? given + shape.length : given;
  return {
    reads: [dy, y],
    bind: (places) =>
      bindFields(places, kernel, SoftmaxGradientField, {
        gradient: places.operand(dy),
        value: places.operand(y),
        output: places.output(0),
        outer: elementCount(shape.slice(0, axis)),
        size: shape[axis] as number,
        inner: elementCount(shape.slice(axis + 1)),
      }),
  };
}
