import { describe, expect, test } from 'vitest';
import type { Model, Shape } from '../ir/index.ts';
import { readOnnx } from '../onnx/index.ts';
import { testContext } from '../test-kit/context.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData, sharedJson } from '../test-kit/shared-data.ts';
import { inferShapes } from './infer-shapes.ts';
import { layerCosts, totals } from './layer-costs.ts';
import { operatorName } from './operator-of.ts';
import { setShapes } from './set-shapes.ts';

interface Facts {
  readonly nodes: number;
  readonly ops: Readonly<Record<string, number>>;
  readonly initializer_values: number;
  readonly initializer_bytes: number;
  readonly macs: number | null;
  readonly mac_nodes_with_unknown_shape: number;
  readonly macs_by_op: Readonly<Record<string, number>>;
  readonly bound_inputs: Readonly<Record<string, Shape>>;
}

const facts = hasSharedData ? sharedJson<Readonly<Record<string, Facts>>>('onnx-models/facts.json') : {};

function analysed(file: string, inputs: Readonly<Record<string, Shape>>): Model {
  const { model } = readOnnx([{ name: file, bytes: sharedData(`onnx-models/${file}`) }]);
  const shaped = setShapes(model, { inputs: new Map(Object.entries(inputs)) });
  return inferShapes(shaped, testContext());
}

describe.skipIf(!hasSharedData)(`published facts of the shared networks (else: ${NO_SHARED_DATA})`, () => {
  test.for(Object.entries(facts))('%s', ([file, fact]) => {
    const model = analysed(file, fact.bound_inputs);
    const costs = layerCosts(model);
    const sums = totals(model, costs);
    const histogram: Record<string, number> = {};
    for (const node of model.graph.nodes) histogram[operatorName(node)] = (histogram[operatorName(node)] ?? 0) + 1;
    expect(histogram).toEqual(fact.ops);
    expect(sums.nodes).toBe(fact.nodes);
    expect(sums.initializerValues).toBe(fact.initializer_values);
    expect(sums.weightBytes).toBe(fact.initializer_bytes);
    const byOp: Record<string, number> = {};
    for (const cost of costs) if (cost.macs > 0 && cost.op !== 'If') byOp[cost.op] = (byOp[cost.op] ?? 0) + cost.macs;
    // Where the facts' author could not tell a shape, we may know more; facts count the top-level graph only.
    if (fact.mac_nodes_with_unknown_shape > 0) return;
    expect(byOp).toMatchObject(fact.macs_by_op);
    const insideBranches = costs.reduce((n, cost) => n + (cost.op === 'If' ? cost.macs : 0), 0);
    expect(sums.macs && sums.macs - insideBranches).toBe(fact.macs ?? undefined);
  });
});
