import type { Model } from '../ir/index.ts';
import type { Contents } from './contents.ts';
import { constantsOf, type Description, describeNode } from './descriptions.ts';
import type { Interner } from './interner.ts';
import { mix, mixAll, mixUnordered } from './mixing.ts';
import { type Reader, type Source, type Wiring, wiringOf } from './wiring.ts';

/** A number per node; equal numbers, in either model, mean equal in this respect. */
export type Signature = readonly number[];

/** A model as matching sees it: everything by node number. What weaker evidence needs is computed when it is asked for. */
export interface MatchedGraph {
  readonly model: Model;
  readonly ids: readonly string[];
  readonly descriptions: readonly Description[];
  readonly wiring: Wiring;
  readonly operator: Signature;
  readonly local: Signature;
  readonly exact: Signature;
  readonly weighted: Signature;
  /** All that leads to a node, by `exact` or by `local`. */
  before(own: 'exact' | 'local'): Signature;
  /** All that a node leads to. */
  behind(own: 'exact' | 'local'): Signature;
  /** Neighbours up to so many layers away, by `local`. */
  around(layers: number): Signature;
  /** Length of the longest path from the inputs, past layers that hand on. */
  depth(): readonly number[];
}

/** `inputs`: what graph inputs are called for comparison: their names, or their numbers where names differ. */
export interface PortNames {
  readonly inputs: 'names' | 'numbers';
  readonly outputs: 'names' | 'numbers';
}

export function signaturesOf(model: Model, contents: Contents, ports: PortNames, interner: Interner): MatchedGraph {
  const { graph } = model;
  const constantAt = constantsOf(model);
  const descriptions = graph.nodes.map((node) => describeNode(node, graph, constantAt, contents));
  const wiring = wiringOf(graph);
  const numbers = (text: (d: Description) => string): number[] => descriptions.map((d) => interner.of(text(d)));
  const own = { local: numbers((d) => d.local), exact: numbers((d) => d.exact) };
  const inputs = graph.inputs.map((id, i) => interner.of(`input ${ports.inputs === 'names' ? id : i}`));
  const outputs = graph.outputs.map((id, i) => interner.of(`output ${ports.outputs === 'names' ? id : i}`));
  const memo = new Map<string, Signature>();
  const once = (key: string, make: () => Signature): Signature => {
    const made = memo.get(key) ?? make();
    memo.set(key, made);
    return made;
  };
  const around = (layers: number): Signature =>
    layers === 0 ? own.local : once(`around ${layers}`, () => aroundOf(around(layers - 1), wiring));
  return {
    model,
    ids: graph.nodes.map((node) => node.id),
    descriptions,
    wiring,
    operator: numbers((d) => d.operator),
    ...own,
    weighted: numbers((d) => d.weighted),
    before: (by) => once(`before ${by}`, () => beforeOf(own[by], wiring, inputs)),
    behind: (by) => once(`behind ${by}`, () => behindOf(own[by], wiring, outputs)),
    around,
    depth: () => once('depth', () => depthsOf(wiring)),
  };
}

/** A node and all its ancestors, port by port: equal numbers mean equal expressions. Linear, as shared parts are numbered once. */
function beforeOf(own: Signature, wiring: Wiring, inputs: Signature): Signature {
  const numbers: number[] = [];
  const numberOf = (source: Source): number => {
    if (source.from === 'node') return mix(numbers[source.node] as number, source.output);
    if (source.from === 'input') return mix(1, inputs[source.input] as number);
    return source.from === 'constant' ? 2 : 3;
  };
  wiring.sources.forEach((sources, node) => {
    numbers[node] = mixAll(own[node] as number, sources.map(numberOf));
  });
  return numbers;
}

/** A node and all that depends on it. */
function behindOf(own: Signature, wiring: Wiring, outputs: Signature): Signature {
  const numbers: number[] = [];
  for (let node = own.length - 1; node >= 0; node--) {
    const readers = (wiring.readers[node] ?? []).map((reader) => mix(numbers[reader.node] as number, reader.port));
    const written = (wiring.outputs[node] ?? []).map((i) => mix(4, outputs[i] as number));
    numbers[node] = mixUnordered(own[node] as number, written.length === 0 ? readers : [...readers, ...written]);
  }
  return numbers;
}

/** One round of Weisfeiler and Lehman's refinement: a node's number with those of its neighbours. */
function aroundOf(own: Signature, { near }: Wiring): Signature {
  const numberOf = ({ node, port }: Reader): number => mix(own[node] as number, port);
  return own.map((number, node) => {
    const producers = mixAll(number, (near.producers[node] ?? []).map(numberOf));
    return mixUnordered(producers, (near.readers[node] ?? []).map(numberOf));
  });
}

function depthsOf({ near }: Wiring): number[] {
  const depths: number[] = [];
  near.producers.forEach((producers, node) => {
    depths[node] = producers.reduce((deepest, { node: from }) => Math.max(deepest, (depths[from] ?? 0) + 1), 0);
  });
  return depths;
}
