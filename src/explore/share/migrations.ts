import { newerVersion, unknownVersion } from './errors.ts';
import type { Json } from './state.ts';

/** Version written today. Raise it with any change of the packed form, and add the step from the version before. */
export const SHARE_VERSION = 1;

/** Rewrites the plain JSON of one version as that of the next. */
export type Migration = (state: Json) => Json;

/** Step from version n to n + 1, by n. Steps are never changed once links of that version are out. */
const steps: Readonly<Record<number, Migration>> = {};

/** Brings JSON of version `from` up to `to`. Throws `share/newer-version` or `share/unknown-version`. */
export function migrate(
  state: Json,
  from: number,
  what: 'link' | 'file' = 'link',
  to: number = SHARE_VERSION,
  table: Readonly<Record<number, Migration>> = steps,
): Json {
  if (from > to) throw newerVersion(what, from, to);
  if (from < 1) throw unknownVersion(from);
  let current = state;
  for (let version = from; version < to; version++) {
    const step = table[version];
    if (!step) throw unknownVersion(from);
    current = step(current);
  }
  return current;
}
