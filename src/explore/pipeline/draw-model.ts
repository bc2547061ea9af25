import { executionGraph } from '../../analyze/index.ts';
import type { Diagram, DiagramInput, DiagramOptions, GroupingKind } from '../../diagram/index.ts';
import type { NodeId, StageContext } from '../../ir/index.ts';
import { noBody, unknownLayer } from '../errors.ts';
import type { BodyView, EdgeView, ModelView, NodeView, ValueView } from '../model-view.ts';
import type { OpenedModel } from './open.ts';
import { operatorLabel } from './operator-label.ts';

/** Which graph of a model is drawn, and what of it. */
export interface DrawingChoice extends Omit<DiagramOptions, 'reveal' | 'grouping'> {
  /** 'automatic': by scope where the names say enough, else by repeated block. */
  readonly grouping: GroupingKind | 'automatic';
  /**
   * 'layers': what is quantized and lowered, with fused operators inside their layer and without what is computed beforehand;
   * 'execution': what hardware runs as one, sums after convolutions included (methods D.14); 'nodes': every node of the file.
   * Graphs inside nodes have no execution graph of their own: they are drawn as layers.
   */
  readonly form: 'layers' | 'execution' | 'nodes';
  /** The way to a graph inside nodes, outermost first; empty: the network itself. */
  readonly body: readonly { readonly node: NodeId; readonly name: string }[];
  /** Nodes to be shown as boxes of their own. */
  readonly reveal?: readonly NodeId[];
}

/** A diagram with what its node indices (`DiagramBoxes.node`, members) stand for. */
export interface DrawnModel {
  readonly diagram: Diagram;
  readonly nodes: readonly NodeId[];
  /** Where the name of each node places it, 'a/b/c' or ''. */
  readonly scopes: readonly string[];
  /** How layers were grouped. */
  readonly grouping: GroupingKind;
  /** Nodes that run inside another one that is drawn, by that one; only in the form 'execution'. */
  readonly inside: readonly (readonly [NodeId, NodeId])[];
}

type Part = Pick<BodyView, 'inputs' | 'outputs' | 'nodes' | 'edges'>;

/** Lays out what `choice` asks for; `onPartial` gets the upper end of a large drawing early. Throws `explore/no-body`. */
export async function drawModel(
  opened: Pick<OpenedModel, 'view' | 'asRead'>,
  choice: DrawingChoice,
  ctx: Pick<StageContext, 'signal'>,
  host: { readonly pause: () => Promise<void>; readonly now: () => number; onPartial?(drawn: DrawnModel): void },
): Promise<DrawnModel> {
  // Drawing is no part of the first load.
  const { layoutDiagram, scopesOf, suggestedGrouping } = await import('../../diagram/index.ts');
  const part = partOf(opened.view, choice.body);
  const hardware = choice.form === 'execution' && choice.body.length === 0 ? hardwareLayers(opened) : undefined;
  const shown = hardware?.shown ?? (choice.form === 'nodes' ? part.nodes : executed(part));
  const nodes = shown.map((node) => node.id);
  const scopes = scopesOf(nodes);
  const input = diagramInput(part, shown, { form: choice.form, scopes, ...(hardware ? { hardware } : {}) });
  const { form: _form, body: _body, reveal, ...rest } = choice;
  const grouping = rest.grouping === 'automatic' ? suggestedGrouping(input.nodes) : rest.grouping;
  const options = { ...rest, grouping };
  const named = { nodes, scopes, grouping, inside: hardware?.inside ?? [] };
  const at = new Map(shown.map(({ id }, i) => [id, i]));
  const indices = (reveal ?? []).flatMap((id) => at.get(id) ?? []);
  const diagram = await layoutDiagram(
    input,
    { ...options, ...(indices.length > 0 ? { reveal: indices } : {}) },
    {
      signal: ctx.signal,
      pause: host.pause,
      now: host.now,
      onPartial: (diagram) => host.onPartial?.({ diagram, ...named }),
    },
  );
  return { diagram, ...named };
}

function partOf(view: ModelView, path: DrawingChoice['body']): Part {
  let part: Part = view;
  for (const { node: id, name } of path) {
    const node = part.nodes.find((n) => n.id === id);
    if (!node) throw unknownLayer(id);
    const body = node.bodies?.find((b) => b.name === name);
    if (!body) throw noBody(id, name);
    part = body;
  }
  return part;
}

