import type { AddOutputEdit } from './kinds/add-output.ts';
import type { DeleteAttributeEdit } from './kinds/delete-attribute.ts';
import type { ExtractEdit } from './kinds/extract.ts';
import type { ExtractNodesEdit } from './kinds/extract-nodes.ts';
import type { InsertActivationEdit } from './kinds/insert-activation.ts';
import type { RemoveEdit } from './kinds/remove.ts';
import type { RemoveOutputEdit } from './kinds/remove-output.ts';
import type { RenameNodeEdit } from './kinds/rename-node.ts';
import type { RenameValueEdit } from './kinds/rename-value.ts';
import type { ReplaceActivationEdit } from './kinds/replace-activation.ts';
import type { ReplaceOperatorEdit } from './kinds/replace-operator.ts';
import type { SetAttributeEdit } from './kinds/set-attribute.ts';
import type { SetInputShapeEdit } from './kinds/set-input-shape.ts';

/** A change of a model, as plain JSON. */
export type Edit =
  | ExtractEdit
  | ExtractNodesEdit
  | RemoveEdit
  | SetAttributeEdit
  | DeleteAttributeEdit
  | SetInputShapeEdit
  | RenameNodeEdit
  | RenameValueEdit
  | InsertActivationEdit
  | ReplaceActivationEdit
  | ReplaceOperatorEdit
  | AddOutputEdit
  | RemoveOutputEdit;
export type { ActivationChoice } from './activations.ts';
