import { type RefObject, useRef } from 'react';
import type { Diagram } from '../../../../diagram/index.ts';
import type { PointerActions, Target } from './pointer.ts';
import { FRAME, GROUP, LAYER, type Scene } from './scene.ts';
import { membersOf, type Picks } from './use-picks.ts';
import { reachOf, type Step, stepFrom } from './walk.ts';

export interface GraphActsInput {
  readonly diagram: Diagram | undefined;
  readonly nodes: readonly string[] | undefined;
  readonly scene: Scene | undefined;
  readonly picks: Picks;
  /** From node to node, by index: what 'upstream' and 'downstream' follow. Asked for only when needed. */
  readonly links: () => readonly { readonly from: number; readonly to: number }[];
  readonly onSelect: (node: string | undefined) => void;
  readonly onHover: (node: string | undefined) => void;
  /** `expanded`: what the group is now. */
  readonly onToggle: (group: string, expanded: boolean) => void;
  /** Escape where there is nothing left to undo in the drawing; true if it was used. */
  readonly onEscape?: (() => boolean) | undefined;
}

/** What a user can do to a drawing by pointer, keys and buttons. */
export interface GraphActs extends PointerActions {
  /** Moves the cursor; the box it is at then. */
  walk(step: Step): number;
  reach(where: 'upstream' | 'downstream'): void;
  follow(): void;
  /** Opens or closes the block at the cursor, or around it. */
  toggle(): void;
  select(): void;
  /** One step out; false where there was nothing to leave. */
  escape(): boolean;
  /** Id of the box that was toggled last. */
  readonly toggled: RefObject<string | undefined>;
  /** When something was pressed here last, ms. */
  readonly pressed: RefObject<number>;
}

export function useGraphActs(given: GraphActsInput): GraphActs {
  const { diagram, picks, scene } = given;
  const { state, cursorBox } = picks;
  const toggled = useRef<string | undefined>(undefined);
  const pressed = useRef(Number.NEGATIVE_INFINITY);
  const select = (box: number): void => selectBox(given, box, pressed);
  const toggle = (box: number): void => toggleBox(given, box, toggled, pressed);
  const stepOut = (): boolean => {
    if (state.tensor !== undefined) picks.set({ tensor: undefined });
    else if (state.chosen) picks.set({ chosen: undefined });
    else if (state.cursor !== undefined) picks.set({ cursor: undefined });
    else if (given.onEscape?.()) return true;
    else if (picks.selectedBox >= 0) select(-1);
    else return false;
    return true;
  };
  return {
    toggled,
    pressed,
    escape: stepOut,
    select: () => select(cursorBox),
    press: (target) => {
      if (target.kind === 'toggle') toggle(target.box);
      else if (target.kind === 'box') select(target.box);
      else if (target.kind === 'edge') picks.set({ tensor: diagram?.edges.tensor[target.edge] });
      else if (state.tensor !== undefined || state.chosen) stepOut();
      else select(-1);
    },
    doublePress: (target) => {
      if (target.kind === 'box') toggle(target.box);
    },
    hover: (target) => hoverTarget(given, target),
    walk: (step) => {
      const next = scene ? stepFrom(scene, cursorBox, step) : -1;
      if (next >= 0) picks.set({ cursor: diagram?.boxes.id[next] });
      return next;
    },
    reach: (where) => {
      if (cursorBox >= 0)
        picks.set({ chosen: { nodes: reachOf(given.links(), membersOf(diagram, cursorBox), where), where } });
    },
    follow: () => picks.set({ tensor: diagram?.edges.tensor[diagram.edges.from.indexOf(cursorBox)] }),
    toggle: () => {
      if (!diagram || cursorBox < 0) return;
      const isGroup = (diagram.boxes.kind[cursorBox] as number) >= GROUP;
      toggle(isGroup ? cursorBox : (diagram.boxes.parent[cursorBox] ?? -1));
    },
  };
}

function selectBox({ diagram, nodes, picks, onSelect }: GraphActsInput, box: number, pressed: RefObject<number>): void {
  pressed.current = performance.now();
  const node = diagram?.boxes.kind[box] === LAYER ? nodes?.[diagram.boxes.node[box] ?? -1] : undefined;
  const picked = node === undefined && box >= 0 ? diagram?.boxes.id[box] : undefined;
  picks.set({ cursor: undefined, chosen: undefined, picked });
  onSelect(node);
}

function toggleBox(
  { diagram, onToggle }: GraphActsInput,
  box: number,
  toggled: RefObject<string | undefined>,
  pressed: RefObject<number>,
): void {
  const kind = diagram?.boxes.kind[box];
  const group = diagram?.groups[diagram.boxes.group[box] ?? -1];
  if (!diagram || !group || (kind !== GROUP && kind !== FRAME)) return;
  toggled.current = diagram.boxes.id[box];
  pressed.current = performance.now();
  onToggle(group.id, kind === FRAME);
}

function hoverTarget({ diagram, nodes, picks, onHover }: GraphActsInput, target: Target): void {
  const box = target.kind === 'box' ? target.box : -1;
  const node = diagram?.boxes.kind[box] === LAYER ? nodes?.[diagram.boxes.node[box] ?? -1] : undefined;
  picks.set({ pointed: box < 0 || node !== undefined ? undefined : diagram?.boxes.id[box] });
  onHover(node);
}