/** Nodes that run as layers: not fused into another, and fed by something that is known only when running. */
function executed({ nodes, edges }: Part): readonly NodeView[] {
  const fused = new Set(nodes.flatMap((node) => node.fused));
  const fed = new Set(edges.flatMap((edge) => (edge.to === undefined ? [] : [edge.to])));
  return nodes.filter((node) => !fused.has(node.id) && fed.has(node.id));
}

/** What hardware runs as one, with the words of each. */
interface HardwareLayers {
  readonly shown: readonly NodeView[];
  readonly titles: ReadonlyMap<NodeId, string>;
  readonly inside: readonly (readonly [NodeId, NodeId])[];
}

function hardwareLayers({ view, asRead }: Pick<OpenedModel, 'view' | 'asRead'>): HardwareLayers {
  const byId = new Map(view.nodes.map((node) => [node.id, node]));
  const { layers } = executionGraph(asRead);
  const titles = new Map<NodeId, string>();
  const shown = layers.flatMap(({ layer, nodes }) => {
    const node = byId.get(layer);
    if (!node) return [];
    const others = nodes.filter((id) => id !== layer).map((id) => byId.get(id)?.op ?? id);
    titles.set(layer, [operatorLabel(node), ...new Set(others)].join(' + '));
    return node;
  });
  const inside = layers.flatMap(({ layer, nodes }) =>
    nodes.filter((id) => id !== layer).map((id) => [id, layer] as const),
  );
  return { shown, titles, inside };
}

interface InputOptions {
  readonly form: DrawingChoice['form'];
  readonly scopes: readonly string[];
  readonly hardware?: HardwareLayers;
}

/** The part as the diagram room takes it. Edges between boxes: a value that only fused operators pass on is drawn once. */
function diagramInput(part: Part, shown: readonly NodeView[], { form, scopes, hardware }: InputOptions): DiagramInput {
  const boxOf = new Map<NodeId, number>();
  shown.forEach((node, i) => {
    boxOf.set(node.id, i);
    if (form !== 'nodes') for (const fused of node.fused) boxOf.set(fused, i);
  });
  const inputs = inputsOf(part);
  for (const [inside, layer] of hardware?.inside ?? []) boxOf.set(inside, boxOf.get(layer) ?? -1);
  return {
    nodes: shown.map((node, i) => {
      const kind = hardware?.titles.get(node.id) ?? (form === 'nodes' ? operatorLabel(node) : node.label);
      return {
        id: node.id,
        op: node.op,
        scope: scopes[i] ?? '',
        title: node.id,
        subtitle: kind,
        kind,
        signature: [kind, ...node.attributes.map((a) => `${a.name}=${a.text}`), ...shapesOf(node)].join(' '),
      };
    }),
    values: valuesOf(part.edges, boxOf, new Set(inputs)),
    inputs,
    outputs: part.outputs.map((v) => v.id),
  };
}

/** What comes in from outside: inputs, and in a graph inside a node the values it takes from the graph around it. */
function inputsOf({ inputs, edges }: Part): readonly string[] {
  const names = new Set<string>(inputs.map((v) => v.id));
  for (const { from, to, tensor } of edges) if (from === undefined && to !== undefined) names.add(tensor);
  return [...names];
}

/** `inputs`: what may come from outside. A stored constant that is an output of the graph comes from nowhere. */
function valuesOf(
  edges: readonly EdgeView[],
  boxOf: ReadonlyMap<NodeId, number>,
  inputs: ReadonlySet<string>,
): DiagramInput['values'] {
  const values: DiagramInput['values'][number][] = [];
  const seen = new Set<string>();
  for (const { tensor, from: maker, to: taker, shape, bytes } of edges) {
    const from = maker === undefined ? -1 : boxOf.get(maker);
    const to = taker === undefined ? -1 : boxOf.get(taker);
    if (from === undefined || to === undefined || (from === to && from >= 0)) continue;
    if (from < 0 && !inputs.has(tensor)) continue;
    const key = `${from} ${to} ${tensor}`;
    if (seen.has(key)) continue;
    seen.add(key);
    values.push({ from, to, tensor, label: shapeLabel(shape), ...(bytes === undefined ? {} : { bytes }) });
  }
  return values;
}

const shapesOf = ({ inputs, outputs, constants }: NodeView): string[] =>
  [inputs, constants, outputs].map((list) => list.map((v) => shapeLabel(v.shape)).join(';'));

/** '16×32×32': without a batch of one. */
function shapeLabel(shape: ValueView['shape']): string {
  if (!shape) return '';
  const shown = shape.length > 1 && shape[0] === 1 ? shape.slice(1) : shape;
  return shown.join('×');
}
