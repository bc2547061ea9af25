import type { Model, NodeId, StageContext } from '../../ir/index.ts';

/** What a pass is told and may say. */
export interface PassContext extends Pick<StageContext, 'warn'> {
  /** How many bytes of constants folding may add to those stored, in all. */
  readonly mayGrowBytes: number;
  /** Whether folding leaves alone what would store much more than it reads: weights that the file computes (ConstantOfShape). */
  readonly growsLittle?: boolean;
  /** Whether a quantization that the file stores is kept: nothing of it is computed ahead. */
  readonly keepQuantization?: boolean;
  /** Says why a node was touched, where that is not the pass's usual reason, and into which node it went. */
  note?(node: NodeId, reason: string, into?: NodeId): void;
}

/** One way to change a network without changing what it computes. */
export interface Pass {
  readonly id: string;
  readonly title: string;
  /** What it does, in a sentence or two. */
  readonly does: string;
  /** Why a node it removes went; said of that node. */
  readonly removes: string;
  /** Why a node it changes or adds is as it is now. */
  readonly changes: string;
  /** Whether it may also run in the graphs inside nodes, knowing nothing of the values around them. */
  readonly inBodies?: boolean;
  run(model: Model, ctx: PassContext): Model;
}
