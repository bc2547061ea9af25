import { useEffect, useMemo, useRef } from 'react';
import { draw, drawingChoice, drawingOf } from '../../actions/drawing.ts';
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
export function useLayout(version: number): void {
  const modelId = useApp((s) => s.session.modelId);
  const { form, grouping, expanded, collapsed, expandAll, body } = useApp((s) => s.model);
  const choice = useMemo(
    () => drawingChoice({ form, grouping, expanded, collapsed, expandAll, body }),
    [form, grouping, expanded, collapsed, expandAll, body],
  );
  useEffect(() => {
    if (modelId !== undefined) void draw('model', modelId, choice);
  }, [modelId, choice]);
  useRevealed(version);
}

/** A layer that was just chosen and that closed groups hide is shown by opening them, one inside the other. */
function useRevealed(version: number): void {
  const selected = useApp((s) => s.selection.layer);
  const pending = useRef<string | undefined>(undefined);
  const before = useRef(selected);
  if (before.current !== selected) {
    before.current = selected;
    pending.current = selected;
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at again with every drawing that arrives
  useEffect(() => {
    const drawn = drawingOf('model');
    if (!drawn || pending.current === undefined) return;
    const index = drawn.nodes.indexOf(pending.current);
    const box = index < 0 ? -1 : (drawn.diagram.boxOfNode[index] ?? -1);
    const group = box < 0 ? undefined : drawn.diagram.groups[drawn.diagram.boxes.group[box] ?? -1];
    if (group && !group.expanded) revealGroup(group.id);
    else pending.current = undefined;
  }, [selected, version]);
}
