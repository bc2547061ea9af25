import { alignOpen } from './align.ts';
import { mix } from './mixing.ts';
import { Pairing } from './pairing.ts';
import type { MatchedGraph } from './signatures.ts';

/** Constants of fewer bytes than this say too little to find a node by what they hold alone. */
const TELLING_BYTES = 64;

/**
 * Finds the partner of every node that has one. Surest evidence first: names that somebody gave, then equal surroundings all
 * the way to inputs and outputs, then equal constants, then ever weaker likeness; each find is carried along the edges before
 * the next weaker kind of evidence is tried, and what is left is aligned in order between partners.
 */
export function match(a: MatchedGraph, b: MatchedGraph): Pairing {
  const found = new Pairing(a, b);
  found.pairUnique((g, n) => (isGivenName(g, n) ? `${g.operator[n]} ${g.ids[n]}` : undefined), 'name');
  found.pairUnique((g, n) => mix(g.before('exact')[n] as number, g.behind('exact')[n] as number), 'structure');
  found.pairUnique((g, n) => g.before('exact')[n], 'structure');
  found.pairUnique((g, n) => g.behind('exact')[n], 'structure');
  found.pairUnique(
    (g, n) => ((g.descriptions[n]?.contentBytes ?? 0) >= TELLING_BYTES ? g.exact[n] : undefined),
    'structure',
  );
  found.spread((g) => g.local);
  found.pairUnique((g, n) => mix(g.before('local')[n] as number, g.behind('local')[n] as number), 'structure');
  found.pairUnique((g, n) => g.before('local')[n], 'structure');
  found.pairUnique((g, n) => g.behind('local')[n], 'structure');
  found.spread((g) => g.local);
  found.pairUnique((g, n) => g.around(3)[n], 'structure');
  found.pairUnique((g, n) => g.around(2)[n], 'structure');
  found.pairUnique((g, n) => (g.descriptions[n]?.weighted === '' ? undefined : g.weighted[n]), 'structure');
  found.spread((g) => g.operator);
  alignOpen(found);
  found.spread((g) => g.operator);
  pairReplaced(found);
  return found;
}

/** Names that exporters count up ('Conv_12', 'node_7', '42') move when a layer is inserted; others were given. */
function isGivenName(graph: MatchedGraph, node: number): boolean {
  const op = graph.model.graph.nodes[node]?.op.toLowerCase() ?? '';
  const word = (graph.ids[node] ?? '').toLowerCase().replace(/[\d_\-.:/]/g, '');
  return !['', op, `${op}node`, `node${op}`, 'n', 'node', 'op', 'operation', 'ppqoperation', 'layer'].includes(word);
}

/** Layers whose operator changed: open nodes between the same partners, called the same or alone in their place. */
function pairReplaced(found: Pairing): void {
  found.pairUnique((g, n) => {
    const place = placeOf(found, g, n);
    return place.known === 0 ? undefined : `${g.ids[n]} ${isGivenName(g, n) ? '' : place.text}`;
  }, 'name');
  found.pairUnique((g, n) => {
    const place = placeOf(found, g, n);
    return place.known > 0 && place.isWhole && !isConstantNode(g, n) ? place.text : undefined;
  }, 'position');
}

const isConstantNode = (graph: MatchedGraph, node: number): boolean =>
  (graph.wiring.sources[node] ?? []).every(({ from }) => from !== 'node' && from !== 'input');

/** A node's neighbours, called by their number in `a`. `isWhole`: all of them have partners. */
function placeOf(found: Pairing, graph: MatchedGraph, node: number) {
  const numberOf = (n: number): number =>
    graph === found.a ? (found.ofA[n] === -1 ? -1 : n) : (found.ofB[n] as number);
  const producers = (graph.wiring.near.producers[node] ?? []).map((r) => numberOf(r.node));
  const readers = (graph.wiring.near.readers[node] ?? []).map((r) => numberOf(r.node)).sort((x, y) => x - y);
  const all = [...producers, ...readers];
  return {
    text: `${producers.join()} > ${readers.join()}`,
    known: all.filter((n) => n !== -1).length,
    isWhole: all.every((n) => n !== -1),
  };
}
