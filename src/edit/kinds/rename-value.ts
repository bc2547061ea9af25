import {
  deferredTensor,
  type Model,
  type StoredTensor,
  type TensorId,
  type TensorInfo,
  type WeightId,
} from '../../ir/index.ts';
import type { EditKind } from '../edit-kind.ts';
import { nameTaken } from '../errors.ts';
import { roleOf } from '../find.ts';
import { holderOf } from '../names.ts';
import { reread } from '../reads.ts';

/** Gives a value another name: an input, an output, a constant or one between layers. */
export interface RenameValueEdit {
  readonly kind: 'rename-value';
  readonly value: TensorId;
  readonly name: string;
}

export const renameValue: EditKind<RenameValueEdit> = {
  id: 'rename-value',
  title: 'Rename a value',
  check: (fields) => ({ kind: 'rename-value', value: fields.name('value'), name: fields.name('name') }),
  describe: ({ value, name }) => `Rename ${value} to ${name}`,
  apply(model, { value, name }) {
    roleOf(model, value);
    const holder = holderOf(model, name);
    if (holder !== undefined) throw nameTaken(name, holder);
    const renamed = new Map([[value, name]]);
    const follow = (id: TensorId): TensorId => (id === value ? name : id);
    const { graph } = model;
    const nodes = graph.nodes.map((node) => {
      const reading = reread(node, renamed);
      return node.outputs.includes(value) ? { ...reading, outputs: node.outputs.map(follow) } : reading;
    });
    const { tensors, weights } = renamedTables(model, value, name);
    const inputs = graph.inputs.map(follow);
    return { graph: { ...graph, nodes, inputs, outputs: graph.outputs.map(follow), tensors }, weights };
  },
};

/** The tables of values and weights with one name changed, in the order they had. A weight is called as its value is. */
function renamedTables({ graph, weights }: Model, value: TensorId, name: TensorId) {
  const moves = graph.tensors.get(value)?.weight === value && !isShared(graph, value);
  const tensors = new Map<TensorId, TensorInfo>();
  for (const [id, info] of graph.tensors)
    if (id === value) tensors.set(name, { ...info, id: name, ...(moves ? { weight: name } : {}) });
    else tensors.set(id, info);
  if (!moves) return { tensors, weights };
  const store = new Map<WeightId, StoredTensor>();
  for (const [id, stored] of weights) {
    if (id === value) store.set(name, called(name, stored));
    else store.set(id, stored);
  }
  return { tensors, weights: store };
}

/** The tensor under another name; its bytes are read when they are first asked for, as before. */
const called = (id: WeightId, stored: StoredTensor): StoredTensor =>
  deferredTensor(
    { id, type: stored.type, shape: stored.shape, ...(stored.strings ? { strings: stored.strings } : {}) },
    () => stored.bytes,
  );

const isShared = (graph: Model['graph'], weight: WeightId): boolean =>
  [...graph.tensors.values()].filter((info) => info.weight === weight).length > 1;
