import { elementCount } from '../../../../src/ir/index.ts';
import { clampOf } from '../../plan/clamp.ts';
import {
  bound,
  cuts,
  type GpuNode,
  type GpuNodeView,
  type GpuPlannerTable,
  perElement,
  uniforms,
} from '../gpu-node.ts';

/** A function of one element: its number in `functions.wgsl`, and the attributes that are `alpha` and `beta` there. */
interface ElementFunction {
  readonly number: number;
  readonly alpha?: readonly [attribute: string, missing: number];
  readonly beta?: readonly [attribute: string, missing: number];
  /** Whether its derivative is there too; which of X and Y that needs is checked by its presence. */
  readonly slope?: readonly ('x' | 'y')[];
}

const FUNCTIONS: Readonly<Record<string, ElementFunction>> = {
  Relu: { number: 0, slope: ['y'] },
  LeakyRelu: { number: 1, alpha: ['alpha', 0.01], slope: ['x'] },
  Sigmoid: { number: 2, slope: ['y'] },
  Tanh: { number: 3, slope: ['y'] },
  Elu: { number: 4, alpha: ['alpha', 1], slope: ['x'] },
  Clip: {
    number: 5,
    alpha: ['min', Number.NEGATIVE_INFINITY],
    beta: ['max', Number.POSITIVE_INFINITY],
    slope: ['x'],
  },
  HardSigmoid: { number: 6, alpha: ['alpha', 0.2], beta: ['beta', 0.5], slope: ['x'] },
  HardSwish: { number: 7, slope: ['x'] },
  Gelu: { number: 8, slope: ['x'] },
  Softplus: { number: 9, slope: ['x'] },
  Exp: { number: 10, slope: ['y'] },
  Log: { number: 11, slope: ['x'] },
  Sqrt: { number: 12, slope: ['y'] },
  Reciprocal: { number: 13, slope: ['y'] },
  Abs: { number: 14, slope: ['x'] },
  Neg: { number: 15, slope: [] },
  Sign: { number: 16 },
  Floor: { number: 17 },
  Ceil: { number: 18 },
  Round: { number: 19 },
  Erf: { number: 20, slope: ['x'] },
  Softsign: { number: 21, slope: ['x'] },
  Mish: { number: 22, slope: ['x'] },
  Selu: { number: 23, alpha: ['alpha', 1.6732632423543772], beta: ['gamma', 1.0507009873554805], slope: ['x'] },
  Celu: { number: 24, alpha: ['alpha', 1], slope: ['x'] },
  ThresholdedRelu: { number: 25, alpha: ['alpha', 1], slope: ['x'] },
  Sin: { number: 26, slope: ['x'] },
  Cos: { number: 27, slope: ['x'] },
  Swish: { number: 28, alpha: ['alpha', 1], slope: ['x'] },
  Not: { number: 30 },
};
const GELU_BY_TANH = 29;

export const functionPlanners: GpuPlannerTable = {
  ...Object.fromEntries(Object.keys(FUNCTIONS).map((op) => [op, unary])),
  'com.microsoft::Gelu': unary,
  'paretoscope.train::ElementGradient': gradient,
};

/** Number and attributes of a node's function; `name` differs from the node's operator in a gradient. */
function read(view: GpuNodeView, name: string) {
  const found = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!found) return undefined;
  const value = (attribute: ElementFunction['alpha']) => (attribute ? view.float(...attribute) : 0);
  const number = name === 'Gelu' && view.text('approximate') === 'tanh' ? GELU_BY_TANH : found.number;
  return { number, alpha: value(found.alpha), beta: value(found.beta), slope: found.slope };
}

function unary(view: GpuNodeView): GpuNode | undefined {
  const { op } = view.node;
  const shape = view.input(0);
  const found = read(view, op);
  const clamp = op === 'Clip' ? clampOf(view) : undefined;
  if (!shape || !view.output(0) || !found || (op === 'Clip' && !clamp)) return undefined;
  const { number, alpha, beta } = clamp ? { number: found.number, alpha: clamp.low, beta: clamp.high } : found;
  const count = elementCount(shape);
  return {
    reads: [view.id(0)],
    clamps: true,
    dispatches: (places) => [
      {
        kernel: 'unary',
        constants: { FUNCTION: number, CLAMPS: cuts(places) },
        uniforms: uniforms([count, bound(alpha), bound(beta), bound(places.low), bound(places.high)]),
        buffers: [places.operand(view.id(0)), places.output(0)],
        groups: perElement(count),
      },
    ],
  };
}

/** dX from dY, X, Y; X or Y may be absent where the function does not need it. */
function gradient(view: GpuNodeView): GpuNode | undefined {
  const shape = view.input(0);
  const found = read(view, view.text('function') ?? '');
  if (!shape || !view.output(0) || !found?.slope) return undefined;
  const needs = { x: 1, y: 2 } as const;
  if (found.slope.some((which) => !view.input(needs[which]))) return undefined;
  const used = (index: 1 | 2) => found.slope?.some((which) => needs[which] === index);
  const { number, alpha, beta } = found;
  const count = elementCount(shape);
  return {
    reads: [view.id(0), ...(used(1) ? [view.id(1)] : []), ...(used(2) ? [view.id(2)] : [])],
    dispatches: (places) => [
      {
        kernel: 'unaryGradient',
        constants: { FUNCTION: number },
        uniforms: uniforms([count, bound(alpha), bound(beta)]),
        buffers: [
          places.operand(view.id(0)),
          used(1) ? places.operand(view.id(1)) : places.operand(view.id(0)),
          used(2) ? places.operand(view.id(2)) : places.operand(view.id(0)),
          places.output(0),
        ],
        groups: perElement(count),
      },
    ],
  };
}
