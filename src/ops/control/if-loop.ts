import { type Model, type Tensor, tensorOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { joined, reshaped, scalarOf } from '../elements.ts';
import { badAttribute, incompatibleShapes, needsGraph } from '../errors.ts';
import { freeCost, type Inputs, value } from '../inference.ts';
import { type BodyInferrer, type BoundOp, OPEN_SIZE, type OpDef, type RuntimeValue, type Value } from '../op-def.ts';
import { isTensor, tensorAt } from '../values.ts';

/** Operators that run graphs of their own: If and Loop. Scan is in `scan.ts`. */

/** What control flow costs by itself: nothing; its bodies are counted by whoever sees them. */
export const controlFlow = (op: string): Pick<BoundOp, 'run' | 'infer' | 'cost'> => ({
  infer: (_inputs, outputCount) => Array.from({ length: outputCount }, () => ({})),
  cost: freeCost,
  run: () => {
    throw needsGraph(op);
  },
});

/** A graph attribute that must be there. */
export function bodyIn(op: string, read: AttributeReader, name: string): Model {
  const body = read.graph(name);
  if (!body) throw badAttribute(op, name, 'is missing');
  return body;
}

/** What holds for both of two values: equal types and sizes; sizes that differ are open. */
export function common(a: Value = {}, b: Value = {}): Value {
  const sameRank = a.shape !== undefined && a.shape.length === b.shape?.length;
  const shape = sameRank ? a.shape?.map((d, i) => (d === b.shape?.[i] ? d : OPEN_SIZE)) : undefined;
  return {
    ...value(a.type === b.type ? a.type : undefined, shape),
    ...(a.element && b.element ? { element: common(a.element, b.element) } : {}),
  };
}

/** The outputs of the branch that the condition chooses. */
export const ifOp = {
  id: 'If',
  sinceOpset: 1,
  bind(attributes) {
    const read = new AttributeReader('If', attributes);
    const [yes, no] = [bodyIn('If', read, 'then_branch'), bodyIn('If', read, 'else_branch')];
    return {
      ...controlFlow('If'),
      inferBodies([condition], _count, bodies) {
        if (condition?.constant) return bodies.inferBody(scalarOf(condition.constant) !== 0 ? yes : no, []);
        const otherwise = bodies.inferBody(no, []);
        return bodies.inferBody(yes, []).map((v, i) => common(v, otherwise[i]));
      },
      bodyRuns: () => 1,
      runValues: (inputs, _count, bodies) => bodies.runBody(scalarOf(tensorAt('If', inputs, 0)) !== 0 ? yes : no, []),
    };
  },
} as const satisfies OpDef;

/** Equal tensors of every iteration behind each other along a new first axis. */
export function stacked(op: string, tensors: readonly Tensor[], like: Value = {}): Tensor {
  const [first] = tensors;
  if (!first) {
    const shape = (like.shape ?? []).map((d) => (typeof d === 'number' ? d : 0));
    return tensorOf(like.type ?? 'float32', [0, ...shape], []);
  }
  for (const t of tensors)
    if (t.shape.join() !== first.shape.join())
      throw incompatibleShapes(op, 'an output changes its shape between iterations', [first.shape, t.shape]);
  return reshaped(joined(tensors), [tensors.length, ...first.shape]);
}

const BEYOND_COUNTING = Number.MAX_SAFE_INTEGER;

/** How often a Loop may run: its trip count where that is constant; 0 where it never starts. */
function tripCount([trips, condition]: Inputs): number | undefined {
  if (condition?.constant && scalarOf(condition.constant) === 0) return 0;
  return trips?.constant && Math.max(0, scalarOf(trips.constant));
}

/**
 * Runs its body while the condition holds, at most `trips` times. The body gets (iteration, condition, carried…) and gives
 * (condition, carried…, scanned…); scanned outputs of all iterations are stacked.
 */
export const loop = {
  id: 'Loop',
  sinceOpset: 1,
  bind(attributes) {
    const body = bodyIn('Loop', new AttributeReader('Loop', attributes), 'body');
    const carriedCount = body.graph.inputs.length - 2;
    return {
      ...controlFlow('Loop'),
      inferBodies(inputs, _count, bodies) {
        const carried = Array.from({ length: carriedCount }, (_, i) => withoutElements(inputs[2 + i]));
        const start = [value('int64', []), value('bool', [])];
        const inside = inferRepeated(bodies, body, carried, (now) => [...start, ...now], 1);
        const trips = tripCount(inputs);
        const isFixed = trips !== undefined && inputs[1] === undefined;
        return inside.map((v, i) => {
          if (i < carriedCount) return trips === 0 ? (inputs[2 + i] ?? {}) : v;
          return value(v.type, v.shape && [isFixed ? trips : OPEN_SIZE, ...v.shape]);
        });
      },
      bodyRuns: tripCount,
      runValues(inputs, _count, bodies) {
        const trips = isTensor(inputs[0]) ? scalarOf(inputs[0]) : BEYOND_COUNTING;
        let goesOn = isTensor(inputs[1]) ? scalarOf(inputs[1]) !== 0 : true;
        let carried: readonly (RuntimeValue | undefined)[] = inputs.slice(2);
        const scanned: Tensor[][] = body.graph.outputs.slice(1 + carriedCount).map(() => []);
        for (let i = 0; goesOn && i < trips; i++) {
          const given = [tensorOf('int64', [], [i]), tensorOf('bool', [], [goesOn ? 1 : 0]), ...carried];
          const results = bodies.runBody(body, given);
          goesOn = scalarOf(tensorAt('Loop', results, 0)) !== 0;
          carried = results.slice(1, 1 + carriedCount);
          scanned.forEach((list, k) => {
            list.push(tensorAt('Loop', results, 1 + carriedCount + k));
          });
        }
        const described = body.graph.outputs.slice(1 + carriedCount).map((id) => body.graph.tensors.get(id));
        const finals = carried.map((v, i) => v ?? tensorAt('Loop', inputs, 2 + i));
        return [...finals, ...scanned.map((list, k) => stacked('Loop', list, described[k]))];
      },
    };
  },
} as const satisfies OpDef;

/** What is known of a carried value at the start, without its elements: they change. */
const withoutElements = (v: Value | undefined): Value => ({
  ...value(v?.type, v?.shape),
  ...(v?.element ? { element: v.element } : {}),
});

const CHANGING = '?carried';

/** Open sizes of carried values (or elements of sequences) by names that differ, for the time the body is inferred. */
export const renamed = (v: Value, index: number): Value =>
  v.shape ? { ...v, shape: v.shape.map((d, axis) => (d === OPEN_SIZE ? `${CHANGING}${index}_${axis}` : d)) } : v;

/** Sizes computed from such names hold for one iteration only. */
export const openAgain = (v: Value): Value =>
  v.shape ? { ...v, shape: v.shape.map((d) => (typeof d === 'string' && d.includes(CHANGING) ? OPEN_SIZE : d)) } : v;

/**
 * Outputs of a body that is run again and again: what its first `carried.length` outputs are goes into the same inputs the next
 * time, so only what does not change holds.
 */
export function inferRepeated(
  bodies: BodyInferrer,
  body: Model,
  carried: readonly Value[],
  inputsOf: (carried: readonly Value[]) => readonly Value[],
  outputsFrom = 0,
): readonly Value[] {
  const infer = (start: readonly Value[]) => bodies.inferBody(body, inputsOf(start)).slice(outputsFrom);
  const first = infer(carried);
  const steady = carried.map((v, i) => common(v, first[i]));
  const isSteady = steady.every((v, i) => v.type === carried[i]?.type && v.shape?.join() === carried[i]?.shape?.join());
  const inside = isSteady ? first : infer(steady.map(renamed)).map(openAgain);
  return inside.map((v, i) => (i < carried.length ? common(steady[i], v) : v));
}
