import type { Diagram } from '../../../../diagram/index.ts';
import { INPUT, OUTPUT, type Scene } from './scene.ts';

export type Mark = 'added' | 'removed' | 'changed';

/** What is set off by the user: all by index of boxes and edges of the drawing. */
export interface Emphasis {
  /** Whether some boxes stand back; then those without `strong` are dimmed. */
  readonly dims: boolean;
  /** 1: full strength. */
  readonly strong: Uint8Array;
  /** 1: a hit of the search, outlined. */
  readonly hit: Uint8Array;
  /** 1: full strength, 2: the followed tensor. */
  readonly edge: Uint8Array;
  /** 1: on the way of the followed tensor. */
  readonly onPath: Uint8Array;
  readonly marks: ReadonlyMap<number, Mark>;
}

/** What feeds something, or is fed by it, itself among it; node indices. */
export interface Chosen {
  readonly nodes: ReadonlySet<number>;
  readonly where: 'upstream' | 'downstream';
}

export interface EmphasisInput {
  /** Node indices that the search found; undefined: no search. */
  readonly hits: ReadonlySet<number> | undefined;
  readonly chosen: Chosen | undefined;
  readonly tensor: string | undefined;
  /** By node id. */
  readonly marks: ReadonlyMap<string, Mark> | undefined;
}

/** A group stands out if any layer in it does. */
export function emphasisOf(scene: Scene, nodes: readonly string[], given: EmphasisInput): Emphasis {
  const { boxes, edges } = scene.diagram;
  const [strong, hit, onPath] = [0, 1, 2].map(() => new Uint8Array(boxes.count)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const edge = new Uint8Array(edges.count);
  const setsOff = given.chosen?.nodes ?? given.hits;
  for (let i = 0; i < boxes.count; i++) {
    if (given.hits && holdsAny(scene.diagram, i, given.hits)) hit[i] = 1;
    if (setsOff && holdsAny(scene.diagram, i, setsOff)) strong[i] = 1;
  }
  if (given.chosen) chooseEnds(scene.diagram, given.chosen.where, strong);
  for (let e = 0; e < edges.count; e++) {
    const [from, to] = [edges.from[e] as number, edges.to[e] as number];
    if (given.tensor !== undefined && edges.tensor[e] === given.tensor) {
      edge[e] = 2;
      for (const end of [from, to]) [onPath[end], strong[end]] = [1, 1];
    } else if (given.chosen && strong[from] === 1 && strong[to] === 1) edge[e] = 1;
  }
  return {
    dims: setsOff !== undefined || edge.includes(2),
    strong,
    hit,
    edge,
    onPath,
    marks: marksOfBoxes(scene.diagram, nodes, given.marks),
  };
}

/** Inputs of the graph that feed what is chosen upstream, outputs that are fed by what is chosen downstream. */
function chooseEnds({ boxes, edges }: Diagram, where: Chosen['where'], strong: Uint8Array): void {
  const [near, far, kind] = where === 'upstream' ? [edges.to, edges.from, INPUT] : [edges.from, edges.to, OUTPUT];
  for (let e = 0; e < edges.count; e++) {
    const end = far[e] as number;
    if (boxes.kind[end] === kind && strong[near[e] as number] === 1) strong[end] = 1;
  }
}

function holdsAny({ boxes }: Diagram, box: number, nodes: ReadonlySet<number>): boolean {
  for (let k = boxes.memberStart[box] as number; k < (boxes.memberStart[box + 1] as number); k++)
    if (nodes.has(boxes.members[k] as number)) return true;
  return false;
}

/** A group whose layers have different marks, or some none, is changed. */
function marksOfBoxes(
  { boxes }: Diagram,
  nodes: readonly string[],
  marks: ReadonlyMap<string, Mark> | undefined,
): ReadonlyMap<number, Mark> {
  const ofBoxes = new Map<number, Mark>();
  if (!marks || marks.size === 0) return ofBoxes;
  for (let i = 0; i < boxes.count; i++) {
    const own = new Set<Mark | undefined>();
    for (let k = boxes.memberStart[i] as number; k < (boxes.memberStart[i + 1] as number); k++)
      own.add(marks.get(nodes[boxes.members[k] as number] ?? ''));
    const [only] = own;
    if (own.size > 1) ofBoxes.set(i, 'changed');
    else if (only) ofBoxes.set(i, only);
  }
  return ofBoxes;
}
