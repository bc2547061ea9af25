import { type Attribute, attributeOf, consumersOf, type Model, type Node, Rewrite } from '../../ir/index.ts';
import { numbersOperand, onlyReader } from './constant-operand.ts';

/**
 * Moves an explicit Pad into the Conv or pool behind it, where that is its only reader and pads with the same neutral
 * value: 0 for Conv and for an average that counts padding, −∞ for the maximum. Only spatial axes. Source: methods A.1.
 */
export function mergePads(model: Model): Model {
  const { graph } = model;
  const consumers = consumersOf(graph);
  const rewrite = new Rewrite(model);
  for (const pad of graph.nodes) {
    if (pad.op !== 'Pad' || pad.domain !== '') continue;
    const next = onlyReader(pad.outputs[0] ?? '', consumers, graph.outputs);
    if (!next || next.inputs[0] !== pad.outputs[0]) continue;
    const spatial = spatialPads(model, pad);
    const pads = spatial && mergedPads(next, spatial.pads, spatial.value);
    if (!pads) continue;
    const attributes = new Map<string, Attribute>(next.attributes);
    attributes.delete('auto_pad');
    attributes.set('pads', { kind: 'ints', value: pads });
    rewrite.replace(next.id, { ...next, inputs: [pad.inputs[0] as string, ...next.inputs.slice(1)], attributes });
    rewrite.replace(pad.id);
  }
  return rewrite.done();
}

/** Begins, then ends, of the axes behind [N, C]; `undefined` unless constant, not negative, and nothing else is padded. */
function spatialPads(model: Model, pad: Node): { pads: readonly number[]; value: number } | undefined {
  if ((attributeOf(pad.attributes, 'mode', 'string') ?? 'constant') !== 'constant') return undefined;
  // Opset 18 may list the padded axes: rare, left as it is.
  if ((pad.inputs[3] ?? '') !== '') return undefined;
  const listed =
    attributeOf(pad.attributes, 'pads', 'ints') ??
    attributeOf(pad.attributes, 'paddings', 'ints') ??
    numbersOperand(model, pad.inputs[1]);
  const given = (pad.inputs[2] ?? '') === '' ? undefined : numbersOperand(model, pad.inputs[2]);
  if (!listed || ((pad.inputs[2] ?? '') !== '' && !given)) return undefined;
  const value = given?.[0] ?? attributeOf(pad.attributes, 'value', 'float') ?? 0;
  const all = Array.from(listed);
  const rank = all.length / 2;
  if (rank < 3 || all.some((p) => p < 0)) return undefined;
  if ([0, 1, rank, rank + 1].some((i) => all[i] !== 0)) return undefined;
  return { pads: [...all.slice(2, rank), ...all.slice(rank + 2)], value };
}

function mergedPads(next: Node, added: readonly number[], value: number): readonly number[] | undefined {
  if (next.domain !== '') return undefined;
  const neutral =
    (next.op === 'Conv' && value === 0) ||
    (next.op === 'MaxPool' && value <= -3.4e38) ||
    (next.op === 'AveragePool' && value === 0 && attributeOf(next.attributes, 'count_include_pad', 'int') === 1);
  if (!neutral || attributeOf(next.attributes, 'ceil_mode', 'int') === 1) return undefined;
  const automatic = attributeOf(next.attributes, 'auto_pad', 'string') ?? 'NOTSET';
  if (automatic !== 'NOTSET' && automatic !== 'VALID') return undefined;
  const own = automatic === 'VALID' ? undefined : attributeOf(next.attributes, 'pads', 'ints');
  return added.map((p, i) => p + (own?.[i] ?? 0));
}
