import { elementCount, isKnown, type LayerCost, type Model, type NodeId } from '../ir/index.ts';
import { layerCosts, parametersByNode, totals } from './layer-costs.ts';

/** Widths the memory of a network is stated for, with their bytes per element (methods A.15). */
export const STATISTICS_WIDTHS = { int8: 1, float16: 2, float32: 4 } as const;
export type StatisticsWidth = keyof typeof STATISTICS_WIDTHS;

/** Bytes in thousands and in 1024s: data sheets give the one, tools the other. */
export interface Memory {
  readonly bytes: number;
  readonly kB: number;
  readonly KiB: number;
}

/** One layer's share of the network; percentages are of the sums over all layers. */
export interface LayerStatistics {
  readonly node: NodeId;
  readonly op: string;
  /** Parameters it stores, an array that several layers read counted at the first. */
  readonly synapses: number;
  readonly synapsesPercent: number;
  /** Multiply-accumulates. */
  readonly connections: number;
  readonly connectionsPercent: number;
  /** Output elements. */
  readonly nodes: number;
  readonly nodesPercent: number;
}

/** Size of a network in the terms of N2D2's statistics log (methods A.15). */
export interface Statistics {
  /** Distinct units: output channels of convolutions, outputs of dense layers, channels of the rest. */
  readonly neurons: number;
  /** Output elements of all layers. */
  readonly nodes: number;
  /** Stored parameters. */
  readonly synapses: number;
  /** Parameters if none were shared: each output element with weights and a bias of its own. */
  readonly virtualSynapses: number;
  /** Multiply-accumulates. */
  readonly connections: number;
  readonly megaMacsPerInput: number;
  /** Input, parameters and output elements of all layers, each stored at a width. */
  readonly memory: Readonly<
    Record<StatisticsWidth, { readonly input: Memory; readonly parameters: Memory; readonly data: Memory }>
  >;
  readonly layers: readonly LayerStatistics[];
}

/**
 * Counts of a network and of each layer, absolute and in percent. Layers that only give values another shape are left out, for they
 * hold nothing of their own. `undefined` where the shape or cost of a layer is not known. Needs `inferShapes` first.
 */
export function statistics(model: Model, costs: readonly LayerCost[] = layerCosts(model)): Statistics | undefined {
  const { graph } = model;
  const { macs, params } = totals(model, costs);
  if (macs === undefined) return undefined;
  let inputElements = 0;
  for (const id of graph.inputs) {
    const shape = graph.tensors.get(id)?.shape;
    if (!isKnown(shape)) return undefined;
    inputElements += elementCount(shape);
  }
  const working = costs.filter((cost) => cost.kind !== 'free');
  const own = parametersByNode(model);
  const sum = (count: (cost: LayerCost) => number) => working.reduce((n, cost) => n + count(cost), 0);
  const nodes = sum((cost) => cost.outputElements);
  const percent = (part: number, whole: number) => (whole === 0 ? 0 : (100 * part) / whole);
  const layers = working.map((cost): LayerStatistics => {
    const synapses = own.get(cost.node) ?? 0;
    return {
      node: cost.node,
      op: cost.op,
      synapses,
      synapsesPercent: percent(synapses, params),
      connections: cost.macs,
      connectionsPercent: percent(cost.macs, macs),
      nodes: cost.outputElements,
      nodesPercent: percent(cost.outputElements, nodes),
    };
  });
  return {
    neurons: neuronsOf(model, working),
    nodes,
    synapses: params,
    virtualSynapses: macs + sum((cost) => (cost.biasElements > 0 ? cost.outputElements : 0)),
    connections: macs,
    megaMacsPerInput: macs / 1e6,
    memory: {
      int8: memoryAt(1, inputElements, params, nodes),
      float16: memoryAt(2, inputElements, params, nodes),
      float32: memoryAt(4, inputElements, params, nodes),
    },
    layers,
  };
}

function memoryAt(bytesPerElement: number, input: number, parameters: number, data: number) {
  const of = (elements: number): Memory => {
    const bytes = elements * bytesPerElement;
    return { bytes, kB: bytes / 1000, KiB: bytes / 1024 };
  };
  return { input: of(input), parameters: of(parameters), data: of(data) };
}

function neuronsOf({ graph }: Model, costs: readonly LayerCost[]): number {
  const outputs = new Map(graph.nodes.map((node) => [node.id, node.outputs]));
  let neurons = 0;
  for (const { node } of costs) {
    const [output = ''] = outputs.get(node) ?? [];
    const shape = graph.tensors.get(output)?.shape;
    const channels = isKnown(shape) ? (shape.length > 1 ? shape[1] : shape[0]) : undefined;
    neurons += channels ?? 1;
  }
  return neurons;
}
