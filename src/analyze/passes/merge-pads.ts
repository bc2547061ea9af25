import { type Attribute, attributeOf, type Model, type Node, Rewrite } from '../../ir/index.ts';
import { type Look, lookAt } from './look.ts';

/**
 * Moves an explicit Pad into the Conv or pool behind it, where that is its only reader and pads with the same neutral
 * value: 0 for Conv and for an average that counts padding, −∞ for the maximum. Only spatial axes. Source: methods A.1.
 */
export function mergePads(model: Model): Model {
  const look = lookAt(model);
  const rewrite = new Rewrite(model);
  for (const pad of model.graph.nodes) {
    if (pad.op !== 'Pad' || pad.domain !== '') continue;
    const next = look.onlyReader(pad.outputs[0]);
    if (!next || next.inputs[0] !== pad.outputs[0]) continue;
    const spatial = spatialPads(pad, look);
    const merged = spatial && mergedPads(next, spatial.pads, spatial.value);
    if (!merged) continue;
    const inputs = [pad.inputs[0] as string, ...next.inputs.slice(1)];
    rewrite.replace(next.id, { ...next, inputs, attributes: merged });
    rewrite.replace(pad.id);
  }
  return rewrite.done();
}

/** Begins, then ends, of the axes behind [N, C]; `undefined` unless constant, not negative, and nothing else is padded. */
function spatialPads(pad: Node, look: Look): { pads: readonly number[]; value: number } | undefined {
  if ((attributeOf(pad.attributes, 'mode', 'string') ?? 'constant') !== 'constant') return undefined;
  const listed =
    attributeOf(pad.attributes, 'pads', 'ints') ??
    attributeOf(pad.attributes, 'paddings', 'ints') ??
    look.numbers(pad.inputs[1]);
  const given = (pad.inputs[2] ?? '') === '' ? undefined : look.numbers(pad.inputs[2]);
  if (!listed || ((pad.inputs[2] ?? '') !== '' && !given)) return undefined;
  const value = given?.[0] ?? attributeOf(pad.attributes, 'value', 'float') ?? 0;
  const all = ofAllAxes(pad, Array.from(listed), look);
  if (!all) return undefined;
  const rank = all.length / 2;
  if (rank < 3 || all.some((p) => p < 0)) return undefined;
  if ([0, 1, rank, rank + 1].some((i) => all[i] !== 0)) return undefined;
  return { pads: [...all.slice(2, rank), ...all.slice(rank + 2)], value };
}

/** The pads of every axis, where opset 18 lists only some. */
function ofAllAxes(pad: Node, listed: readonly number[], look: Look): readonly number[] | undefined {
  if ((pad.inputs[3] ?? '') === '') return listed;
  const axes = look.numbers(pad.inputs[3]);
  const rank = look.shape(pad.inputs[0])?.length;
  if (!axes || rank === undefined || listed.length !== 2 * axes.length) return undefined;
  const all = new Array<number>(2 * rank).fill(0);
  Array.from(axes).forEach((axis, i) => {
    const at = axis < 0 ? axis + rank : axis;
    all[at] = listed[i] as number;
    all[at + rank] = listed[i + axes.length] as number;
  });
  return all;
}

/** The attributes of the layer behind with the padding in them; `undefined` where it pads in another way. */
function mergedPads(next: Node, added: readonly number[], value: number): ReadonlyMap<string, Attribute> | undefined {
  if (next.domain !== '' || attributeOf(next.attributes, 'ceil_mode', 'int') === 1) return undefined;
  const automatic = attributeOf(next.attributes, 'auto_pad', 'string') ?? 'NOTSET';
  if (automatic !== 'NOTSET' && automatic !== 'VALID') return undefined;
  const own = automatic === 'VALID' ? undefined : attributeOf(next.attributes, 'pads', 'ints');
  const attributes = new Map<string, Attribute>(next.attributes);
  const isAverage = next.op === 'AveragePool' && value === 0;
  const countsPadding = attributeOf(next.attributes, 'count_include_pad', 'int') === 1;
  // An average without padding of its own may as well count it.
  if (isAverage && !countsPadding && own?.some((p) => p !== 0)) return undefined;
  if (isAverage) attributes.set('count_include_pad', { kind: 'int', value: 1 });
  const isNeutral = (next.op === 'Conv' && value === 0) || (next.op === 'MaxPool' && value <= -3.4e38) || isAverage;
  if (!isNeutral) return undefined;
  attributes.delete('auto_pad');
  attributes.set('pads', { kind: 'ints', value: added.map((p, i) => p + (own?.[i] ?? 0)) });
  return attributes;
}
