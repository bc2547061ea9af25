import type { DesignPoint } from './design-point.ts';
import { badConstraint } from './errors.ts';
import type { Constraint } from './exploration.ts';
import { figureValue, objectives } from './objectives.ts';

/**
 * Reads 'latencySeconds<0.01' or 'accuracy >= 0.9' (SI base units, shares as 0 … 1). '<' and '>' mean '<=' and '>=': on
 * measured figures there is no difference. Throws `explore/constraint`.
 */
export function parseConstraint(text: string): Constraint {
  const match = /^\s*([A-Za-z]+)\s*(<=?|>=?)\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*$/.exec(text);
  const [, objective = '', operator = '', number = ''] = match ?? [];
  if (!match || !objectives.tryGet(objective)) throw badConstraint(text, objectives.ids());
  return { objective, operator: operator.startsWith('<') ? '<=' : '>=', limit: Number(number) };
}

/** The text `parseConstraint` reads back. */
export const formatConstraint = ({ objective, operator, limit }: Constraint): string =>
  `${objective}${operator}${limit}`;

/**
 * By how much a point breaks a limit, relative to the limit (absolute where the limit is 0): 0 if it meets it, Infinity
 * if the figure is not known.
 */
export function violation(point: DesignPoint, { objective, operator, limit }: Constraint): number {
  const value = figureValue(point, objective);
  if (value === undefined) return Number.POSITIVE_INFINITY;
  const excess = operator === '<=' ? value - limit : limit - value;
  return excess > 0 ? excess / (Math.abs(limit) || 1) : 0;
}

/** Summed over all limits. */
export const totalViolation = (point: DesignPoint, constraints: readonly Constraint[]): number =>
  constraints.reduce((sum, constraint) => sum + violation(point, constraint), 0);

export type Feasibility = 'yes' | 'no' | 'unknown';

/** 'no' if a known figure breaks a limit, else 'unknown' if a figure is missing (methods F.7: never feasible), else 'yes'. */
export function feasibility(point: DesignPoint, constraints: readonly Constraint[]): Feasibility {
  let unknown = false;
  for (const constraint of constraints) {
    const excess = violation(point, constraint);
    if (excess === Number.POSITIVE_INFINITY) unknown = true;
    else if (excess > 0) return 'no';
  }
  return unknown ? 'unknown' : 'yes';
}
