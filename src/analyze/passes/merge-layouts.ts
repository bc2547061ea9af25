import {
  attributeOf,
  type Dim,
  elementCount,
  isKnown,
  type Model,
  type Node,
  Rewrite,
  type TensorId,
  tensorOf,
} from '../../ir/index.ts';
import { type Look, lookAt } from './look.ts';
import { removeDead } from './remove-dead.ts';

const RESHAPING: ReadonlySet<string> = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

const isReshaping = (node: Node | undefined): node is Node =>
  node !== undefined && node.domain === '' && RESHAPING.has(node.op);

/** A layer that only gives another shape to what such a layer made reads that one's input instead: two become one. */
export function mergeReshapes(model: Model): Model {
  const look = lookAt(model);
  const rewrite = new Rewrite(model);
  const sources = new Map<TensorId, TensorId>();
  for (const node of model.graph.nodes) {
    const before = isReshaping(node) ? look.producer(node.inputs[0]) : undefined;
    if (!isReshaping(before)) continue;
    const target = reshapeTarget(look.shape(node.outputs[0]));
    if (!target) continue;
    const [from = ''] = before.inputs;
    const source = sources.get(from) ?? from;
    sources.set(node.inputs[0] as TensorId, source);
    const sizes = rewrite.constant(`${node.outputs[0]}_shape`, tensorOf('int64', [target.length], target));
    rewrite.replace(node.id, { ...node, op: 'Reshape', inputs: [source, sizes], attributes: new Map() });
  }
  return rewrite.changes === 0 ? model : removeDead(rewrite.done());
}

/** A shape as the target of a Reshape: one open size may be −1. Sizes of 0 mean something else there. */
export function reshapeTarget(shape: readonly Dim[] | undefined): readonly number[] | undefined {
  if (!shape || shape.includes(0)) return undefined;
  const target = shape.map((d) => (typeof d === 'number' ? d : -1));
  return target.filter((d) => d === -1).length <= 1 ? target : undefined;
}

/** Order of axes of a Transpose; `undefined` for other nodes and where the rank is not known. */
export function permutation(node: Node | undefined, look: Look): readonly number[] | undefined {
  if (node?.op !== 'Transpose' || node.domain !== '') return undefined;
  const stated = attributeOf(node.attributes, 'perm', 'ints');
  return stated ?? look.shape(node.inputs[0])?.map((_, i, all) => all.length - 1 - i);
}

/** A Transpose of a Transpose reads the first one's input: two become one, or none where they undo each other. */
export function mergeTransposes(model: Model): Model {
  const look = lookAt(model);
  const rewrite = new Rewrite(model);
  /** What each transposed value is a Transpose of, all merged. */
  const origins = new Map<TensorId, { readonly from: TensorId; readonly perm: readonly number[] }>();
  for (const node of model.graph.nodes) {
    const perm = permutation(node, look);
    const [x = ''] = node.inputs;
    const [y = ''] = node.outputs;
    if (!perm) continue;
    const before = origins.get(x);
    const whole = before ? perm.map((axis) => before.perm[axis] as number) : perm;
    const from = before?.from ?? x;
    origins.set(y, { from, perm: whole });
    if (!before) continue;
    const isNothing = whole.every((axis, i) => axis === i);
    const op = isNothing ? 'Identity' : 'Transpose';
    const attributes = new Map(isNothing ? [] : [['perm', { kind: 'ints' as const, value: whole }]]);
    if (isNothing && !look.outputs.has(y)) {
      rewrite.redirect(y, from);
      rewrite.replace(node.id);
    } else rewrite.replace(node.id, { ...node, op, inputs: [from], attributes });
  }
  return rewrite.changes === 0 ? model : removeDead(rewrite.done());
}

/**
 * A Transpose that moves only axes of size 1 changes no element's place: it becomes a Reshape, which costs nothing and which
 * every runtime knows. Exporters from channels-last frameworks leave them behind global pools.
 */
export function transposesAsReshapes(model: Model): Model {
  const look = lookAt(model);
  const rewrite = new Rewrite(model);
  for (const node of model.graph.nodes) {
    const axes = permutation(node, look);
    const shape = look.shape(node.inputs[0]);
    if (!axes || !isKnown(shape) || elementCount(shape) === 0) continue;
    const moving = axes.filter((axis) => shape[axis] !== 1);
    if (!moving.every((axis, i) => i === 0 || axis > (moving[i - 1] as number))) continue;
    const target = axes.map((axis) => shape[axis] as number);
    const sizes = rewrite.constant(`${node.outputs[0]}_shape`, tensorOf('int64', [target.length], target));
    const [input = ''] = node.inputs;
    rewrite.replace(node.id, { ...node, op: 'Reshape', inputs: [input, sizes], attributes: new Map() });
  }
  return rewrite.done();
}
