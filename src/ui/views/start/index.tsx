import type { ReactElement } from 'react';
import './start.css';
import { openOverlay } from '../../actions/navigate.ts';
import { chooseFiles } from '../../actions/open-files.ts';
import { useApp } from '../../state/store.ts';
import { Button } from '../../widgets/index.ts';
import { DroppedFiles } from './dropped-files.tsx';
import { ExampleVerdict } from './example-verdict.tsx';
import { KeyHints, Privacy } from './privacy.tsx';
import { Recent } from './recent.tsx';
import { SampleGallery } from './sample-gallery.tsx';

/** Where work begins: drop field, samples, recent explorations, what the page does not do. */
export function StartView(): ReactElement {
  const troubled = useApp((s) => s.session.files.some((file) => file.problems.length > 0));
  const wanted = useApp((s) => s.session.wanted);
  if (troubled) return <DroppedFiles />;
  return (
    <div className="start">
      <div className="start-main">
        <h1>Drop a network to see where it fits, how fast it runs, and how sure that is</h1>
        {wanted && (
          <p className="prose">
            A link to <strong className="strong">{wanted.name}</strong> is open. Drop the file with fingerprint{' '}
            <span className="mono">{wanted.sha256.slice(0, 8)}</span> to go on with it.
          </p>
        )}
        <DropField />
        <ExampleVerdict />
        <SampleGallery />
      </div>
      <aside className="start-side" aria-label="Recent work and privacy">
        <Recent />
        <Privacy />
        <KeyHints />
      </aside>
    </div>
  );
}

function DropField(): ReactElement {
  const reading = useApp((s) => s.session.files.find((file) => file.status === 'reading'));
  return (
    <section className="drop-field" aria-label="Open files">
      <FilesDrawing />
      <div className="grow">
        <h2>{reading ? `Reading ${reading.name}` : 'Drop files anywhere on this page'}</h2>
        <p className="prose">
          ONNX with external data, Keras (.keras, .h5), also in zip or gzip. Add inputs and labels (.npz, .npy, MNIST
          idx, CIFAR binary) in the same drop to get accuracy instead of agreement with the float model.
        </p>
      </div>
      <div className="drop-buttons">
        <Button kind="primary" onClick={chooseFiles}>
          Choose files
        </Button>
        <Button onClick={() => openOverlay('link')}>Open a link</Button>
        <Button onClick={() => openOverlay('url')}>Open by address</Button>
      </div>
    </section>
  );
}

function FilesDrawing(): ReactElement {
  return (
    <svg className="files-drawing" width={82} height={70} viewBox="0 0 82 70" aria-hidden="true">
      <g fill="var(--bg)" stroke="currentColor">
        <path d="M1,1H52V65H1Z" />
        <path d="M44,23H79V68H44Z" />
      </g>
      <path d="M11,14H42M11,22H42M11,30H36M52,33H72M52,40H72M52,47H68" stroke="var(--line1)" />
      <text x={11} y={56} className="drawing-label strong">
        .onnx
      </text>
      <text x={50} y={62} className="drawing-label">
        .npz
      </text>
    </svg>
  );
}
