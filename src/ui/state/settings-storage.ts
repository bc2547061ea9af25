import { initialState } from './initial.ts';
import type { SettingsState } from './types.ts';

const KEY = 'paretoscope-settings';

/** Settings as last chosen in this browser; the defaults where nothing (or nothing readable) is stored. */
export function loadSettings(): SettingsState {
  const defaults = initialState.settings;
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<SettingsState>;
    return {
      theme: stored.theme === 'light' || stored.theme === 'dark' ? stored.theme : defaults.theme,
      density: stored.density === 'roomy' ? 'roomy' : defaults.density,
      singleKeys: stored.singleKeys !== false,
    };
  } catch {
    // Storage is switched off or holds something else: the defaults are right, and nothing of the user's is lost.
    return defaults;
  }
}

export function saveSettings(settings: SettingsState): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Private windows forbid storage: the settings hold until the page is closed, as the browser's user asked for.
  }
}
