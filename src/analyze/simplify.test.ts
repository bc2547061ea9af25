import { describe, expect, test } from 'vitest';
import { type Model, type Shape, verifyGraph } from '../ir/index.ts';
import { readOnnx } from '../onnx/index.ts';
import { testContext } from '../test-kit/context.ts';
import { expectSameOutputs } from '../test-kit/same-outputs.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData, sharedJson } from '../test-kit/shared-data.ts';
import { inferShapes } from './infer-shapes.ts';
import { totals } from './layer-costs.ts';
import { openSymbols, setShapes } from './set-shapes.ts';
import { simplify } from './simplify.ts';

const read = (file: string): Model => readOnnx([{ name: file, bytes: sharedData(`onnx-models/${file}`) }]).model;

const facts = hasSharedData
  ? sharedJson<Readonly<Record<string, { readonly bound_inputs: Readonly<Record<string, Shape>> }>>>(
      'onnx-models/facts.json',
    )
  : {};

/** More multiply-accumulates than this take the plain backend too long. */
const MOST_MACS = 4.5e8;

describe.skipIf(!hasSharedData)(`shared networks (else: ${NO_SHARED_DATA})`, () => {
  test.for(Object.entries(facts))(
    '%s computes the same after simplification',
    { timeout: 60_000 },
    async ([file, fact]) => {
      const sized = inferShapes(
        setShapes(read(file), { inputs: new Map(Object.entries(fact.bound_inputs)) }),
        testContext(),
      );
      const { model, steps } = simplify(sized, testContext());
      verifyGraph(model);
      expect(model.graph.nodes.length).toBeLessThanOrEqual(sized.graph.nodes.length);
      expect(totals(model).weightBytes).toBeLessThanOrEqual(2 * totals(sized).weightBytes + 2 ** 20);
      expect(simplify(model, testContext()).steps).toEqual([]);
      for (const step of steps) expect(step.changes.length).toBeGreaterThan(0);
      const { macs } = totals(sized);
      if (openSymbols(model).length > 0 || macs === undefined || macs > MOST_MACS) return;
      await expectSameOutputs(sized, model);
    },
  );

  test('UltraFace, raw and as published in simple form: as few nodes, equal work, equal outputs', {
    timeout: 60_000,
  }, async () => {
    const raw = inferShapes(read('ultraface_rfb320_raw.onnx'), testContext());
    const published = inferShapes(read('ultraface_rfb320_simplified.onnx'), testContext());
    const own = simplify(raw, testContext()).model;
    expect(own.graph.nodes.length).toBeLessThanOrEqual(published.graph.nodes.length);
    expect(totals(own).macs).toBe(100_418_560);
    expect(totals(simplify(published, testContext()).model).macs).toBe(100_418_560);
    expect(own.graph.outputs).toEqual(published.graph.outputs);
    await expectSameOutputs(published, own);
  });
});
