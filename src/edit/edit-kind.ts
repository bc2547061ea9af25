import type { Graph, Model, TensorId, TensorInfo } from '../ir/index.ts';
import type { Fields } from './fields.ts';

/** What is known of a value: declared in the file, or inferred by whoever applies the edits. */
export type KnownValue = Pick<TensorInfo, 'type' | 'shape'>;

/** What an edit may ask while it is applied. */
export interface EditContext {
  /** Type and shape of a value of the model the edit is applied to, as far as known. */
  known(id: TensorId): KnownValue;
}

/**
 * One kind of edit. To add one: write `kinds/<kind>.ts` and add it in `edits.ts`. An edit is plain JSON, so that it fits
 * a job request, a share link and the history; `apply` never changes the model it is given.
 */
export interface EditKind<E extends { readonly kind: string }> {
  readonly id: E['kind'];
  /** In words, for a menu: 'Remove layers'. */
  readonly title: string;
  /** The edit from parsed JSON; throws `edit/illegal` naming the field. `kind` was read already. */
  check(fields: Fields): E;
  /** For undo and history: 'Remove conv1'. */
  describe(edit: E): string;
  /** The edited model: legal (`verifyGraph`). Throws a `UserError` `edit/…` that names node or value and the remedy. */
  apply(model: Model, edit: E, context: EditContext): Model;
}

/** Opset of the standard operators. */
export const opsetOf = ({ opsets }: Graph): number => opsets.get('') ?? opsets.get('ai.onnx') ?? 1;
