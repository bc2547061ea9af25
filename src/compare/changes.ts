import type { Dim, Graph, Node, StoredTensor, TensorId } from '../ir/index.ts';
import type { Change } from './comparison.ts';
import type { Contents } from './contents.ts';
import { attributeTexts, operatorName, tensorText } from './descriptions.ts';
import type { Pairing } from './pairing.ts';
import type { MatchedGraph, PortNames } from './signatures.ts';
import { operandsOf, type Source } from './wiring.ts';

/** Who is whose partner, by node number; −1: nobody. */
export type Found = Pick<Pairing, 'a' | 'b' | 'ofA' | 'ofB' | 'by'>;

/** What pairs are compared with. */
export interface ChangeContext {
  readonly found: Found;
  readonly contents: Contents;
  readonly ports: PortNames;
}

/** What is different between two partners, and which of their constants were too much to compare. */
export interface PairChanges {
  readonly changes: readonly Change[];
  readonly notCompared: readonly string[];
}

export function changesOf(a: number, b: number, context: ChangeContext): PairChanges {
  const { found } = context;
  const nodeA = found.a.model.graph.nodes[a] as Node;
  const nodeB = found.b.model.graph.nodes[b] as Node;
  const operands = operandChanges(a, b, nodeA, nodeB, context);
  return {
    changes: [
      ...difference('name', undefined, nodeA.id, nodeB.id),
      ...difference('operator', undefined, operatorName(nodeA), operatorName(nodeB)),
      ...attributeChanges(nodeA, nodeB, context.contents),
      ...operands.changes,
      ...shapeChanges(nodeA, nodeB, found),
    ],
    notCompared: operands.notCompared,
  };
}

function difference(
  what: Change['what'],
  name: string | undefined,
  before?: string,
  after?: string,
): readonly Change[] {
  if (before === after) return [];
  return [
    {
      what,
      ...(name === undefined ? {} : { name }),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    },
  ];
}

function attributeChanges(a: Node, b: Node, contents: Contents): readonly Change[] {
  const before = attributeTexts(a.attributes, contents);
  const after = attributeTexts(b.attributes, contents);
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((name) => difference('attribute', name, before.get(name), after.get(name)));
}

/** Operands in pairs: constants by what they hold, the rest by where they come from. */
function operandChanges(a: number, b: number, nodeA: Node, nodeB: Node, context: ChangeContext): PairChanges {
  const { found } = context;
  const [idsA, idsB] = [operandsOf(nodeA), operandsOf(nodeB)];
  const [sourcesA, sourcesB] = [found.a.wiring.sources[a] ?? [], found.b.wiring.sources[b] ?? []];
  const changes: Change[] = [];
  const notCompared: string[] = [];
  for (let port = 0; port < Math.max(idsA.length, idsB.length); port++) {
    const name = `input ${port}`;
    const [before, after] = [storedAt(idsA[port], found.a), storedAt(idsB[port], found.b)];
    if (before && after) {
      const change = constantChange(before, after, name, context.contents);
      if (change === 'not compared') notCompared.push(name);
      else changes.push(...change);
    } else {
      const [from, to] = [sourcesA[port] ?? NOTHING, sourcesB[port] ?? NOTHING];
      if (!isSameSource(from, to, context))
        changes.push(...sourceChange(name, sourceText(from, found.a), sourceText(to, found.b)));
    }
  }
  return { changes, notCompared };
}

const NOTHING: Source = { from: 'nothing' };

/** Sources of equal text can still differ: the layer they name has another partner. */
const sourceChange = (name: string, before: string | undefined, after: string | undefined): readonly Change[] => [
  { what: 'inputs', name, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) },
];

function storedAt(id: TensorId | undefined, { model }: MatchedGraph): StoredTensor | undefined {
  return model.weights.get(model.graph.tensors.get(id ?? '')?.weight ?? '');
}

function constantChange(
  a: StoredTensor,
  b: StoredTensor,
  name: string,
  contents: Contents,
): readonly Change[] | 'not compared' {
  const [before, after] = [tensorText(a), tensorText(b)];
  if (before !== after) return difference('weights', name, before, after);
  const areEqual = contents.areEqual(a, b);
  if (areEqual === undefined) return 'not compared';
  if (areEqual) return [];
  return [
    { what: 'weights', name, before: `${before} #${contents.hashOf(a)}`, after: `${after} #${contents.hashOf(b)}` },
  ];
}

function isSameSource(a: Source, b: Source, { found, ports }: ChangeContext): boolean {
  if (a.from === 'node' && b.from === 'node') return found.ofA[a.node] === b.node && a.output === b.output;
  if (a.from === 'input' && b.from === 'input') return ports.inputs === 'names' ? a.id === b.id : a.input === b.input;
  return a.from === b.from;
}

function sourceText(source: Source, { ids, model }: MatchedGraph): string | undefined {
  switch (source.from) {
    case 'node': {
      const several = (model.graph.nodes[source.node]?.outputs.length ?? 1) > 1;
      return several ? `${ids[source.node]}, output ${source.output}` : ids[source.node];
    }
    case 'input':
      return `input ${source.id}`;
    case 'constant':
      return `constant ${source.id}`;
    case 'nothing':
      return undefined;
  }
}

function shapeChanges(a: Node, b: Node, { a: left, b: right }: Found): readonly Change[] {
  return a.outputs.flatMap((id, i) => {
    const before = valueText(id, left.model.graph);
    const after = valueText(b.outputs[i] ?? '', right.model.graph);
    return before === undefined || after === undefined ? [] : difference('shape', `output ${i}`, before, after);
  });
}

/** Type and shape of a value; `undefined` where one of them is not known. */
function valueText(id: TensorId, graph: Graph): string | undefined {
  const { type, shape } = graph.tensors.get(id) ?? {};
  return type === undefined || shape === undefined ? undefined : `${type} [${spelled(shape)}]`;
}

/** Sizes that are only numbered ('?3') differ from file to file without meaning. */
const spelled = (shape: readonly Dim[]): string =>
  shape.map((dim) => (typeof dim === 'string' && dim.startsWith('?') ? '?' : dim)).join(', ');
