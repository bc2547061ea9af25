import { type ReactElement, Suspense } from 'react';
import { dismissMessage, undoStep } from '../actions/navigate.ts';
import { dismissProblem } from '../actions/problems.ts';
import { useApp } from '../state/store.ts';
import { views } from '../views/index.ts';
import { Button, ErrorList, MessageLine } from '../widgets/index.ts';
import { DropLayer } from './drop-layer.tsx';
import { Overlays } from './overlays.tsx';
import { PlacesRow } from './places-row.tsx';
import { StatusBar } from './status-bar.tsx';
import { TopBar } from './top-bar.tsx';
import { useKeyboard } from './use-keyboard.ts';

/** The window: top bar, places, the place itself, status; and what may lie over them. */
export function App(): ReactElement {
  useKeyboard();
  const place = useApp((s) => s.page.place);
  const view = views.find((v) => v.id === place);
  const message = useApp((s) => s.page.message);
  return (
    <div className="app">
      <TopBar />
      <PlacesRow />
      <Problems />
      <main className={`place-frame place-${place}`} aria-label={view?.title}>
        {view && place !== 'start' && <h1 className="sr-only">{view.title}</h1>}
        <Suspense fallback={<p className="padded caption">Loading {view?.title}</p>}>
          {view && <view.Component />}
        </Suspense>
      </main>
      <StatusBar />
      <Overlays />
      <DropLayer />
      <MessageLine message={message} onUndo={undoStep} onGone={dismissMessage} />
    </div>
  );
}

function Problems(): ReactElement | null {
  const problems = useApp((s) => s.page.problems);
  if (problems.length === 0) return null;
  return (
    <section className="page-problems" role="alert" aria-label="Problems">
      <ErrorList problems={problems} />
      <Button small onClick={() => problems.forEach(dismissProblem)}>
        Dismiss
      </Button>
    </section>
  );
}
