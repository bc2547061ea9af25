import {
  type Attribute,
  elementCount,
  hasBodies,
  type Model,
  type Node,
  Rewrite,
  type StoredTensor,
  storedBytes,
  type TensorId,
  type TensorInfo,
} from '../../ir/index.ts';
import { calledFunction, isRandom } from '../operator-of.ts';
import { lookAt } from './look.ts';
import type { PassContext } from './pass.ts';

/** Constants of more bytes than this are compared only where they are the same bytes of the file: others would have to be read. */
const MOST_COMPARED = 2 ** 24;

/** Keeps one of several constants that hold the same elements of the same type and shape. */
export function mergeConstants(model: Model): Model {
  const { graph, weights } = model;
  const { outputs } = lookAt(model);
  const rewrite = new Rewrite(model);
  const alike = new Map<string, { readonly info: TensorInfo; readonly stored: StoredTensor }[]>();
  for (const info of graph.tensors.values()) {
    const stored = info.weight === undefined ? undefined : weights.get(info.weight);
    if (!stored || outputs.has(info.id)) continue;
    const key = `${stored.type} ${stored.shape.join()}`;
    const group = alike.get(key);
    if (group) group.push({ info, stored });
    else alike.set(key, [{ info, stored }]);
  }
  for (const group of alike.values()) {
    if (group.length < 2) continue;
    const firsts = new Map<string, { readonly info: TensorInfo; readonly stored: StoredTensor }[]>();
    for (const one of group) {
      const key = fingerprint(one.stored);
      const candidates = firsts.get(key) ?? [];
      const same = candidates.find((first) => holdTheSame(first.stored, one.stored));
      if (same) rewrite.redirect(one.info.id, same.info.id);
      else firsts.set(key, [...candidates, one]);
    }
  }
  return rewrite.done();
}

const isComparable = ({ type, shape }: StoredTensor): boolean =>
  storedBytes(type, elementCount(shape)) <= MOST_COMPARED;

/** Equal for equal elements; of long ones of a sample of the bytes (FNV-1a), since all are compared where it is equal. */
function fingerprint(stored: StoredTensor): string {
  if (stored.strings) return stored.strings.join('\0');
  if (!isComparable(stored)) return '';
  const { bytes } = stored;
  const step = Math.max(1, bytes.length >> 14);
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i += step) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return String(hash >>> 0);
}

function holdTheSame(a: StoredTensor, b: StoredTensor): boolean {
  if (a === b) return true;
  if (a.strings || b.strings) return a.strings?.every((text, i) => text === b.strings?.[i]) ?? false;
  if (!isComparable(a)) return false;
  const [x, y] = [a.bytes, b.bytes];
  return x.length === y.length && x.every((byte, i) => byte === y[i]);
}

/** Keeps one of several nodes that compute the same from the same values. */
export function mergeNodes(model: Model, ctx: PassContext): Model {
  const { graph } = model;
  const look = lookAt(model);
  const rewrite = new Rewrite(model);
  const same = new Map<TensorId, TensorId>();
  const firsts = new Map<string, Node>();
  for (const node of graph.nodes) {
    if (hasBodies(node) || calledFunction(node, graph) || isRandom(node, graph)) continue;
    const key = keyOf(node, same);
    const first = key === undefined ? undefined : firsts.get(key);
    if (key !== undefined && !first) firsts.set(key, node);
    if (!first || node.outputs.some((id) => look.outputs.has(id))) continue;
    node.outputs.forEach((id, i) => {
      if (id === '') return;
      same.set(id, first.outputs[i] as TensorId);
      rewrite.redirect(id, first.outputs[i] as TensorId);
    });
    ctx.note?.(node.id, `computes the same as '${first.id}'`, first.id);
    rewrite.replace(node.id);
  }
  return rewrite.done();
}

/** What a node computes, spelt: equal for nodes that compute the same. */
function keyOf(node: Node, same: ReadonlyMap<TensorId, TensorId>): string | undefined {
  const attributes: (readonly [string, unknown])[] = [];
  for (const [name, attribute] of node.attributes) {
    const value = spelt(attribute);
    if (value === undefined) return undefined;
    attributes.push([name, value]);
  }
  attributes.sort(([a], [b]) => (a < b ? -1 : 1));
  const inputs = node.inputs.map((id) => same.get(id) ?? id);
  // Which outputs are asked for is part of it: an absent one cannot be read.
  const outputs = node.outputs.map((id) => id !== '');
  return JSON.stringify([node.op, node.domain, inputs, outputs, attributes]);
}

function spelt(attribute: Attribute): unknown {
  switch (attribute.kind) {
    case 'int':
    case 'float':
      return [attribute.kind, String(attribute.value), Object.is(attribute.value, -0)];
    case 'ints':
    case 'floats':
      return [attribute.kind, attribute.value.map((v) => (Object.is(v, -0) ? '-0' : String(v)))];
    case 'string':
    case 'strings':
      return attribute.value;
    default:
      // Tensors (Constant nodes) are the matter of folding and merging constants.
      return undefined;
  }
}
