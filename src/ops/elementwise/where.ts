import { broadcastShape } from '../dims.ts';
import { broadcastMap, given, joined, take } from '../elements.ts';
import { broadcastAll, elementwiseCost, value } from '../inference.ts';
import type { OpDef } from '../op-def.ts';

/** Picks from the second input where the first is true, else from the third; all broadcast together. */
export const where = {
  id: 'Where',
  sinceOpset: 9,
  bind: () => ({
    infer: (inputs) => [value(inputs[1]?.type, broadcastAll('Where', inputs))],
    cost: elementwiseCost(1),
    run(inputs) {
      const condition = given('Where', inputs, 0, 'condition');
      const x = given('Where', inputs, 1, 'X');
      const y = given('Where', inputs, 2, 'Y');
      const shape = broadcastShape('Where', broadcastShape('Where', condition.shape, x.shape), y.shape);
      const chosen = take(condition, shape, broadcastMap(condition.shape, shape)).data;
      const fromX = broadcastMap(x.shape, shape);
      const fromY = broadcastMap(y.shape, shape);
      // X and Y lie behind each other, so one map picks from both.
      const map = fromX.map((at, i) => (chosen[i] ? at : (fromY[i] as number) + x.data.length));
      return [take(joined([x, y]), shape, map)];
    },
  }),
} as const satisfies OpDef;
