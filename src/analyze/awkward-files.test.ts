import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { verifyGraph } from '../ir/index.ts';
import { readOnnx } from '../onnx/index.ts';
import { testContext } from '../test-kit/context.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData, sharedPath } from '../test-kit/shared-data.ts';
import { totals } from './layer-costs.ts';
import { prepare } from './passes/prepare.ts';

describe.skipIf(!hasSharedData)(`broken and awkward files (else: ${NO_SHARED_DATA})`, () => {
  const files = hasSharedData ? readdirSync(sharedPath('onnx-broken')).filter((f) => f.endsWith('.onnx')) : [];
  test.each(files)('%s is prepared to a legal graph, or refused with a reason and a hint', (file) => {
    try {
      const { model } = readOnnx([{ name: file, bytes: sharedData(`onnx-broken/${file}`) }]);
      const result = prepare(model, testContext());
      verifyGraph(result.model);
      expect(totals(result.model).nodes).toBe(result.model.graph.nodes.length);
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      if (error instanceof UserError) expect(error.hint.length).toBeGreaterThan(10);
    }
  });
});
