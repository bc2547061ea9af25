import { UserError } from '../base/index.ts';
import {
  consumersOf,
  type Model,
  type Node,
  type Program,
  type QuantScheme,
  type StageContext,
  type TensorId,
  weightOf,
} from '../ir/index.ts';
import { type BoundOp, bindNode, type LowerContext } from '../ops/index.ts';
import { emitAdd, emitClamp, emitLookup, emitMul } from './emit-elementwise.ts';
import { emitConcat, emitPad, emitRearrange, emitResizeNearest, emitSlice } from './emit-moves.ts';
import { emitAveragePool, emitConv, emitDense, emitMaxPool } from './emit-windows.ts';
import { cannotLower } from './errors.ts';
import { type FusedClamp, Lowering } from './lowering.ts';

/**
 * A prepared model and its scheme as an integer program (methods A.5, A.6; memory: A.13, F.2). Shapes must be known, batch 1.
 *
 * - Maps lie channels last; Transpose, Reshape and Flatten are bookkeeping of axes, and dense layers store their weights in the
 *   order their input lies in. A transpose call remains only where two orders really meet.
 * - ReLU and Clip behind a computing layer become its clamp; results of element-wise layers take over an operand's memory
 *   where nobody reads that later.
 * - A Softmax at the end is left out, with a diagnostic.
 *
 * Throws `lower/no-integer-form`, `lower/batch`, `lower/unknown-shape` naming the layer, and `lower/no-quantization` where
 * the scheme is not of this model.
 */
export function lowerToProgram(model: Model, scheme: QuantScheme, ctx: Pick<StageContext, 'warn'>): Program {
  const { graph } = model;
  const bound = new Map<Node, BoundOp>();
  for (const node of graph.nodes) {
    const op = boundOp(model, node);
    if (op) bound.set(node, op);
  }
  const lowering = new Lowering(model, scheme, fusedClamps(model, scheme, bound), ctx);
  const input = { id: 'input', op: 'Input', domain: '', inputs: [], outputs: [], attributes: new Map() };
  for (const id of graph.inputs) lowering.values.addInput(id, lowering.shape(id), lowering.quant(id, input));
  const fusedNodes = new Set([...lowering.fused.values()].map((f) => f.node));
  for (const [node, op] of bound) if (!fusedNodes.has(node.id)) lowerNode(lowering, node, op);
  const outputs = graph.outputs.map((id) => {
    const value = lowering.values.get(id);
    if (!value)
      throw new UserError(
        'lower/constant-output',
        `Output '${id}' does not depend on the network's input.`,
        'Remove the output from the model before exporting it.',
        { tensor: id },
      );
    return lowering.values.outputPort(id, value, lastNodes(model, id));
  });
  return lowering.builder.finish(graph.name, lowering.values.inputPorts(), outputs);
}

const lastNodes = ({ graph }: Model, id: TensorId): readonly string[] =>
  graph.nodes.filter((n) => n.outputs.includes(id)).map((n) => n.id);

/** The operator of a node that runs on activations; undefined for arithmetic on constants. */
function boundOp({ graph }: Model, node: Node): BoundOp | undefined {
  const active = node.inputs.some((id) => id !== '' && graph.tensors.get(id)?.weight === undefined);
  if (!active) return undefined;
  const op = bindNode(node, graph.opsets);
  if (!op?.quant) throw cannotLower(node, op ? 'the operator has no integer form' : 'the operator is not known');
  return op;
}

/** Clamps whose input has no quantization of its own: the scheme says that it is fused. */
function fusedClamps(
  model: Model,
  scheme: QuantScheme,
  bound: ReadonlyMap<Node, BoundOp>,
): ReadonlyMap<TensorId, FusedClamp> {
  const consumers = consumersOf(model.graph);
  const fused = new Map<TensorId, FusedClamp>();
  for (const [node, op] of bound) {
    const [input = ''] = node.inputs;
    if (op.quant?.role !== 'clamp' || scheme.tensors.has(input)) continue;
    if (consumers.get(input)?.length !== 1 || model.graph.outputs.includes(input)) continue;
    const [low, high] = boundsOf(model, node, op);
    fused.set(input, { node: node.id, tensor: node.outputs[0] ?? '', low, high });
  }
  return fused;
}

function boundsOf({ graph, weights }: Model, node: Node, { quant }: BoundOp): readonly [number, number] {
  if (quant?.role !== 'clamp') return [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const bound = (index: number | undefined, otherwise: number): number => {
    const id = index === undefined ? undefined : node.inputs[index];
    if (!id) return otherwise;
    const weight = graph.tensors.get(id)?.weight;
    if (weight === undefined) throw cannotLower(node, 'its bounds are computed at run time');
    return Number(weightOf(weights, weight).data[0]);
  };
  return [bound(quant.lowInput, quant.low), bound(quant.highInput, quant.high)];
}

function lowerNode(l: Lowering, node: Node, op: BoundOp): void {
  if (op.quant?.role === 'dropped') {
    const [output = ''] = node.outputs;
    l.values.set(output, { ...l.input(node, 0), tensor: output });
    const message = `'${node.id}' (${node.op}) is left out of the integer network: it does not change which output is largest.`;
    l.warn({ code: 'lower/dropped', severity: 'info', node: node.id, message });
    return;
  }
  if (op.quant?.role === 'clamp') {
    emitClamp(l, node, ...boundsOf(l.model, node, op));
    return;
  }
  if (!op.lower) throw cannotLower(node, 'the operator has no integer form');
  op.lower(contextOf(l, node));
}

function contextOf(l: Lowering, node: Node): LowerContext {
  return {
    node,
    inputShape: (index) => l.shape(node.inputs[index] ?? ''),
    outputShape: () => l.shape(node.outputs[0] ?? ''),
    constant: (index) => l.constant(node.inputs[index]),
    conv: (window) => emitConv(l, node, window),
    dense: (operands) => emitDense(l, node, operands),
    maxPool: (window) => emitMaxPool(l, node, window),
    averagePool: (window) => emitAveragePool(l, node, window),
    add: (mode) => emitAdd(l, node, mode),
    mul: () => emitMul(l, node),
    lookup: (compute) => emitLookup(l, node, compute),
    concat: (axis) => emitConcat(l, node, axis),
    pad: (before, after, value) => emitPad(l, node, before, after, value),
    rearrange: (view, order) => emitRearrange(l, node, view, order),
    slice: (starts, steps, output = 0) => emitSlice(l, node, starts, steps, output),
    resizeNearest: (rows, columns) => emitResizeNearest(l, node, rows, columns),
  };
}
