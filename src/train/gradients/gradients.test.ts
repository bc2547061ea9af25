import { describe, expect, test } from 'vitest';
import { Random } from '../../base/index.ts';
import { createPlainBackend } from '../../compute/index.ts';
import {
  elementCount,
  encodeWeight,
  type Node,
  numbersOf,
  type Tensor,
  type TensorId,
  verifyGraph,
} from '../../ir/index.ts';
import { bindNode, opIdOf } from '../../ops/index.ts';
import { type GradientCase, gradientCases } from '../../test-kit/gradient-cases/index.ts';
import { attributeFrom } from '../../test-kit/graph-builder.ts';
import { ActiveValues, differentiate } from '../differentiate.ts';
import { Emitter } from '../emitter.ts';
import { trainingOps } from '../operators/list.ts';
import { gradientRules } from './list.ts';
import { quantizers } from './straight-through.ts';

/** Step of central differences, taken in double precision. */
const STEP = 1e-4;

function nodeOf(given: GradientCase): Node {
  const [name = '', domain = ''] = given.op.split('::').reverse();
  const inputs = given.inputs.map((input, i) => (input === undefined ? '' : `x${i}`));
  const outputs = Array.from({ length: given.outputs ?? 1 }, (_, i) => `y${i}`);
  const attributes = new Map(Object.entries(given.attributes ?? {}).map(([key, v]) => [key, attributeFrom(v)]));
  return { id: 'layer', op: name, domain, inputs, outputs, attributes };
}

/** Elements of the inputs: those given, or random numbers of the range asked for. */
function valuesOf(given: GradientCase): (Tensor | undefined)[] {
  const random = new Random(7);
  return given.inputs.map((input, i) => {
    if (input === undefined) return undefined;
    if ('tensor' in input) return input.tensor;
    const [low, high] = input.range ?? [-2, 2];
    const numbers = random.derive(i);
    const data = Float32Array.from({ length: elementCount(input.shape) }, () => low + (high - low) * numbers.unit());
    return { type: 'float32', shape: input.shape, data };
  });
}

const isDifferentiated = (input: GradientCase['inputs'][number]): boolean =>
  input !== undefined && !('tensor' in input) && input.fixed !== true;

/** Gradients of Σ factor · y by the rules, run on the plain backend. */
async function byRule(given: GradientCase, wanted: readonly number[]) {
  const node = nodeOf(given);
  const opsets = new Map([['', given.opset ?? 17]]);
  const e = new Emitter(opsets, trainingOps, [...node.inputs, ...node.outputs, node.id]);
  const values = valuesOf(given);
  const inputs: TensorId[] = [];
  values.forEach((tensor, i) => {
    if (!tensor) return;
    const input = given.inputs[i];
    if (input && 'tensor' in input && input.isConstant)
      e.stored({ id: `x${i}`, weight: `x${i}` }, encodeWeight(`x${i}`, tensor), tensor);
    else inputs.push(e.input(`x${i}`, tensor.type, tensor.shape));
  });
  const rule = gradientRules.get(given.op);
  const more = Array.from({ length: Math.max(0, (rule.outputs ?? 0) - node.outputs.length) }, (_, i) => `kept${i}`);
  const written = { ...node, outputs: [...node.outputs, ...more] };
  const active = new ActiveValues(
    e,
    wanted.map((i) => `x${i}`),
  );
  e.at(node.id);
  e.append(written);
  active.follow(written);
  const used = node.outputs.filter((_, i) => given.used?.includes(i) ?? true).filter((id) => active.has(id));
  const seeds = new Map(used.map((id) => [id, e.input(`d${id}`, 'float32', e.shapeOf(id))]));
  const total = differentiate(e, [written], seeds, active, gradientRules);
  const gradients = wanted.map((i) => total(`x${i}`));
  const model = verifyGraph(
    e.done('gradient', [...inputs, ...seeds.values()], [...new Set(gradients.flatMap((id) => id ?? []))]),
  );
  return { model, gradients, values, node, opsets: e.opsets, used, total };
}

async function check(given: GradientCase): Promise<void> {
  const wanted = given.inputs.flatMap((input, i) => (isDifferentiated(input) ? [i] : []));
  const { model, gradients, values, node, opsets, used } = await byRule(given, wanted);
  const shapes = new Map(model.graph.inputs.map((id) => [id, model.graph.tensors.get(id)?.shape as readonly number[]]));
  const random = new Random(11);
  const factors = new Map(
    used.map((id, i) => {
      const shape = shapes.get(`d${id}`) as readonly number[];
      const numbers = random.derive(i);
      return [id, Float32Array.from({ length: elementCount(shape) }, () => 2 * numbers.unit() - 1)] as const;
    }),
  );
  const feeds = new Map<string, Tensor>();
  values.forEach((tensor, i) => {
    if (tensor && shapes.has(`x${i}`)) feeds.set(`x${i}`, tensor);
  });
  for (const [id, data] of factors) feeds.set(`d${id}`, { type: 'float32', shape: shapes.get(`d${id}`) ?? [], data });
  const results = await (await createPlainBackend(trainingOps).prepare(model)).run(feeds);
  const bound = bindNode(node, opsets, trainingOps);
  if (!bound) throw new Error(`${given.op} is not known.`);
  const wide = values.map((t): Tensor | undefined =>
    t?.type === 'float32' ? { type: 'float64', shape: t.shape, data: Float64Array.from(numbersOf(t)) } : t,
  );
  const loss = (): number => {
    const outputs = bound.run(wide, node.outputs.length);
    let sum = 0;
    for (const [id, data] of factors) {
      const numbers = numbersOf(outputs[node.outputs.indexOf(id)] as Tensor);
      data.forEach((factor, i) => {
        sum += factor * (numbers[i] as number);
      });
    }
    return sum;
  };
  wanted.forEach((input, k) => {
    const data = (wide[input] as Tensor).data as Float64Array;
    const id = gradients[k];
    expect(id, `input ${input} has no gradient`).toBeDefined();
    const found = numbersOf(results.get(id as string) as Tensor);
    expect(results.get(id as string)?.shape).toEqual((wide[input] as Tensor).shape);
    const step = given.step ?? STEP;
    data.forEach((x, i) => {
      data[i] = x + step;
      const above = loss();
      data[i] = x - step;
      const below = loss();
      data[i] = x;
      const expected = (above - below) / (2 * step);
      const tolerance = (given.tolerance ?? 2e-5) * (1 + Math.abs(expected));
      expect(
        Math.abs((found[i] as number) - expected),
        `input ${input}[${i}]: ${found[i]}, not ${expected}`,
      ).toBeLessThan(tolerance);
    });
  });
}

describe('gradients agree with central differences', () => {
  for (const given of gradientCases)
    test(`${given.op}${given.name === undefined ? '' : `: ${given.name}`}`, () => check(given));
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
  for (const given of gradientCases) {
    const all = given.inputs.flatMap((input, i) => (isDifferentiated(input) ? [i] : []));
    if (all.length < 2) continue;
    test(`${opIdOf(nodeOf(given))}${given.name === undefined ? '' : `: ${given.name}`}`, async () => {
      for (const one of all) {
        const { total } = await byRule(given, [one]);
        for (const other of all) if (other !== one) expect(total(`x${other}`)).toBeUndefined();
      }
    });
  }
});
