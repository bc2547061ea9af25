import type { Pairing } from './pairing.ts';
import type { MatchedGraph } from './signatures.ts';

/** Longest stretch that is aligned at once; longer ones are cut, so that time stays proportional to length. */
const WINDOW = 400;

/**
 * Pairs what is still open, in order: between each two neighbouring partners, the open nodes of both models are aligned so
 * that like meets like (the longest common subsequence, weighted). Nodes of different operators never become partners here.
 */
export function alignOpen(found: Pairing): void {
  const placesA = inOrder(found.a);
  const placesB = inOrder(found.b);
  const placeInB = new Int32Array(placesB.length);
  placesB.forEach((node, place) => {
    placeInB[node] = place;
  });
  const chain = risingChain(
    placesA.flatMap((node, place) => {
      const partner = found.ofA[node] as number;
      return partner === -1 ? [] : [[place, placeInB[partner] as number] as const];
    }),
  );
  let [fromA, fromB] = [0, 0];
  for (const [toA, toB] of [...chain, [placesA.length, placesB.length] as const]) {
    const openA = placesA.slice(fromA, toA).filter((node) => found.ofA[node] === -1);
    const openB = placesB.slice(fromB, toB).filter((node) => found.ofB[node] === -1);
    alignStretch(found, openA, openB);
    [fromA, fromB] = [toA + 1, toB + 1];
  }
}

/** Node numbers by depth, so that neither the order in the file nor that of parallel branches matters much. */
const inOrder = (graph: MatchedGraph): number[] => {
  const depth = graph.depth();
  return depth.map((_, node) => node).sort((x, y) => (depth[x] as number) - (depth[y] as number) || x - y);
};

/** The longest chain of pairs that rises on both sides; pairs come ordered by their first place. */
function risingChain(pairs: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const ends: number[] = [];
  const previous = new Int32Array(pairs.length).fill(-1);
  pairs.forEach(([, place], index) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[ends[middle] as number]?.[1] as number) < place) low = middle + 1;
      else high = middle;
    }
    previous[index] = low > 0 ? (ends[low - 1] as number) : -1;
    ends[low] = index;
  });
  const chain: (readonly [number, number])[] = [];
  for (let at = ends.at(-1) ?? -1; at !== -1; at = previous[at] as number) {
    const pair = pairs[at];
    if (pair) chain.push(pair);
  }
  return chain.reverse();
}

function alignStretch(found: Pairing, openA: readonly number[], openB: readonly number[]): void {
  if (openA.length === 0 || openB.length === 0) return;
  const windows = Math.ceil(Math.max(openA.length, openB.length) / WINDOW);
  for (let w = 0; w < windows; w++) {
    const part = (open: readonly number[]): readonly number[] =>
      open.slice(Math.floor((w * open.length) / windows), Math.floor(((w + 1) * open.length) / windows));
    alignWindow(found, part(openA), part(openB));
  }
}

/** Dynamic programming over all ways to pair two lists in order; the best likeness in total wins. */
function alignWindow(found: Pairing, openA: readonly number[], openB: readonly number[]): void {
  const width = openB.length + 1;
  const best = new Float64Array((openA.length + 1) * width);
  const alike = likenessOf(found);
  for (let i = openA.length - 1; i >= 0; i--) {
    for (let j = openB.length - 1; j >= 0; j--) {
      const likeness = alike(openA[i] as number, openB[j] as number);
      const both = likeness > 0 ? likeness + (best[(i + 1) * width + j + 1] as number) : 0;
      best[i * width + j] = Math.max(both, best[(i + 1) * width + j] as number, best[i * width + j + 1] as number);
    }
  }
  let [i, j] = [0, 0];
  while (i < openA.length && j < openB.length) {
    const [a, b] = [openA[i] as number, openB[j] as number];
    const here = best[i * width + j] as number;
    const likeness = alike(a, b);
    if (likeness > 0 && here === likeness + (best[(i + 1) * width + j + 1] as number)) {
      found.pair(a, b, 'position');
      i++;
      j++;
    } else if (here === best[(i + 1) * width + j]) i++;
    else j++;
  }
}

/** How alike two nodes are: 0 for different operators, more for equal constants, attributes, names and neighbours. */
function likenessOf(found: Pairing): (a: number, b: number) => number {
  const { a: left, b: right } = found;
  const nearest = (side: readonly (readonly { readonly node: number }[])[], node: number): number =>
    side[node]?.[0]?.node ?? -1;
  const [near, other] = [left.wiring.near, right.wiring.near];
  return (a, b) => {
    if (left.operator[a] !== right.operator[b]) return 0;
    let likeness = 4;
    if (left.local[a] === right.local[b]) likeness += 3;
    if (left.weighted[a] === right.weighted[b]) likeness += left.descriptions[a]?.weighted === '' ? 0 : 4;
    if (left.ids[a] === right.ids[b]) likeness += 2;
    const [producer, reader] = [nearest(near.producers, a), nearest(near.readers, a)];
    if (producer !== -1 && found.ofA[producer] === nearest(other.producers, b)) likeness += 3;
    if (reader !== -1 && found.ofA[reader] === nearest(other.readers, b)) likeness += 3;
    return likeness;
  };
}
