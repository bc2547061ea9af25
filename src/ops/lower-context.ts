import type { Node } from '../ir/index.ts';

/** What an operator is given to emit integer kernel calls with; implemented by the room `lower`. */
export interface LowerContext {
  readonly node: Node;
}
