import type { NodeId } from '../../ir/index.ts';

/** Puts another operator of the same family in the place of one: AveragePool for MaxPool, Sub for Add. */
export interface ReplaceOperatorEdit {
  readonly kind: 'replace-operator';
  readonly node: NodeId;
  /** Of the standard operators, as ONNX spells it. */
  readonly op: string;
}
