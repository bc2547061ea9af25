import { layoutBoxes } from './compound-layout.ts';
import type { Diagram, DiagramInput, DiagramOptions } from './diagram.ts';
import { groupLayers } from './group.ts';
import { type Breathing, breathe, type Steps } from './steps.ts';
import { upperEnd, visibleOf } from './visible.ts';

/** How a layout shares its thread, and what it shows before it is done. */
export interface LayoutHooks extends Breathing {
  /** Gets the upper end of a large drawing while the whole is still being laid out. */
  onPartial?(diagram: Diagram): void;
}

/** A drawing with more boxes is shown in part first. */
const LARGE = 1500;
/** Boxes of the first part. */
const FIRST_PART = 300;
/** A network with more layers shows some before its groups are known. */
const HUGE = 40_000;

/**
 * Groups, chooses what is seen, and places it. Linear in boxes and edges but for the sorting of wide rows.
 * With `pause` it gives its thread free at least every 30 ms. @throws CancelledError once the signal fired.
 */
export async function layoutDiagram(
  input: DiagramInput,
  options: DiagramOptions,
  hooks: LayoutHooks = {},
): Promise<Diagram> {
  return breathe(layoutSteps(input, options, hooks.onPartial), hooks);
}

/** The same as steps, for whoever has no use for pauses. */
export function* layoutSteps(
  input: DiagramInput,
  options: DiagramOptions,
  onPartial?: (diagram: Diagram) => void,
): Steps<Diagram> {
  if (onPartial && input.nodes.length > HUGE) onPartial(yield* firstLayers(input));
  const grouping = yield* groupLayers(input, options.grouping);
  const visible = yield* visibleOf(input, grouping, options);
  yield;
  if (onPartial && visible.count > LARGE) {
    const part = yield* layoutBoxes(input, grouping, upperEnd(visible, FIRST_PART));
    onPartial({ ...part, partial: true });
  }
  return { ...(yield* layoutBoxes(input, grouping, visible)), partial: false };
}

/** The layers that the input lists first, without groups. */
function* firstLayers(input: DiagramInput): Steps<Diagram> {
  const nodes = input.nodes.slice(0, FIRST_PART);
  const values = input.values.filter((v) => v.from < FIRST_PART && v.to < FIRST_PART && v.to >= 0);
  const part: DiagramInput = { ...input, nodes, values, outputs: [] };
  const grouping = yield* groupLayers(part, 'none');
  const options = { grouping: 'none', expanded: [], collapseFrom: FIRST_PART } as const;
  const diagram = yield* layoutBoxes(part, grouping, yield* visibleOf(part, grouping, options));
  const boxOfNode = new Int32Array(input.nodes.length).fill(-1);
  boxOfNode.set(diagram.boxOfNode);
  return { ...diagram, boxOfNode, partial: true };
}
