import type { Dim, Model, Shape, TensorId, TensorInfo } from '../ir/index.ts';
import { badSize, inputRank, symbolConflict, unknownInput, unknownSymbol } from './errors.ts';

export interface ShapeChoice {
  /** Sizes of open dimensions, by name. */
  readonly symbols?: ReadonlyMap<string, number>;
  /** Whole shapes of inputs, by input name. */
  readonly inputs?: ReadonlyMap<TensorId, Shape>;
}

/** Names of dimensions without a size, in the order the inputs name them; then those only other values have. */
export function openSymbols({ graph }: Model): string[] {
  const names = new Set<string>();
  const collect = (info: TensorInfo | undefined) => {
    for (const dim of info?.shape ?? []) if (typeof dim === 'string') names.add(dim);
  };
  for (const id of graph.inputs) collect(graph.tensors.get(id));
  return [...names];
}

/**
 * Gives sizes to open dimensions, everywhere their names occur, and shapes to inputs. An input's shape also sets the
 * names its declaration uses. Where a size that the file fixes is changed, the shapes of all computed values are
 * forgotten, for they no longer hold. Throws `analyze/…` for unknown names, wrong ranks, sizes below 1 and names that
 * would get two sizes.
 */
export function setShapes(model: Model, { symbols = new Map(), inputs = new Map() }: ShapeChoice): Model {
  const { graph } = model;
  const open = openSymbols(model);
  const sizes = new Map<string, number>();
  const setSize = (name: string, size: number) => {
    if (!Number.isInteger(size) || size < 1) throw badSize(`'${name}'`, size);
    const known = sizes.get(name);
    if (known !== undefined && known !== size) throw symbolConflict(name, known, size);
    sizes.set(name, size);
  };
  for (const [name, size] of symbols) {
    if (!open.includes(name)) throw unknownSymbol(name, open);
    setSize(name, size);
  }
  let changesFixed = false;
  for (const [id, shape] of inputs) {
    const info = graph.tensors.get(id);
    if (!graph.inputs.includes(id) || !info) throw unknownInput(id, graph.inputs);
    if (info.shape && info.shape.length !== shape.length) throw inputRank(id, shape, info.shape);
    shape.forEach((size, axis) => {
      if (!Number.isInteger(size) || size < 1) throw badSize(`dimension ${axis} of '${id}'`, size);
      const declared = info.shape?.[axis];
      if (typeof declared === 'string') setSize(declared, size);
      else if (declared !== undefined && declared !== size) changesFixed = true;
    });
  }
  const size = (dim: Dim): Dim => (typeof dim === 'string' ? (sizes.get(dim) ?? dim) : dim);
  const tensors = new Map(graph.tensors);
  for (const [id, info] of graph.tensors) {
    const shape = inputs.get(id) ?? info.shape?.map(size);
    const isComputed = info.weight === undefined && !graph.inputs.includes(id);
    if (changesFixed && isComputed) tensors.set(id, { id, ...(info.type ? { type: info.type } : {}) });
    else if (shape) tensors.set(id, { ...info, shape });
  }
  return { ...model, graph: { ...graph, tensors } };
}
