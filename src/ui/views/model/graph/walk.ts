import { FRAME, rectOf, type Scene } from './scene.ts';

export type Step = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight';

/** The box a key leads to: along an edge up or down (the straightest first), beside it left or right. The same box where there is none. */
export function stepFrom(scene: Scene, box: number, step: Step): number {
  if (box < 0) return scene.first;
  if (step === 'ArrowLeft' || step === 'ArrowRight') return beside(scene, box, step === 'ArrowRight' ? 1 : -1);
  if (scene.diagram.boxes.kind[box] === FRAME) return throughFrame(scene, box, step);
  const { from, to, count } = scene.diagram.edges;
  const [here, there] = step === 'ArrowDown' ? [from, to] : [to, from];
  let [best, distance] = [box, Infinity];
  for (let e = 0; e < count; e++) {
    if (here[e] !== box) continue;
    const other = there[e] as number;
    const far = Math.abs(middleOf(scene, other) - middleOf(scene, box));
    if (far < distance) [best, distance] = [other, far];
  }
  return best;
}

/** No edge ends at a frame: down leads to the uppermost box inside, up to what feeds that. */
function throughFrame(scene: Scene, frame: number, step: 'ArrowUp' | 'ArrowDown'): number {
  const { kind, parent, count } = scene.diagram.boxes;
  let inside = -1;
  // What a frame holds comes after it.
  for (let i = frame + 1; i < count; i++) {
    if (parent[i] !== frame) continue;
    if (inside < 0 || rectOf(scene.diagram, i).y < rectOf(scene.diagram, inside).y) inside = i;
  }
  if (inside < 0) return frame;
  if (kind[inside] === FRAME) return step === 'ArrowDown' ? inside : throughFrame(scene, inside, step);
  return step === 'ArrowDown' ? inside : stepFrom(scene, inside, step);
}

const middleOf = ({ diagram }: Scene, box: number): number => {
  const { x, width } = rectOf(diagram, box);
  return x + width / 2;
};

/** The nearest box to one side whose height overlaps; frames are passed over. */
function beside({ diagram }: Scene, box: number, direction: 1 | -1): number {
  const own = rectOf(diagram, box);
  let [best, distance] = [box, Infinity];
  for (let i = 0; i < diagram.boxes.count; i++) {
    if (diagram.boxes.kind[i] === FRAME || i === box) continue;
    const other = rectOf(diagram, i);
    if (other.y > own.y + own.height || other.y + other.height < own.y) continue;
    const far = direction * (other.x + other.width / 2 - own.x - own.width / 2);
    if (far > 0 && far < distance) [best, distance] = [i, far];
  }
  return best;
}

/** All nodes that feed these (or that these feed), themselves among them. `links` by node index; -1: the graph's inputs or outputs. */
export function reachOf(
  links: readonly { readonly from: number; readonly to: number }[],
  nodes: Iterable<number>,
  where: 'upstream' | 'downstream',
): Set<number> {
  const next = new Map<number, number[]>();
  for (const { from, to } of links) {
    if (from < 0 || to < 0) continue;
    const [here, there] = where === 'downstream' ? [from, to] : [to, from];
    const list = next.get(here);
    if (list) list.push(there);
    else next.set(here, [there]);
  }
  const found = new Set(nodes);
  const open = [...found];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const other of next.get(node) ?? []) {
      if (found.has(other)) continue;
      found.add(other);
      open.push(other);
    }
  }
  return found;
}
