import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './theme/tokens.css';
import './theme/base.css';
import './widgets/widgets.css';
import './charts/charts.css';
import './app/app.css';
import { applySettings } from './actions/navigate.ts';
import { App } from './app/app.tsx';
import { startPage } from './app/start-page.ts';
import { loadSettings } from './state/settings-storage.ts';
import { patch } from './state/store.ts';

patch({ settings: loadSettings() });
applySettings();
const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
void startPage();
