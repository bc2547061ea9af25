import { tensorOf } from '../../ir/index.ts';
import { given, scalarOf } from '../elements.ts';
import { freeCost, value } from '../inference.ts';
import { OPEN_SIZE, type OpDef } from '../op-def.ts';

/** start, start + delta, … up to but without limit. */
export const range = {
  id: 'Range',
  sinceOpset: 11,
  bind: () => {
    const count = (start: number, limit: number, delta: number) => Math.max(0, Math.ceil((limit - start) / delta));
    return {
      infer([start, limit, delta]) {
        const known = start?.constant && limit?.constant && delta?.constant;
        const length = known && count(scalarOf(start.constant), scalarOf(limit.constant), scalarOf(delta.constant));
        return [value(start?.type, [length ?? OPEN_SIZE])];
      },
      cost: freeCost,
      run(inputs) {
        const first = given('Range', inputs, 0, 'start');
        const [start, limit, delta] = [0, 1, 2].map((i) => scalarOf(given('Range', inputs, i))) as [
          number,
          number,
          number,
        ];
        const length = count(start, limit, delta);
        return [
          tensorOf(
            first.type,
            [length],
            Float64Array.from({ length }, (_, i) => start + i * delta),
          ),
        ];
      },
    };
  },
} as const satisfies OpDef;
