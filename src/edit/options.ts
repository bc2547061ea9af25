import { UserError } from '../base/index.ts';
import type { Attribute, Model, Node, NodeId, TensorId } from '../ir/index.ts';
import { bindNode } from '../ops/index.ts';
import { activations } from './activations.ts';
import { opsetOf } from './edit-kind.ts';
import { replacementsFor } from './families.ts';
import { findNode } from './find.ts';
import { activationAt } from './kinds/replace-activation.ts';
import type { AttributeSetting } from './kinds/set-attribute.ts';
import { knownAttributes } from './put-node.ts';

/** What a form can offer for one layer. Plain JSON. */
export interface EditOptions {
  readonly node: NodeId;
  /** As the layer lists them, '' for an absent one: the index is what `RemoveEdit.input` counts by. */
  readonly inputs: readonly TensorId[];
  /** Attributes that can be set, with what they are now. Tensors and graphs are not among them. */
  readonly attributes: readonly { readonly name: string; readonly setting: AttributeSetting }[];
  /** Attributes that the operator reads and that are not given; `kind` absent: the operator reads it only with others. */
  readonly addable: readonly { readonly name: string; readonly kind?: AttributeSetting['kind'] }[];
  /** The operator is not known: attributes of any name can be added. */
  readonly anyAttribute: boolean;
  /** Operators that can take the place of this one. */
  readonly replacements: readonly string[];
  /** Another activation can take its place. */
  readonly isActivation: boolean;
  /** Activations that can be written at the model's opset, with the defaults of their parameters. */
  readonly activations: readonly {
    readonly id: string;
    readonly title: string;
    readonly parameters: Readonly<Record<string, number>>;
  }[];
}

/** What can be done to a layer. Throws `edit/no-node`. */
export function editOptions(model: Model, id: NodeId): EditOptions {
  const { graph } = model;
  const node = findNode(model, id);
  const known = knownOf(node, model);
  const opset = opsetOf(graph);
  return {
    node: id,
    inputs: node.inputs,
    attributes: [...node.attributes].flatMap(([name, attribute]) =>
      isSetting(attribute) ? [{ name, setting: attribute }] : [],
    ),
    addable: [...(known ?? [])]
      .filter((name) => !node.attributes.has(name))
      .sort()
      .flatMap((name) => addableAs(name, node, model)),
    anyAttribute: known === undefined,
    replacements: replacementsFor(node, graph),
    isActivation: activationAt(node, graph) !== undefined,
    activations: [...activations]
      .filter(({ since }) => since <= opset)
      .map(({ id: activation, title, parameters }) => ({ id: activation, title, parameters })),
  };
}

const SETTINGS: ReadonlySet<Attribute['kind']> = new Set(['int', 'ints', 'float', 'floats', 'string', 'strings']);
const isSetting = (attribute: Attribute): attribute is AttributeSetting => SETTINGS.has(attribute.kind);

/** `undefined` too where the layer is illegal as it stands: any attribute may be what it needs. */
function knownOf(node: Node, { graph }: Model): ReadonlySet<string> | undefined {
  try {
    return knownAttributes(node, graph);
  } catch (thrown) {
    if (thrown instanceof UserError) return undefined;
    throw thrown;
  }
}

/** The attribute with the kind its operator reads it as: asked by giving it one of a kind that no operator reads. */
function addableAs(name: string, node: Node, { graph }: Model): EditOptions['addable'] {
  const probe: Attribute = { kind: 'opaque', name, value: new Uint8Array(0) };
  try {
    bindNode({ ...node, attributes: new Map([...node.attributes, [name, probe]]) }, graph.opsets);
    return [{ name }];
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    const kind = thrown.facts['attribute'] === name ? thrown.facts['kind'] : undefined;
    if (kind === undefined) return [{ name }];
    return SETTINGS.has(kind as Attribute['kind']) ? [{ name, kind: kind as AttributeSetting['kind'] }] : [];
  }
}
