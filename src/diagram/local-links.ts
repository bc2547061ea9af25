import type { DiagramInput } from './diagram.ts';
import type { Steps } from './steps.ts';
import type { Visible } from './visible.ts';

/**
 * Edges cut at the frames they cross: one link per level. A value enters or leaves a frame at one port, however many
 * take it. Ends are boxes (by index) or, inside their frame, ports (count of boxes + index).
 */
export interface LocalLinks {
  readonly count: number;
  /** Frame whose inside the link is in; -1: the outermost level. */
  readonly level: number[];
  readonly from: number[];
  readonly to: number[];
  /** Port of the frame that is the end seen from outside; -1: the end is no frame. */
  readonly fromPort: number[];
  readonly toPort: number[];
  /** Frame of each port, and whether lines come in there. */
  readonly portFrame: number[];
  readonly portIsEntry: boolean[];
  /** Links of each edge, from above: `edgeLink[edgeStart[e] … edgeStart[e + 1]]`. */
  readonly edgeStart: Uint32Array;
  readonly edgeLink: number[];
}

/** Ends are below this, so that a pair of them is one exact number. */
const ENDS = 2 ** 26;

export function* localLinks(input: DiagramInput, visible: Visible): Steps<LocalLinks> {
  return yield* new Cutter(visible).cut(input);
}

class Cutter {
  readonly #visible: Visible;
  readonly #depth: Int32Array;
  readonly #ports = new Map<number, number>();
  readonly #known = new Map<number, number>();
  readonly #links: LocalLinks;

  constructor(visible: Visible) {
    const { count, parent, edges } = visible;
    this.#visible = visible;
    this.#depth = new Int32Array(count);
    for (let b = 0; b < count; b++) this.#depth[b] = parent[b]! < 0 ? 0 : this.#depth[parent[b]!]! + 1;
    this.#links = {
      count: 0,
      level: [],
      from: [],
      to: [],
      fromPort: [],
      toPort: [],
      portFrame: [],
      portIsEntry: [],
      edgeStart: new Uint32Array(edges.count + 1),
      edgeLink: [],
    };
  }

  *cut(input: DiagramInput): Steps<LocalLinks> {
    const { edges } = this.#visible;
    const tensors = new Map<string, number>();
    for (let e = 0; e < edges.count; e++) {
      const { tensor } = input.values[edges.value[e]!]!;
      let number = tensors.get(tensor);
      if (number === undefined) {
        number = tensors.size;
        tensors.set(tensor, number);
      }
      if (edges.forward[e]) this.#edge(edges.from[e]!, edges.to[e]!, number);
      this.#links.edgeStart[e + 1] = this.#links.edgeLink.length;
      if ((e & 1023) === 1023) yield;
    }
    return { ...this.#links, count: this.#links.level.length };
  }

  #edge(from: number, to: number, tensor: number): void {
    const { parent, count } = this.#visible;
    const common = this.#commonFrame(from, to);
    let end = from;
    let port = -1;
    for (let box = from; parent[box]! !== common; ) {
      const frame = parent[box]!;
      const exit = this.#port(frame, tensor, false);
      this.#link(frame, end, port, count + exit, -1);
      end = frame;
      port = exit;
      box = frame;
    }
    const inner: number[] = [];
    for (let box = to; box !== common && parent[box]! !== common; box = parent[box]!) inner.push(parent[box]!);
    for (let level = common; ; ) {
      const frame = inner.pop();
      if (frame === undefined) {
        this.#link(level, end, port, to, -1);
        return;
      }
      const entry = this.#port(frame, tensor, true);
      this.#link(level, end, port, frame, entry);
      end = count + entry;
      port = -1;
      level = frame;
    }
  }

  /** Innermost frame around both; -1: none. */
  #commonFrame(a: number, b: number): number {
    const { parent } = this.#visible;
    let p = parent[a]!;
    let q = parent[b]!;
    while (p !== q) {
      const deepP = p < 0 ? -1 : this.#depth[p]!;
      const deepQ = q < 0 ? -1 : this.#depth[q]!;
      if (deepP >= deepQ) p = parent[p]!;
      if (deepQ >= deepP) q = parent[q]!;
    }
    return p;
  }

  #port(frame: number, tensor: number, isEntry: boolean): number {
    const key = (tensor * 2 + (isEntry ? 1 : 0)) * this.#visible.count + frame;
    const known = this.#ports.get(key);
    if (known !== undefined) return known;
    const port = this.#links.portFrame.length;
    this.#ports.set(key, port);
    this.#links.portFrame.push(frame);
    this.#links.portIsEntry.push(isEntry);
    return port;
  }

  #link(level: number, from: number, fromPort: number, to: number, toPort: number): void {
    const { count } = this.#visible;
    const outerFrom = fromPort < 0 ? from : count + fromPort;
    const outerTo = toPort < 0 ? to : count + toPort;
    const key = outerFrom * ENDS + outerTo;
    let link = this.#known.get(key);
    if (link === undefined) {
      link = this.#links.level.length;
      this.#known.set(key, link);
      this.#links.level.push(level);
      this.#links.from.push(from);
      this.#links.fromPort.push(fromPort);
      this.#links.to.push(to);
      this.#links.toPort.push(toPort);
    }
    this.#links.edgeLink.push(link);
  }
}
