import type { Registry } from '../base/index.ts';
import { hasBodies, isFloat, type Node, readBy, type TensorId } from '../ir/index.ts';
import { opIdOf } from '../ops/index.ts';
import { addAll } from './compose.ts';
import type { Emitter } from './emitter.ts';
import { noGradient } from './errors.ts';
import { type GradientRule, ruleContext } from './gradients/rule.ts';

/** Which values depend on the parameters, told while the forward graph is written. */
export class ActiveValues {
  readonly #ids: Set<TensorId>;
  readonly #e: Emitter;

  constructor(e: Emitter, parameters: Iterable<TensorId>) {
    this.#e = e;
    this.#ids = new Set(parameters);
  }

  has(id: TensorId): boolean {
    return this.#ids.has(id);
  }

  /** Whether gradients may have to pass this node: it, or a graph inside it, reads something that depends on parameters. */
  isOnTheWay(node: Node): boolean {
    for (const id of readBy(node)) if (this.#ids.has(id)) return true;
    return false;
  }

  /** The node was written: its float outputs depend on what it reads. Whole numbers carry no gradient. */
  follow(node: Node): void {
    if (!this.isOnTheWay(node)) return;
    for (const id of node.outputs) {
      const type = this.#e.typeOf(id);
      if (id !== '' && (type === undefined || isFloat(type))) this.#ids.add(id);
    }
  }
}

/** Something that gradients cannot pass, and why. */
export type OnObstacle = (node: Node, error: unknown) => void;

const rethrow: OnObstacle = (_node, error) => {
  throw error;
};

/**
 * Writes the gradients of a forward graph, last node first, and gives those of the parameters. `nodes`: the forward graph
 * in order; `seeds`: gradients of its ends. Gradients of a value that several nodes read are added, in the order in which they arise.
 * Only what a parameter needs is computed: the gradient of the network's input never is.
 */
export function differentiate(
  e: Emitter,
  nodes: readonly Node[],
  seeds: ReadonlyMap<TensorId, TensorId>,
  active: ActiveValues,
  rules: Registry<GradientRule>,
  onObstacle: OnObstacle = rethrow,
): (parameter: TensorId) => TensorId | undefined {
  const terms = new Map<TensorId, TensorId[]>([...seeds].map(([id, seed]) => [id, [seed]]));
  const total = (id: TensorId): TensorId | undefined => {
    const sum = addAll(e, terms.get(id) ?? []);
    if (sum !== undefined) terms.set(id, [sum]);
    return sum;
  };
  for (const node of nodes.toReversed()) {
    if (!active.isOnTheWay(node) || !node.outputs.some((id) => terms.has(id))) continue;
    e.at(node.id);
    const outputs = node.outputs.map((id) => (id === '' || !active.has(id) ? undefined : total(id)));
    try {
      const inputs = gradientsThrough(node, e, rules, outputs, active);
      node.inputs.forEach((id, i) => {
        const gradient = inputs[i];
        if (gradient === undefined || !active.has(id)) return;
        const known = terms.get(id);
        if (known) known.push(gradient);
        else terms.set(id, [gradient]);
      });
    } catch (error) {
      onObstacle(node, error);
    }
  }
  return total;
}

function gradientsThrough(
  node: Node,
  e: Emitter,
  rules: Registry<GradientRule>,
  outputs: readonly (TensorId | undefined)[],
  active: ActiveValues,
): readonly (TensorId | undefined)[] {
  const operator = opIdOf(node);
  const rule = rules.tryGet(operator);
  if (!rule || hasBodies(node)) throw noGradient(node, operator);
  return rule.gradients(ruleContext(node, e, operator, outputs, (id) => active.has(id)));
}
