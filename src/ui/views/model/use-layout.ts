import { useEffect, useMemo, useRef } from 'react';
import type { DrawnModel } from '../../../explore/index.ts';
import { draw, drawingChoice } from '../../actions/drawing.ts';
import { revealGroup } from '../../actions/model-place.ts';
import { useApp } from '../../state/store.ts';

/** Marks in the browser's timeline when a whole drawing has been painted; measurements and tests wait for it. */
export function useDrawnMark(version: number, whole: boolean): void {
  useEffect(() => {
    if (!whole || version === 0) return;
    // The canvas is painted in the next frame; the frame after that follows it.
    const first = requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('graph drawn')));
    return () => cancelAnimationFrame(first);
  }, [version, whole]);
}

/** Asks for a layout whenever the model, or what is shown of it, has changed. */
export function useLayout(drawn: DrawnModel | undefined): void {
  const modelId = useApp((s) => s.session.modelId);
  const { form, grouping, expanded, collapsed, expandAll, body } = useApp((s) => s.model);
  const choice = useMemo(
    () => drawingChoice({ form, grouping, expanded, collapsed, expandAll, body }),
    [form, grouping, expanded, collapsed, expandAll, body],
  );
  useEffect(() => {
    if (modelId !== undefined) void draw('model', modelId, choice);
  }, [modelId, choice]);
  useRevealed(drawn);
}

/** A layer that was just chosen and that closed groups hide is shown by opening them, one inside the other. */
function useRevealed(drawn: DrawnModel | undefined): void {
  const selected = useApp((s) => s.selection.layer);
  // The layer that was brought to sight last: closing a group over it afterwards is the user's will.
  const shown = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (selected === undefined) shown.current = undefined;
    if (!drawn || selected === undefined || shown.current === selected) return;
    const index = drawn.nodes.indexOf(selected);
    const box = index < 0 ? -1 : (drawn.diagram.boxOfNode[index] ?? -1);
    const group = box < 0 ? undefined : drawn.diagram.groups[drawn.diagram.boxes.group[box] ?? -1];
    if (group && !group.expanded) revealGroup(group.id);
    else shown.current = selected;
  }, [drawn, selected]);
}
