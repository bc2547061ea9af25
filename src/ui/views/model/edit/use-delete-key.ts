import { useEffect } from 'react';
import { removeLayers } from '../../../actions/model-place.ts';
import { getState } from '../../../state/store.ts';
import { withFused } from './reach.ts';

/** Delete, while the graph has the focus, removes what is set off in it, else the selected layer. */
export function useDeleteKey(): void {
  useEffect(() => {
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

function onKey(event: KeyboardEvent): void {
  if (event.key !== 'Delete' || event.ctrlKey || event.metaKey || event.altKey) return;
  const { target } = event;
  // The other graph of a comparison cannot be edited.
  if (!(target instanceof HTMLElement) || !target.closest('[data-graph]') || target.closest('.other-graph')) return;
  const { settings, model, selection, session } = getState();
  if (!settings.singleKeys || !session.view || session.modelId === undefined || model.body.length > 0) return;
  const nodes =
    model.chosen.length > 0
      ? withFused(model.chosen, session.view)
      : selection.layer === undefined
        ? []
        : [selection.layer];
  if (nodes.length === 0) return;
  event.preventDefault();
  void removeLayers(nodes);
}
