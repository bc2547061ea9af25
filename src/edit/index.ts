export { type Activation, type ActivationChoice, activations } from './activations.ts';
export type { EditContext, EditKind, KnownValue } from './edit-kind.ts';
export { applyEdits, checkEdit, describeEdit, type Edit, editKinds, type KnownValues } from './edits.ts';
export { replacementsFor } from './families.ts';
export { activationAt } from './kinds/replace-activation.ts';
export type { AttributeSetting } from './kinds/set-attribute.ts';
export { type EditOptions, editOptions } from './options.ts';
