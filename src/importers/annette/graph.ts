import { displayName, UserError } from '../../base/index.ts';
import { type Diagnostic, type Dim, type Model, type Node, type TensorId, tensorOf } from '../../ir/index.ts';
import { bindNode } from '../../ops/index.ts';
import { badDescription } from '../errors.ts';
import { NetworkBuilder } from '../network-builder.ts';
import { placeholder } from '../placeholder.ts';
import type { AnnetteLayer, Description } from './description.ts';
import { ABSENT, type Recipe, recipeFor, sameElements } from './operators.ts';

export { readDescription } from './description.ts';

export const ANNETTE_OPSET = 21;
/** Domain of layers that no ONNX operator stands for. */
const DOMAIN = 'annette';

/** What a layer's value is: its tensor, and its shape as far as the file states it. */
interface Value {
  readonly id: TensorId;
  readonly shape?: readonly Dim[];
  /** The shape is not the one the file states: what the file states of the layers behind it follows from the wrong one. */
  readonly overruled?: boolean;
}

/**
 * One node per layer, under the layer's name; a DataInput without parents is an input. A layer becomes the ONNX operator that gives the
 * stated shape; where none does, it stays under its own type in the domain 'annette', with that shape and without costs.
 */
export function graphOf(file: string, description: Description): { model: Model; diagnostics: readonly Diagnostic[] } {
  const builder = new NetworkBuilder(ANNETTE_OPSET);
  const values = new Map<string, Value>();
  const unknown: AnnetteLayer[] = [];
  const orphans: AnnetteLayer[] = [];
  for (const layer of inOrder(file, description.layers)) {
    const inputs = layer.parents.map((p) => values.get(p) as Value);
    if (inputs.length === 0) {
      values.set(layer.name, inputOf(file, layer, builder));
      if (layer.type !== 'DataInput') orphans.push(layer);
    } else {
      const { value, known } = nodeOf(layer, inputs, builder);
      if (!known) unknown.push(layer);
      values.set(layer.name, value);
    }
  }
  const read = new Set([...description.layers.values()].flatMap((l) => l.parents));
  for (const [name, { id }] of values) if (!read.has(name) && !builder.isBoundary(id)) builder.output(id);
  const diagnostics = [
    ...(unknown.length > 0 ? [unknownLayers(unknown)] : []),
    ...(orphans.length > 0 ? [orphanLayers(orphans)] : []),
  ];
  return { model: builder.done(description.name), diagnostics };
}

const someOf = (layers: readonly AnnetteLayer[]): string =>
  layers
    .slice(0, 3)
    .map((l) => `'${displayName(l.name)}' (${displayName(l.type)})`)
    .join(', ') + (layers.length > 3 ? ' …' : '');

const orphanLayers = (layers: readonly AnnetteLayer[]): Diagnostic => ({
  code: 'importers/annette-orphans',
  severity: 'warning',
  message: `The file gives no parents for ${someOf(layers)}: taken as inputs, so their own cost is not counted.`,
});

const unknownLayers = (layers: readonly AnnetteLayer[]): Diagnostic => ({
  code: 'importers/annette-unknown-layers',
  severity: 'warning',
  message: `For ${layers.length} of the layers no ONNX operator gives the shape the file states, ${someOf(layers)}: they are shown with that shape, and have no cost.`,
});

/** Parents before children, else as the file has them. */
function inOrder(file: string, layers: ReadonlyMap<string, AnnetteLayer>): AnnetteLayer[] {
  const waiting = new Map([...layers.values()].map((l) => [l.name, new Set(l.parents).size]));
  const children = new Map<string, AnnetteLayer[]>();
  for (const layer of layers.values())
    for (const parent of new Set(layer.parents)) {
      const list = children.get(parent);
      if (list) list.push(layer);
      else children.set(parent, [layer]);
    }
  const ready = [...layers.values()].filter((l) => waiting.get(l.name) === 0);
  for (let i = 0; i < ready.length; i++)
    for (const child of children.get((ready[i] as AnnetteLayer).name) ?? []) {
      const left = (waiting.get(child.name) as number) - 1;
      waiting.set(child.name, left);
      if (left === 0) ready.push(child);
    }
  if (ready.length === layers.size) return ready;
  const stuck = [...waiting].find(([, left]) => left > 0)?.[0] ?? '';
  throw badDescription(file, stuck, 'it is its own ancestor');
}

