import { inferShapes, simplify } from '../analyze/index.ts';
import { applyEdits, checkEdit, describeEdit, type Edit } from '../edit/index.ts';
import type { Model } from '../ir/index.ts';

/** Something done to a network since it was read. Plain JSON: part of links, saved files and the history. */
export type ModelChange =
  | { readonly kind: 'edit'; readonly edit: Edit }
  /** `passes`: ids of simplification passes, in the order of the registry. */
  | { readonly kind: 'simplify'; readonly passes: readonly string[] };

const silent = { warn() {} };

/** The network after one change. Throws `edit/…` where an edit does not fit, `analyze/…` naming the node whose shapes it breaks. */
export function applyChange(model: Model, change: ModelChange): Model {
  switch (change.kind) {
    case 'simplify':
      return simplify(model, silent, { passes: change.passes }).model;
    case 'edit':
      return applyEdits(model, [change.edit], (edited) => inferShapes(edited, silent).graph.tensors);
  }
}

/** In words, for undo and history. */
export const describeChange = (change: ModelChange): string =>
  change.kind === 'simplify' ? 'Simplify' : describeEdit(change.edit);

/** Changes out of foreign JSON. Throws `edit/illegal` or a `UserError` of the same kind for what is not known. */
export function checkChange(json: unknown): ModelChange {
  const record = (typeof json === 'object' && json !== null ? json : {}) as Readonly<Record<string, unknown>>;
  const passes = record['passes'];
  if (record['kind'] === 'simplify' && Array.isArray(passes) && passes.every((p) => typeof p === 'string'))
    return { kind: 'simplify', passes };
  return { kind: 'edit', edit: checkEdit(record['edit']) };
}
