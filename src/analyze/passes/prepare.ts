import { capturedBy, type Model, type NodeId, type StageContext } from '../../ir/index.ts';
import { inferShapes } from '../infer-shapes.ts';
import { operatorName } from '../operator-of.ts';
import { dequantize, isStoredQuantized } from './dequantize.ts';
import { foldBatchNorm } from './fold-batch-norm.ts';
import { foldConstants } from './fold-constants.ts';
import { fuseBias } from './fuse-bias.ts';
import { mergePads } from './merge-pads.ts';
import { removeDead } from './remove-dead.ts';
import { transposesAsReshapes } from './transpose-as-reshape.ts';

/** A node of the network as read that the prepared one does not have. */
export interface RemovedNode {
  readonly node: NodeId;
  readonly op: string;
  readonly pass: string;
  readonly reason: string;
}

export interface Prepared {
  readonly model: Model;
  readonly removed: readonly RemovedNode[];
}

type Pass = (model: Model, ctx: Pick<StageContext, 'warn'>) => Model;

/** In this order: constants first, because the others look for them; biases before normalizations, which then take both. */
const PASSES: readonly { readonly id: string; readonly reason: string; readonly run: Pass }[] = [
  {
    id: 'dequantize',
    reason: 'quantization was undone: the network is float again',
    run: (m) => (isStoredQuantized(m) ? dequantize(m) : m),
  },
  { id: 'fold-constants', reason: 'does not depend on the input: computed once', run: foldConstants },
  { id: 'remove-dead', reason: 'changes nothing, or nobody reads its result', run: removeDead },
  {
    id: 'transpose-as-reshape',
    reason: 'moves only axes of size 1: it is a Reshape now',
    run: transposesAsReshapes,
  },
  { id: 'merge-pads', reason: 'its padding is done by the next layer', run: mergePads },
  { id: 'fuse-bias', reason: 'its addition is the bias of the layer before', run: fuseBias },
  { id: 'fold-batch-norm', reason: 'its factors are in the weights of the layer before', run: foldBatchNorm },
  { id: 'remove-dead', reason: 'changes nothing, or nobody reads its result', run: removeDead },
];

/**
 * The form quantizer, lowering and exporters expect (methods A.1): float, shapes inferred, constants folded, BatchNormalization
 * and biases inside their layers, no Identity, Dropout or dead code. Outputs stay equal to float32 rounding, except
 * that a network stored quantized loses its quantization error. `removed` says which nodes went, and why.
 */
export function prepare(model: Model, ctx: Pick<StageContext, 'warn'>): Prepared {
  let current = inferShapes(model, ctx);
  const branching = current.graph.nodes.find((node) => capturedBy(node).length > 0);
  if (branching) {
    const message = `'${branching.id}' (${branching.op}) has branches that read values around it: the network is analysed as it is, nothing is folded.`;
    ctx.warn({ code: 'analyze/branches', severity: 'warning', node: branching.id, message });
    return { model: current, removed: [] };
  }
  if (isStoredQuantized(model)) {
    const message =
      'The file stores a quantized network. It was turned back into float, to be quantized as chosen here.';
    ctx.warn({ code: 'analyze/quantization-undone', severity: 'info', message });
  }
  const quiet = { warn() {} };
  const removed: RemovedNode[] = [];
  for (const { id, reason, run } of PASSES) {
    // Unknown operators were reported by the first inference; the passes' own warnings still count.
    const after = run(current, id === 'fold-constants' ? quiet : ctx);
    if (after === current) continue;
    const left = new Set(after.graph.nodes.map((n) => n.id));
    for (const node of current.graph.nodes)
      if (!left.has(node.id)) removed.push({ node: node.id, op: operatorName(node), pass: id, reason });
    current = inferShapes(after, quiet);
  }
  return { model: current, removed };
}