function inputOf(file: string, layer: AnnetteLayer, builder: NetworkBuilder): Value {
  const shape = layer.output ?? layer.input;
  if (!shape) throw badDescription(file, layer.name, 'it has no parents and no output_shape');
  return { id: builder.input(layer.name, shape), shape };
}

function nodeOf(
  layer: AnnetteLayer,
  inputs: readonly Value[],
  builder: NetworkBuilder,
): { value: Value; known: boolean } {
  const fitting = fittingRecipe(layer, inputs);
  const options = { id: layer.name, output: layer.name };
  const ids = inputs.map((v) => v.id);
  if (!fitting) {
    const id = builder.node(layer.type, ids, { ...options, domain: DOMAIN });
    if (layer.output) builder.describe(id, layer.output);
    return { value: { id, ...(layer.output ? { shape: layer.output } : {}) }, known: false };
  }
  const { recipe, shape, overruled } = fitting;
  const operands = (recipe.operands ?? []).map((o) => operandOf(layer, o, builder));
  const attributes = recipe.attributes ?? {};
  const id = builder.node(recipe.op, [...ids.slice(0, recipe.reads), ...operands], { ...options, attributes });
  return { value: { id, shape, overruled }, known: true };
}

function operandOf(layer: AnnetteLayer, operand: NonNullable<Recipe['operands']>[number], builder: NetworkBuilder) {
  if (operand === ABSENT) return '';
  const id = `${layer.name}/${operand.name}`;
  const { shape, values, type, centre = 0 } = operand;
  return values
    ? builder.constant(id, shape, values, type)
    : builder.weight(id, shape, () => placeholder(id, shape, centre));
}

/** The operator for a layer, if with these inputs it gives the stated output, and the shape it gives. */
function fittingRecipe(
  layer: AnnetteLayer,
  inputs: readonly Value[],
): { recipe: Recipe; shape: readonly Dim[]; overruled: boolean } | undefined {
  const shapes = inputs.map((v) => v.shape);
  if (shapes.some((s) => s === undefined)) return undefined;
  const recipe = recipeFor(layer, shapes as readonly (readonly Dim[])[]);
  if (!recipe) return undefined;
  const given = inputs
    .slice(0, recipe.reads)
    .map((v) => ({ type: 'float32' as const, ...(v.shape ? { shape: v.shape } : {}) }));
  const operands = (recipe.operands ?? []).map((o) =>
    o === ABSENT
      ? undefined
      : {
          type: o.type ?? ('float32' as const),
          shape: o.shape,
          ...(o.values ? { constant: tensorOf(o.type ?? 'float32', o.shape, o.values) } : {}),
        },
  );
  const shape = inferredShape(layer, recipe, [...given, ...operands]);
  if (!shape) return undefined;
  if (!layer.output || fits(shape, layer.output)) return { recipe, shape, overruled: false };
  return recipe.overrules || inputs.some((v) => v.overruled) ? { recipe, shape, overruled: true } : undefined;
}

function inferredShape(
  layer: AnnetteLayer,
  recipe: Recipe,
  values: Parameters<NonNullable<ReturnType<typeof bindNode>>['infer']>[0],
) {
  const node: Node = {
    id: layer.name,
    op: recipe.op,
    domain: '',
    inputs: values.map((_, i) => `${i}`),
    outputs: ['y'],
    attributes: new Map(Object.entries(recipe.attributes ?? {})),
  };
  try {
    return bindNode(node, new Map([['', ANNETTE_OPSET]]))?.infer(values, 1)[0]?.shape;
  } catch (thrown) {
    // The operator refuses these shapes: it is not the one.
    if (thrown instanceof UserError) return undefined;
    throw thrown;
  }
}

/** Equal where both are known; files write dimensions of 1 now and then leave them out. */
const fits = (inferred: readonly Dim[], stated: readonly Dim[]): boolean =>
  inferred.length === stated.length
    ? inferred.every((d, i) => typeof d !== 'number' || typeof stated[i] !== 'number' || d === stated[i])
    : sameElements(inferred, stated);
