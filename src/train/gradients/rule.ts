import type { Node, TensorId } from '../../ir/index.ts';
import { AttributeReader } from '../../ops/index.ts';
import type { Emitter } from '../emitter.ts';
import { noGradient } from '../errors.ts';

/** What a rule works with: one node of the forward graph, and the graph that its gradient is written into. */
export interface RuleContext {
  readonly node: Node;
  readonly e: Emitter;
  readonly read: AttributeReader;
  /** Gradient of output 0. */
  readonly dy: TensorId;
  /** Gradient of any output; `undefined` where nothing that reads it has one. */
  gradient(output: number): TensorId | undefined;
  /** Whether the gradient of this input is needed. Rules never compute others. */
  wants(input: number): boolean;
  /** `make()` for an input that is wanted, nothing otherwise. */
  wanted(input: number, make: () => TensorId): TensorId | undefined;
  /** This form of the operator has no gradient. Throws `train/no-gradient`. */
  refuse(why: string): never;
}

/** How gradients pass one operator. */
export interface GradientRule {
  /** The operator, as `ops` spells it. */
  readonly id: string;
  /** Outputs that the forward node must have, for the gradient reads them. */
  readonly outputs?: number;
  /** Gradients by input. May throw `train/no-gradient`. */
  gradients(ctx: RuleContext): readonly (TensorId | undefined)[];
}

/** The context of a node; `gradients` by output. */
export function ruleContext(
  node: Node,
  e: Emitter,
  operator: string,
  gradients: readonly (TensorId | undefined)[],
  isWanted: (id: TensorId) => boolean,
): RuleContext {
  const wants = (input: number): boolean => isWanted(node.inputs[input] ?? '');
  const refuse = (why: string): never => {
    throw noGradient(node, operator, why);
  };
  return {
    node,
    e,
    read: new AttributeReader(node.op, node.attributes),
    get dy() {
      return gradients[0] ?? refuse('only its further outputs are used');
    },
    gradient: (output) => gradients[output],
    wants,
    wanted: (input, make) => (wants(input) ? make() : undefined),
    refuse,
  };
}
