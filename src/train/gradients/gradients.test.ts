import { describe, expect, test } from 'vitest';
import { createPlainBackend } from '../../compute/index.ts';
import { numbersOf, type Tensor } from '../../ir/index.ts';
import { bindNode } from '../../ops/index.ts';
import { caseTitle, differentiated, gradientGraph } from '../../test-kit/gradient-cases/graph.ts';
import { type GradientCase, gradientCases } from '../../test-kit/gradient-cases/index.ts';
import { trainingOps } from '../operators/list.ts';
import { gradientRules } from './list.ts';
import { quantizers } from './straight-through.ts';

/** Step of central differences, taken in double precision. */
const STEP = 1e-4;

/** Gradients of Σ factor · y by the rules, against differences of the operator's own reference. */
async function check(given: GradientCase): Promise<void> {
  const { model, node, opsets, values, upstream, gradients, feeds } = gradientGraph(given);
  const results = await (await createPlainBackend(trainingOps).prepare(model)).run(feeds);
  const bound = bindNode(node, opsets, trainingOps);
  if (!bound) throw new Error(`${given.op} is not known.`);
  const wide = values.map((t): Tensor | undefined =>
    t?.type === 'float32' ? { type: 'float64', shape: t.shape, data: Float64Array.from(numbersOf(t)) } : t,
  );
  const loss = (): number => {
    const outputs = bound.run(wide, node.outputs.length);
    let sum = 0;
    for (const [id, factors] of upstream) {
      const numbers = numbersOf(outputs[node.outputs.indexOf(id)] as Tensor);
      numbersOf(factors).forEach((factor, i) => {
        sum += factor * (numbers[i] as number);
      });
    }
    return sum;
  };
  const step = given.step ?? STEP;
  for (const input of differentiated(given)) {
    const { data, shape } = wide[input] as Tensor & { data: Float64Array };
    const found = results.get(gradients.get(input) ?? '');
    expect(found?.shape, `input ${input}`).toEqual(shape);
    data.forEach((x, i) => {
      data[i] = x + step;
      const above = loss();
      data[i] = x - step;
      const below = loss();
      data[i] = x;
      const expected = (above - below) / (2 * step);
      const gradient = numbersOf(found as Tensor)[i] as number;
      const tolerance = (given.tolerance ?? 2e-5) * (1 + Math.abs(expected));
      expect(Math.abs(gradient - expected), `input ${input}[${i}]: ${gradient}, not ${expected}`).toBeLessThan(
        tolerance,
      );
    });
  }
}

describe('gradients agree with central differences', () => {
  for (const given of gradientCases) test(caseTitle(given), () => check(given));
});

/** Gradients that are none by design, straight through a step function: `straight-through.test.ts`. */
const STRAIGHT_THROUGH = quantizers.map(({ id }) => id);

test('every rule has a case', () => {
  const covered = new Set([...STRAIGHT_THROUGH, ...gradientCases.map((given) => given.op)]);
  expect(gradientRules.ids().filter((id) => !covered.has(id))).toEqual([]);
});

test('every rule is of an operator that exists', () => {
  expect(gradientRules.ids().filter((id) => !trainingOps.tryGet(id))).toEqual([]);
});

describe('rules compute nothing that is not wanted', () => {
  for (const given of gradientCases.filter((one) => differentiated(one).length > 1))
    test(caseTitle(given), () => {
      for (const one of differentiated(given)) {
        const { gradients } = gradientGraph(given, [one]);
        expect([...gradients].flatMap(([input, gradient]) => (gradient === undefined ? [] : [input]))).toEqual([one]);
      }
    });
});
