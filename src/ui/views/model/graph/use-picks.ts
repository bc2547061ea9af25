import { useEffect, useMemo, useRef, useState } from 'react';
import type { Diagram } from '../../../../diagram/index.ts';
import type { Chosen } from './emphasis.ts';
import { GROUP } from './scene.ts';

/** What is picked or pointed at in one drawing and nowhere else. Boxes by id, so that they outlive a new layout. */
export interface PicksState {
  /** A group, input or output that was pressed. */
  readonly picked?: string | undefined;
  /** Where the arrow keys are. */
  readonly cursor?: string | undefined;
  /** A group, input or output under the pointer. */
  readonly pointed?: string | undefined;
  /** A selection upstream or downstream. */
  readonly chosen?: Chosen | undefined;
  /** The tensor whose way is set off. */
  readonly tensor?: string | undefined;
}

export interface Picks {
  readonly state: PicksState;
  set(change: PicksState): void;
  /** Boxes by index; -1: none. */
  readonly selectedBox: number;
  readonly hoveredBox: number;
  /** Where keys act: the cursor, else the selected box. */
  readonly cursorBox: number;
}

interface PicksInput {
  readonly diagram: Diagram | undefined;
  readonly nodes: readonly string[] | undefined;
  /** Which graph is drawn. */
  readonly subject?: string | undefined;
  readonly selected: string | undefined;
  readonly hovered: string | undefined;
}

export function usePicks({ diagram, nodes, subject, selected, hovered }: PicksInput): Picks {
  const [state, setState] = useState<PicksState>({});
  const [of, setOf] = useState(subject);
  // Boxes of another graph may have the same ids.
  if (of !== subject) {
    setOf(subject);
    setState({});
  }
  const indexOf = useMemo(() => new Map(nodes?.map((id, i) => [id, i])), [nodes]);
  const boxOf = (node: string | undefined): number =>
    node === undefined ? -1 : (diagram?.boxOfNode[indexOf.get(node) ?? -1] ?? -1);
  const boxOfId = useMemo(() => new Map(diagram?.boxes.id.map((id, i) => [id, i])), [diagram]);
  const boxById = (id: string | undefined): number => (id === undefined ? -1 : (boxOfId.get(id) ?? -1));
  const selectedBox = selected === undefined ? boxById(state.picked) : boxOf(selected);
  return {
    state,
    set: (change) =>
      setState((old) =>
        Object.entries(change).every(([k, v]) => old[k as keyof PicksState] === v) ? old : { ...old, ...change },
      ),
    selectedBox,
    hoveredBox: state.pointed === undefined ? boxOf(hovered) : boxById(state.pointed),
    cursorBox: state.cursor === undefined ? selectedBox : boxById(state.cursor),
  };
}

/** Node indices in a box; none for -1. */
export const membersOf = (diagram: Diagram | undefined, box: number): readonly number[] =>
  diagram === undefined || box < 0
    ? []
    : [...diagram.boxes.members.subarray(diagram.boxes.memberStart[box], diagram.boxes.memberStart[box + 1])];

/**
 * Tells whoever wants to know which nodes are set off: by `reach`, else those of the block that is selected. A selection of
 * nodes by index is dropped when the nodes are others.
 */
export function useChosen(
  { diagram, nodes }: PicksInput,
  picks: Picks,
  onChosen: ((nodes: readonly string[]) => void) | undefined,
): void {
  const { chosen } = picks.state;
  const latest = useRef({ picks, onChosen });
  latest.current = { picks, onChosen };
  const known = useRef(nodes);
  const box = (diagram?.boxes.kind[picks.selectedBox] ?? 0) >= GROUP ? picks.selectedBox : -1;
  useEffect(() => {
    const same = known.current === nodes || known.current?.every((id, i) => nodes?.[i] === id);
    known.current = nodes;
    if (!same) latest.current.picks.set({ chosen: undefined });
    const members = !same ? [] : chosen ? [...chosen.nodes] : membersOf(diagram, box);
    latest.current.onChosen?.(members.flatMap((n) => nodes?.[n] ?? []));
  }, [chosen, box, diagram, nodes]);
}
