import { group, inWords, memory, scaled } from '../base/index.ts';
import type { ModelView, ValueView } from '../explore/index.ts';
import { type DataType, elementCount, isKnown, storedBytes } from '../ir/index.ts';
import type { Command } from './command.ts';
import { modelPath } from './invocation.ts';
import { openModel, parseShapes, SHAPE_OPTION } from './open-model.ts';

const bytesOf = (values: readonly ValueView[]): number | undefined => {
  let total = 0;
  for (const { type, shape } of values) {
    if (!type || !isKnown(shape)) return undefined;
    total += storedBytes(type as DataType, elementCount(shape));
  }
  return total;
};

const shapeOf = ({ shape }: ValueView): readonly (number | string)[] | null => shape ?? null;

/** An input or output of the network; `--shape` and arrays in files call it by this name. */
const portOf = ({ id, type, shape }: ValueView): object => ({ name: id, type, shape: shape ?? null });

/**
 * Multiply-accumulates of the outermost graph alone, as public fact sheets count them; where graphs inside nodes (branches of an If,
 * loops, functions) add to them, the sum stands beside it.
 */
function outermost({ nodes, costs, totals }: ModelView): { macs?: number; macsWithBodies?: number } {
  const nested = new Set(nodes.flatMap((node) => (node.bodies ? [node.id] : [])));
  if (totals.macs === undefined || nested.size === 0) return {};
  const inside = costs.reduce((sum, cost) => sum + (nested.has(cost.node) ? cost.macs : 0), 0);
  return inside === 0 ? {} : { macs: totals.macs - inside, macsWithBodies: totals.macs };
}

/** Layers as the contract names them: absent figures stay absent. */
function layersOf(view: ModelView): object[] {
  const costs = new Map(view.costs.map((c) => [c.node, c]));
  return view.nodes.map((node) => {
    const cost = costs.get(node.id);
    return {
      id: node.id,
      name: node.id,
      op: node.op,
      inputShapes: node.inputs.map(shapeOf),
      outputShapes: node.outputs.map(shapeOf),
      macs: cost?.macs,
      params: cost?.params,
      weightBytes: bytesOf(node.constants),
      inputBytes: bytesOf(node.inputs),
      outputBytes: bytesOf(node.outputs),
    };
  });
}

export const inspect: Command = {
  id: 'inspect',
  summary: 'Operators, shapes, MACs, parameters and memory of a model',
  usage: 'MODEL [--shape name=1,3,224,224]',
  options: [SHAPE_OPTION],
  async run(call, host) {
    const { view } = await openModel(modelPath(call, inspect), parseShapes(call.text('shape')), host);
    const { reference, totals } = view;
    const json = {
      model: {
        name: reference.name,
        sha256: reference.sha256,
        opset: view.opset,
        producer: view.producer,
        inputs: view.inputs.map(portOf),
        outputs: view.outputs.map(portOf),
      },
      totals: { ...totals, ...outermost(view) },
      layers: layersOf(view),
      operators: Object.fromEntries(view.operators.map((o) => [o.op, o.count])),
      unsupported: view.unsupported,
      quantizable: view.quantizable,
      memory: view.memory && { arenaBytes: view.memory.arenaBytes, lowerBoundBytes: view.memory.lowerBoundBytes },
      diagnostics: view.diagnostics,
    };
    const lines = [
      `${reference.name}  ${reference.sha256.slice(0, 8)}  opset ${view.opset}`,
      `MACs                ${totals.macs === undefined ? 'unknown' : inWords(scaled(totals.macs, ''))}`,
      `Parameters          ${group(String(totals.params))}`,
      `Stored values       ${group(String(totals.initializerValues))}`,
      `Weights             ${inWords(memory(totals.weightBytes))}`,
      `Peak activations    ${totals.peakActivationBytes === undefined ? 'unknown' : inWords(memory(totals.peakActivationBytes))}`,
      `Nodes               ${totals.nodes}: ${view.operators.map((o) => `${o.op} ${o.count}`).join(', ')}`,
      ...view.unsupported.map((u) => `Not supported       ${u.op} ${u.count}: ${u.nodes.slice(0, 3).join(', ')}`),
      ...view.diagnostics.map((d) => `${d.severity.padEnd(20)}${d.message}`),
    ];
    return { json, text: lines.join('\n') };
  },
};
