import type { Model, NodeId, StageContext } from '../../ir/index.ts';
import { inferShapes } from '../infer-shapes.ts';
import { operatorName } from '../operator-of.ts';
import { isStoredQuantized } from './dequantize.ts';
import { passes } from './list.ts';
import { runPass } from './run-pass.ts';

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

/** The passes of methods A.1, in order. */
const PREPARING: readonly string[] = [
  'inline-functions',
  'inline-branches',
  'dequantize',
  'fold-constants',
  'remove-identities',
  'remove-dead',
  'transpose-as-reshape',
  'merge-pads',
  'fuse-bias',
  'fold-batch-norm',
  'remove-identities',
  'remove-dead',
];

/** Weights that a file computes instead of storing them become constants up to this many bytes. */
const MOST_COMPUTED_BYTES = 2 ** 30;

/**
 * The form quantizer, lowering and exporters expect (methods A.1): float, shapes inferred, constants folded, BatchNormalization
 * and biases inside their layers, no Identity, Dropout or dead code. Outputs stay equal to float32 rounding, except
 * that a network stored quantized loses its quantization error. `removed` says which nodes went, and why.
 */
export function prepare(model: Model, ctx: Pick<StageContext, 'warn'>): Prepared {
  let current = inferShapes(model, ctx);
  if (isStoredQuantized(model)) {
    const message =
      'The file stores a quantized network. It was turned back into float, to be quantized as chosen here.';
    ctx.warn({ code: 'analyze/quantization-undone', severity: 'info', message });
  }
  const original = new Map(current.graph.nodes.map((node) => [node.id, node]));
  const removed: RemovedNode[] = [];
  for (const id of PREPARING) {
    const pass = passes.get(id);
    const after = runPass(pass, current, { ...ctx, mayGrowBytes: MOST_COMPUTED_BYTES });
    if (after === current) continue;
    const left = new Set(after.graph.nodes.map((n) => n.id));
    for (const { id: node } of current.graph.nodes) {
      const read = original.get(node);
      if (read && !left.has(node)) removed.push({ node, op: operatorName(read), pass: id, reason: pass.removes });
    }
    current = after;
  }
  return { model: current, removed };
}
