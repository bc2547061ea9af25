import type { Attribute, NodeId } from '../../ir/index.ts';
import type { EditKind } from '../edit-kind.ts';
import { fixedAttribute, unknownAttribute } from '../errors.ts';
import { type Fields, isFiniteNumber, isText, isWhole } from '../fields.ts';
import { findNode } from '../find.ts';
import { knownAttributes, putNode } from '../put-node.ts';

/** The kinds of attribute that can be edited. */
export type AttributeSetting = Extract<
  Attribute,
  { readonly kind: 'int' | 'ints' | 'float' | 'floats' | 'string' | 'strings' }
>;

const KINDS = ['int', 'ints', 'float', 'floats', 'string', 'strings'] as const satisfies readonly Attribute['kind'][];

/** Changes an attribute of a layer, or adds it. The operator's own reading decides what is legal. */
export interface SetAttributeEdit {
  readonly kind: 'set-attribute';
  readonly node: NodeId;
  readonly name: string;
  /** Floats are rounded to 32 bits, which is what a file holds. */
  readonly attribute: AttributeSetting;
}

export const setAttribute: EditKind<SetAttributeEdit> = {
  id: 'set-attribute',
  title: 'Set an attribute',
  check(fields) {
    const [node, name, inner] = [fields.name('node'), fields.name('name'), fields.inner('attribute')];
    const attribute = settingFrom(inner);
    inner.done();
    return { kind: 'set-attribute', node, name, attribute };
  },
  describe: ({ node, name, attribute }) => `Set ${name} of ${node} to ${settingText(attribute)}`,
  apply(model, { node: id, name, attribute }, context) {
    const node = findNode(model, id);
    const present = node.attributes.get(name);
    if (present && !KINDS.some((kind) => kind === present.kind)) throw fixedAttribute(id, node.op, name, present.kind);
    const edited = { ...node, attributes: new Map([...node.attributes, [name, attribute]]) };
    const known = knownAttributes(edited, model.graph);
    if (!present && known && !known.has(name)) throw unknownAttribute(id, node.op, name, [...known].sort());
    return putNode(model, edited, context);
  },
};

function settingFrom(fields: Fields): AttributeSetting {
  const kind = fields.oneOf('kind', KINDS);
  switch (kind) {
    case 'int':
      return { kind, value: fields.whole('value') };
    case 'ints':
      return { kind, value: fields.list('value', isWhole, 'a list of whole numbers') };
    case 'float':
      return { kind, value: Math.fround(fields.finite('value')) };
    case 'floats':
      return { kind, value: fields.list('value', isFiniteNumber, 'a list of numbers').map(Math.fround) };
    case 'string':
      return { kind, value: fields.text('value') };
    case 'strings':
      return { kind, value: fields.list('value', isText, 'a list of texts') };
  }
}

const settingText = ({ value }: AttributeSetting): string =>
  Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
