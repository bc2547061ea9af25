import type { Dim, TensorId, TensorInfo } from '../../ir/index.ts';
import type { EditKind } from '../edit-kind.ts';
import { notAnInput, shapeText } from '../errors.ts';
import { forgetBehind } from '../forget.ts';

/**
 * Gives an input another shape: sizes, or names for sizes that stay open. Where a size takes the place of a name, other
 * inputs that use the name get the size too: one name is one size.
 */
export interface SetInputShapeEdit {
  readonly kind: 'set-input-shape';
  readonly input: TensorId;
  readonly shape: readonly Dim[];
}

export const setInputShape: EditKind<SetInputShapeEdit> = {
  id: 'set-input-shape',
  title: 'Change the size of an input',
  check: (fields) => ({ kind: 'set-input-shape', input: fields.name('input'), shape: fields.shape('shape') }),
  describe: ({ input, shape }) => `Set ${input} to ${shapeText(shape)}`,
  apply(model, { input, shape }) {
    const { graph } = model;
    if (!graph.inputs.includes(input)) throw notAnInput(input, graph.inputs);
    const sizes = sizesGiven(graph.tensors.get(input)?.shape ?? [], shape);
    const tensors = new Map<TensorId, TensorInfo>(graph.tensors);
    const changed: TensorId[] = [];
    for (const id of graph.inputs) {
      const info = graph.tensors.get(id) ?? { id };
      const sized = id === input ? shape : info.shape?.map((dim) => sizes.get(dim) ?? dim);
      if (
        sized === undefined ||
        (sized.every((dim, i) => dim === info.shape?.[i]) && sized.length === info.shape?.length)
      )
        continue;
      tensors.set(id, { ...info, shape: sized });
      changed.push(id);
    }
    return forgetBehind({ ...model, graph: { ...graph, tensors } }, changed, 'shapes');
  },
};

/** Sizes that take the place of names, by name; the first counts where a name gets two. */
function sizesGiven(before: readonly Dim[], after: readonly Dim[]): ReadonlyMap<Dim, Dim> {
  const sizes = new Map<Dim, Dim>();
  if (before.length !== after.length) return sizes;
  before.forEach((dim, i) => {
    const size = after[i];
    if (typeof dim === 'string' && typeof size === 'number' && !sizes.has(dim)) sizes.set(dim, size);
  });
  return sizes;
}
