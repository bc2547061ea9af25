import type { GradientRule } from './rule.ts';

/** Straight through inside the range; the step learns too (methods A.8). */
export const fakeQuantize: GradientRule = {
  id: 'paretoscope.train::FakeQuantize',
  gradients({ e, dy, node }) {
    const [v = '', step = ''] = node.inputs;
    return e.trainAll('FakeQuantizeGradient', [v, step, dy], 2, Object.fromEntries(node.attributes));
  },
};
