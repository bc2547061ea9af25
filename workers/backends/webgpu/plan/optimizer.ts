import { elementCount } from '../../../../src/ir/index.ts';
import {
  type Dispatch,
  float,
  type GpuNode,
  type GpuNodeView,
  type GpuPlannerTable,
  perElement,
  uniforms,
} from '../gpu-node.ts';
import { sumOf } from './reduction.ts';

export const optimizerPlanners: GpuPlannerTable = {
  'paretoscope.train::GradientNorm': gradientNorm,
  'paretoscope.train::ClipScale': clipScale,
  'paretoscope.train::SgdUpdate': (view) =>
    update(view, 'sgdUpdate', 1, { NESTEROV: view.int('nesterov', 0) !== 0 }, [
      view.float('momentum', 0),
      view.float('weight_decay', 0),
    ]),
  'paretoscope.train::AdamUpdate': (view) => {
    const [beta1, beta2] = [view.float('beta1', 0.9), view.float('beta2', 0.999)];
    const rest = [view.float('epsilon', 1e-8), view.float('weight_decay', 0)];
    const constants = { DECOUPLED: view.int('decoupled', 0) !== 0 };
    return update(view, 'adamUpdate', 2, constants, [beta1, 1 - beta1, beta2, 1 - beta2, ...rest]);
  },
  'paretoscope.train::RmsPropUpdate': (view) => {
    const decay = view.float('decay', 0.9);
    const rest = [view.float('momentum', 0), view.float('epsilon', 1e-8), view.float('weight_decay', 0)];
    return update(view, 'rmsPropUpdate', 2, {}, [decay, 1 - decay, ...rest]);
  },
  'paretoscope.train::FakeQuantize': fakeQuantize,
  'paretoscope.train::FakeQuantizeGradient': fakeQuantizeGradient,
};

/** (param, gradient, states…, rates, scale) → param, states, changed where they lie. */
function update(
  view: GpuNodeView,
  kernel: 'sgdUpdate' | 'adamUpdate' | 'rmsPropUpdate',
  states: number,
  constants: Readonly<Record<string, boolean>>,
  numbers: readonly number[],
): GpuNode | undefined {
  const { inputs } = view.node;
  const shape = view.input(0);
  const held = Array.from({ length: states }, (_, i) => i + 1);
  if (!shape || inputs.length !== states + 4 || inputs.some((id) => !view.shape(id))) return undefined;
  // Constants are shared and stay as they are.
  if ([0, ...held].some((i) => !view.output(i) || !view.isActivation(i === 0 ? 0 : i + 1))) return undefined;
  const count = elementCount(shape);
  const [gradient, rates, scale] = [inputs[1], inputs[states + 2], inputs[states + 3]] as [string, string, string];
  return {
    reads: inputs,
    inPlace: [[0, 0], ...held.map((i) => [i, i + 1] as const)],
    dispatches: (places) => [
      {
        kernel,
        constants,
        uniforms: uniforms([count, ...numbers.map(float)]),
        buffers: [
          places.output(0),
          places.operand(gradient),
          ...held.map((i) => places.output(i)),
          places.operand(rates),
          places.operand(scale),
        ],
        groups: perElement(count),
      },
    ],
  };
}

/** Most work groups that add up the squares of one gradient, and what each takes at least. */
const MOST_PARTS = 64;
const PART = 2048;

/** In single precision, by parts of each gradient: the reference adds in double precision. */
function gradientNorm(view: GpuNodeView): GpuNode | undefined {
  const { inputs } = view.node;
  const counts = inputs.map((id) => elementCount(view.shape(id) ?? [0]));
  if (counts.some((count) => count === 0) || !view.output(0)) return undefined;
  const parts = counts.map((count) => Math.min(MOST_PARTS, Math.ceil(count / PART)));
  const all = parts.reduce((sum, n) => sum + n, 0);
  return {
    reads: inputs,
    scratch: [all],
    dispatches(places) {
      let first = 0;
      const list = inputs.map((id, i): Dispatch => {
        const groups = parts[i] as number;
        const dispatch: Dispatch = {
          kernel: 'squareSums',
          uniforms: uniforms([counts[i] as number, first]),
          buffers: [places.operand(id), places.scratch(0)],
          groups: [groups, 1, 1],
        };
        first += groups;
        return dispatch;
      });
      const total = sumOf(places.scratch(0), places.output(0), all);
      return [...list, { ...total, constants: { ...total.constants, FINISH: 1 } }];
    },
  };
}

const NOT_A_NUMBER = 0x7fc00000;

function clipScale(view: GpuNodeView): GpuNode | undefined {
  if (!view.input(0) || !view.output(0)) return undefined;
  return {
    reads: [view.id(0)],
    dispatches: (places) => [
      {
        kernel: 'clipScale',
        uniforms: uniforms([float(view.float('maximum', 0)), NOT_A_NUMBER]),
        buffers: [places.operand(view.id(0)), places.output(0)],
        groups: [1, 1, 1],
      },
    ],
  };
}

/** Smallest and largest code. */
function codesOf(view: GpuNodeView): readonly [number, number] | undefined {
  const bits = view.int('bits', 0);
  if (bits < 1) return undefined;
  return view.int('signed', 0) !== 0 ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
}

function fakeQuantize(view: GpuNodeView): GpuNode | undefined {
  const [shape, codes] = [view.input(0), codesOf(view)];
  if (!shape || !codes || !view.input(1) || !view.output(0)) return undefined;
  const count = elementCount(shape);
  return {
    reads: view.node.inputs.slice(0, 2),
    dispatches: (places) => [
      {
        kernel: 'fakeQuantize',
        uniforms: uniforms([count, ...codes.map(float)]),
        buffers: [places.operand(view.id(0)), places.operand(view.id(1)), places.output(0)],
        groups: perElement(count),
      },
    ],
  };
}

function fakeQuantizeGradient(view: GpuNodeView): GpuNode | undefined {
  const [shape, codes] = [view.input(0), codesOf(view)];
  if (!shape || !codes || !view.input(1) || !view.input(2)) return undefined;
  const count = elementCount(shape);
  return {
    reads: view.node.inputs.slice(0, 3),
    scratch: [count, count],
    dispatches(places) {
      const terms = places.scratch(0);
      const dv = view.hasOutput(0) ? places.output(0) : places.scratch(1);
      const list: Dispatch[] = [
        {
          kernel: 'fakeQuantizeGradient',
          uniforms: uniforms([count, ...codes.map(float)]),
          buffers: [...[0, 1, 2].map((i) => places.operand(view.id(i))), dv, terms],
          groups: perElement(count),
        },
      ];
      if (view.hasOutput(1)) list.push(sumOf(terms, places.output(1), count, view.float('gradient_scale', 1)));
      return list;
    },
  };
}
