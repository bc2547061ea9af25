import type { NodeId } from '../../ir/index.ts';
import type { ActivationChoice } from '../activations.ts';

/** Puts another activation in the place of one. */
export interface ReplaceActivationEdit {
  readonly kind: 'replace-activation';
  readonly node: NodeId;
  readonly activation: ActivationChoice;
}
