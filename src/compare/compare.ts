import type { Graph, TensorId } from '../ir/index.ts';
import { type ChangeContext, changesOf, type Found } from './changes.ts';
import type { Change, ChangeKind, ComparedModel, Comparison, LayerPair, MatchedBy } from './comparison.ts';
import { CONTENT_LIMITS, type ContentLimits, Contents } from './contents.ts';
import { Interner } from './interner.ts';
import { match } from './match.ts';
import { differenceOf, metricsOf } from './metrics.ts';
import { type MatchedGraph, type PortNames, signaturesOf } from './signatures.ts';

/**
 * Two models, layer by layer: partners by name, structure and place, what changed between them, what was added and removed,
 * and differences of counts, b minus a. Shapes are compared where both graphs state them: infer them first. Time is
 * proportional to the size of the graphs (20,000 layers in less than a second); constants are read up to `limits`.
 *
 * `compareModels(b, a)` finds the same pairs, with before and after exchanged.
 */
export function compareModels(a: ComparedModel, b: ComparedModel, limits: ContentLimits = CONTENT_LIMITS): Comparison {
  const interner = new Interner();
  const contents = new Contents(a.model, b.model, limits);
  const ports = portNames(a.model.graph, b.model.graph);
  const left = signaturesOf(a.model, contents, ports, interner);
  const right = signaturesOf(b.model, contents, ports, interner);
  // Where two ways of pairing are equally good, the order of the models must not decide.
  const found = comesFirst(left, right) ? match(left, right) : mirrored(match(right, left));
  return comparisonOf(a, b, { found, contents, ports });
}

const mirrored = ({ a, b, ofA, ofB, by }: Found): Found => ({
  a: b,
  b: a,
  ofA: ofB,
  ofB: ofA,
  by: Array.from(ofB, (node) => (node === -1 ? undefined : by[node])),
});

/** Inputs are told apart by their names where both models have the same ones; likewise outputs. */
function portNames(a: Graph, b: Graph): PortNames {
  const same = (x: readonly TensorId[], y: readonly TensorId[]): 'names' | 'numbers' =>
    [...x].sort().join('\n') === [...y].sort().join('\n') ? 'names' : 'numbers';
  return { inputs: same(a.inputs, b.inputs), outputs: same(a.outputs, b.outputs) };
}

/** An order of models by what they hold. */
function comesFirst(a: MatchedGraph, b: MatchedGraph): boolean {
  if (a.ids.length !== b.ids.length) return a.ids.length < b.ids.length;
  for (const [i, id] of a.ids.entries()) {
    const [x, y] = [textOf(a, i, id), textOf(b, i, b.ids[i] as string)];
    if (x !== y) return x < y;
  }
  return true;
}

function textOf({ model, descriptions }: MatchedGraph, i: number, id: string): string {
  const { inputs, outputs } = model.graph.nodes[i] ?? { inputs: [], outputs: [] };
  return `${id}\n${descriptions[i]?.exact}\n${inputs.join('\n')}\n${outputs.join('\n')}`;
}

function comparisonOf(a: ComparedModel, b: ComparedModel, context: ChangeContext): Comparison {
  const { found } = context;
  const [before, after] = [metricsOf(a), metricsOf(b)];
  const pairs: LayerPair[] = [];
  found.ofB.forEach((nodeA, nodeB) => {
    if (nodeA === -1) return;
    const { changes, notCompared } = changesOf(nodeA, nodeB, context);
    pairs.push({
      a: found.a.ids[nodeA] as string,
      b: found.b.ids[nodeB] as string,
      by: found.by[nodeA] as MatchedBy,
      changes,
      ...(notCompared.length === 0 ? {} : { notCompared }),
      metrics: differenceOf(before.layers[nodeA] ?? {}, after.layers[nodeB] ?? {}),
    });
  });
  const added = found.b.ids.filter((_, node) => found.ofB[node] === -1);
  const removed = found.a.ids.filter((_, node) => found.ofA[node] === -1);
  const totals = differenceOf(before.totals, after.totals);
  return { pairs, added, removed, totals, summary: summaryOf(pairs, added.length, removed.length) };
}

function summaryOf(pairs: readonly LayerPair[], added: number, removed: number): Comparison['summary'] {
  const matchedBy: Record<MatchedBy, number> = { name: 0, structure: 0, position: 0 };
  const changes: Record<ChangeKind, number> = { operator: 0, attribute: 0, shape: 0, weights: 0, inputs: 0, name: 0 };
  for (const pair of pairs) {
    matchedBy[pair.by]++;
    for (const what of new Set(pair.changes.map((change: Change) => change.what))) changes[what]++;
  }
  const same = pairs.filter((pair) => pair.changes.length === 0).length;
  const notCompared = pairs.filter((pair) => pair.notCompared !== undefined).length;
  return { same, changed: pairs.length - same, added, removed, matchedBy, changes, notCompared };
}
