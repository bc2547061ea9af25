import type { Attribute, NodeId } from '../../ir/index.ts';

/** The kinds of attribute that can be edited. */
export type AttributeSetting = Extract<
  Attribute,
  { readonly kind: 'int' | 'ints' | 'float' | 'floats' | 'string' | 'strings' }
>;

/** Changes an attribute of a layer, or adds it. */
export interface SetAttributeEdit {
  readonly kind: 'set-attribute';
  readonly node: NodeId;
  readonly name: string;
  readonly attribute: AttributeSetting;
}
