import { Registry, UserError } from '../base/index.ts';
import type { Model } from '../ir/index.ts';
import type { EditKind, KnownValue } from './edit-kind.ts';
import { Fields } from './fields.ts';
import { addOutput } from './kinds/add-output.ts';
import { deleteAttribute } from './kinds/delete-attribute.ts';
import { extract } from './kinds/extract.ts';
import { extractNodes } from './kinds/extract-nodes.ts';
import { insertActivation } from './kinds/insert-activation.ts';
import { remove } from './kinds/remove.ts';
import { removeOutput } from './kinds/remove-output.ts';
import { renameNode } from './kinds/rename-node.ts';
import { renameValue } from './kinds/rename-value.ts';
import { replaceActivation } from './kinds/replace-activation.ts';
import { replaceOperator } from './kinds/replace-operator.ts';
import { setAttribute } from './kinds/set-attribute.ts';
import { setInputShape } from './kinds/set-input-shape.ts';

/** Every kind of edit. To add one: write `kinds/<kind>.ts` and add it here. */
const all = [
  extract,
  extractNodes,
  remove,
  setAttribute,
  deleteAttribute,
  setInputShape,
  renameNode,
  renameValue,
  insertActivation,
  replaceActivation,
  replaceOperator,
  addOutput,
  removeOutput,
] as const;

/** A change of a model, as plain JSON. */
export type Edit = (typeof all)[number] extends infer K ? (K extends EditKind<infer E> ? E : never) : never;

export const editKinds = new Registry<EditKind<Edit>>('edit', all);

/** Types and shapes of a model's values, as far as known: `inferValues` of `analyze`, or what the file declares. */
export type KnownValues = (model: Model) => ReadonlyMap<string, KnownValue>;

const declared: KnownValues = ({ graph }) => graph.tensors;

/**
 * The model after these edits, in order; the model given is not changed. `known` is asked once for each edit that needs
 * types and shapes (what becomes an input, which value has the shape of another); without it, only what the file
 * declares is known. What an edit makes stale is no longer declared in the result: infer shapes afresh.
 *
 * Throws the `UserError` of the first edit that cannot work, with its index in `facts.edit`.
 */
export function applyEdits(model: Model, edits: readonly Edit[], known: KnownValues = declared): Model {
  return edits.reduce((current, edit, index) => {
    try {
      return applyEdit(current, edit, known);
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      const facts = { ...thrown.facts, edit: index, what: describeEdit(edit) };
      throw new UserError(thrown.code, thrown.message, thrown.hint, facts, { cause: thrown });
    }
  }, model);
}

function applyEdit(model: Model, edit: Edit, known: KnownValues): Model {
  let values: ReadonlyMap<string, KnownValue> | undefined;
  return editKinds.get(edit.kind).apply(model, edit, {
    known(id) {
      values ??= known(model);
      const { type, shape } = values.get(id) ?? {};
      return { ...(type === undefined ? {} : { type }), ...(shape === undefined ? {} : { shape }) };
    },
  });
}

/** In words, for undo and history: 'Remove conv1'. */
export const describeEdit = (edit: Edit): string => editKinds.get(edit.kind).describe(edit);

/** An edit from parsed JSON (a share link, a saved file). Throws `edit/illegal` naming the field, `base/unknown-edit` for a kind that does not exist. */
export function checkEdit(value: unknown): Edit {
  const fields = new Fields(value);
  const edit = editKinds.get(fields.text('kind')).check(fields);
  fields.done();
  return edit;
}
