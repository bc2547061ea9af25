import { saveSettings } from '../state/settings-storage.ts';
import { getState, patch, redo, undo } from '../state/store.ts';
import type { PageState, PlaceId, SettingsState } from '../state/types.ts';
import { resumeModel } from './open-model.ts';

export function goTo(place: PlaceId): void {
  if (getState().page.place !== place) patch({ page: { place } });
}

export function openOverlay(overlay: PageState['overlay']): void {
  patch({ page: { overlay } });
}

export function closeOverlay(): void {
  if (getState().page.overlay !== 'none') patch({ page: { overlay: 'none' } });
}

export function dismissMessage(): void {
  patch({ page: { message: undefined } });
}

export function say(text: string): void {
  patch({ page: { message: { id: Date.now(), text, undoable: false } } });
}

export function undoStep(): void {
  const { session } = getState();
  const step = undo();
  if (!step) return;
  say(`Undone: ${step.label}`);
  void resumeModel(session);
}

export function redoStep(): void {
  const { session } = getState();
  const step = redo();
  if (!step) return;
  say(`Redone: ${step.label}`);
  void resumeModel(session);
}

export function setSettings(change: Partial<SettingsState>): void {
  patch({ settings: change });
  applySettings();
  saveSettings(getState().settings);
}

/** Writes theme and density to the document, where the tokens read them. */
export function applySettings(): void {
  const { theme, density } = getState().settings;
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
  root.dataset['density'] = density;
}
