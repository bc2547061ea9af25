import { useSyncExternalStore } from 'react';
import { drawnTheme, type Theme } from '../../charts/index.ts';
import { useApp } from '../../state/store.ts';

/** The theme drawn now; canvases paint again when it changes. */
export function useTheme(): Theme {
  const setting = useApp((s) => s.settings.theme);
  return useSyncExternalStore(
    (changed) => {
      const query = matchMedia('(prefers-color-scheme: dark)');
      query.addEventListener('change', changed);
      return () => query.removeEventListener('change', changed);
    },
    () => drawnTheme(setting),
  );
}
