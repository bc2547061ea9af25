import { messageOf, UserError } from '../../base/index.ts';
import { getState, patch } from '../state/store.ts';
import type { Problem } from '../state/types.ts';

/** Anything thrown, as the page shows it. `where` names the file or layer if the error does not. */
export function problemOf(thrown: unknown, where?: string): Problem {
  if (thrown instanceof UserError) {
    const { node, file, layer } = thrown.facts;
    const place = [layer, node, file].find((fact) => typeof fact === 'string') ?? where;
    return {
      code: thrown.code,
      message: thrown.message,
      hint: thrown.hint,
      facts: thrown.facts,
      ...(typeof place === 'string' ? { where: place } : {}),
    };
  }
  return {
    code: 'internal',
    message: `An internal check failed: ${messageOf(thrown)}`,
    hint: 'Copy this report into an issue of the project; what was computed before is kept.',
    ...(where === undefined ? {} : { where }),
  };
}

/** Shows a problem that belongs to no file or job; the same code is shown once. */
export function showProblem(problem: Problem): void {
  const others = getState().page.problems.filter((p) => p.code !== problem.code);
  patch({ page: { problems: [...others, problem] } });
}

export function dismissProblem(problem: Problem): void {
  patch({ page: { problems: getState().page.problems.filter((p) => p !== problem) } });
}
