import type { Exploration } from '../exploration.ts';

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What a link or a file reopens: the exploration, and how it was looked at (axes, selection; the page's own affair). */
export interface ShareState {
  readonly exploration: Exploration;
  readonly view: Json;
}
