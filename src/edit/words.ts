/** Names for a sentence: up to three of them, then how many. */
export const counted = (nodes: readonly string[]): string =>
  nodes.length <= 3 ? nodes.join(', ') : `${nodes.length} layers (${nodes[0]} …)`;
