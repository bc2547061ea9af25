import { useMemo } from 'react';
import type { Constraint, DesignPoint } from '../../../explore/index.ts';
import {
  defaultAxes,
  type Feasibility,
  feasibility,
  figureValue,
  frontOf,
  kneeOf,
  type Objective,
  objectivesOf,
  objectives as registry,
} from '../../../explore/view.ts';
import { useApp } from '../../state/store.ts';
import type { ExplorationState } from '../../state/types.ts';
import { type Family, familyOf } from './families.ts';
import { type ObjectiveUnit, unitFor } from './objective-units.ts';

export interface FamilyCount extends Family {
  readonly count: number;
  readonly onFront: number;
  readonly hidden: boolean;
}

/** Everything the panels share about the points that are shown. Indices are into `points`. */
export interface Designs {
  /** Points whose origin is not hidden, in the order they were evaluated. */
  readonly points: readonly DesignPoint[];
  readonly indexOf: ReadonlyMap<string, number>;
  /** Aligned with `points`. */
  readonly meets: readonly Feasibility[];
  readonly meeting: number;
  readonly constraints: readonly Constraint[];
  /** Those some point has, in the registry's order. */
  readonly objectives: readonly Objective[];
  readonly units: ReadonlyMap<string, ObjectiveUnit>;
  /** Horizontal and vertical axis of the scatter. */
  readonly axes?: readonly [Objective, Objective];
  /** Front over both axes, limits aside: it is drawn through points outside the limits too. */
  readonly front: readonly number[];
  readonly onFront: ReadonlySet<number>;
  readonly knee?: number;
  readonly families: readonly FamilyCount[];
  readonly total: number;
}

type Source = Pick<ExplorationState, 'points' | 'constraints' | 'axes' | 'hiddenOrigins'>;

type Unlimited = Omit<Designs, 'meets' | 'meeting' | 'constraints'>;

export const designsOf = (source: Source): Designs => limited(unlimited(source), source.constraints);

/** Which points meet the limits: all that a moved slider changes. */
function limited(designs: Unlimited, constraints: readonly Constraint[]): Designs {
  const meets = designs.points.map((point) => feasibility(point, constraints));
  return { ...designs, constraints, meets, meeting: meets.filter((m) => m === 'yes').length };
}

function unlimited({ points: all, axes: chosen, hiddenOrigins }: Omit<Source, 'constraints'>): Unlimited {
  const points = hiddenOrigins.length === 0 ? all : all.filter((p) => !hiddenOrigins.includes(p.origin));
  const objectives = objectivesOf(all).map((id) => registry.get(id));
  const units = new Map(objectives.map((o) => [o.id, unitFor(o, valuesOf(all, o.id))] as const));
  const axes = axesOf(all, chosen, objectives);
  const ids = axes?.map((o) => o.id) as [string, string] | undefined;
  const front = ids ? frontOf(points, ids) : [];
  const knee = ids ? kneeOf(points, ids) : undefined;
  const onFront = new Set(front);
  return {
    points,
    indexOf: new Map(points.map((point, i) => [point.id, i])),
    objectives,
    units,
    ...(axes ? { axes } : {}),
    front,
    onFront,
    ...(knee === undefined ? {} : { knee }),
    families: familiesOf(all, hiddenOrigins, new Set(front.map((i) => points[i]?.id ?? ''))),
    total: all.length,
  };
}

/** A unit is chosen from this many values at most, evenly taken. */
const SAMPLED = 500;

function valuesOf(points: readonly DesignPoint[], objective: string): number[] {
  const every = Math.max(1, Math.floor(points.length / SAMPLED));
  const values: number[] = [];
  for (let i = 0; i < points.length; i += every) {
    const value = figureValue(points[i] as DesignPoint, objective);
    if (value !== undefined) values.push(value);
  }
  return values;
}

/** The axes chosen, as long as the points have them; else the default ones. */
function axesOf(
  points: readonly DesignPoint[],
  chosen: Source['axes'],
  objectives: readonly Objective[],
): readonly [Objective, Objective] | undefined {
  const fallback = defaultAxes(points);
  const has = (id: string | undefined): boolean => objectives.some((o) => o.id === id);
  const x = chosen && has(chosen.x) ? chosen.x : fallback?.[0];
  const y = chosen && has(chosen.y) ? chosen.y : fallback?.[1];
  return x === undefined || y === undefined ? undefined : [registry.get(x), registry.get(y)];
}

function familiesOf(
  all: readonly DesignPoint[],
  hidden: readonly string[],
  front: ReadonlySet<string>,
): readonly FamilyCount[] {
  const counts = new Map<string, { count: number; onFront: number }>();
  for (const point of all) {
    const entry = counts.get(point.origin) ?? { count: 0, onFront: 0 };
    entry.count++;
    if (front.has(point.id)) entry.onFront++;
    counts.set(point.origin, entry);
  }
  return [...counts]
    .map(([origin, entry]) => ({ ...familyOf(origin), ...entry, hidden: hidden.includes(origin) }))
    .sort((a, b) => a.category - b.category);
}

/** The designs of the store; computed again only when points, limits, axes or hidden families change. */
export function useDesigns(): Designs {
  const points = useApp((s) => s.exploration.points);
  const constraints = useApp((s) => s.exploration.constraints);
  const axes = useApp((s) => s.exploration.axes);
  const hiddenOrigins = useApp((s) => s.exploration.hiddenOrigins);
  const found = useMemo(
    () => unlimited({ points, hiddenOrigins, ...(axes ? { axes } : {}) }),
    [points, axes, hiddenOrigins],
  );
  return useMemo(() => limited(found, constraints), [found, constraints]);
}

/** What a point is called: the same six digits in status bar, palette and tables. */
export const pointName = (point: Pick<DesignPoint, 'id'>): string => point.id.slice(0, 6);

export const limitOn = (constraints: readonly Constraint[], objective: string): Constraint | undefined =>
  constraints.find((c) => c.objective === objective);
