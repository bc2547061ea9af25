import { type ReactElement, useEffect, useState } from 'react';
import { copyText, makeLink, saveParetoscope } from '../actions/deploy.ts';
import { problemOf } from '../actions/problems.ts';
import { fingerprint, inText } from '../format/index.ts';
import { useApp } from '../state/store.ts';
import type { Problem } from '../state/types.ts';
import { Button, ErrorList, TextField } from '../widgets/index.ts';

/** What the link holds, its size, and a button that copies it; saving as a file beside it. */
export function SharePanel(): ReactElement {
  const points = useApp((s) => s.exploration.points);
  const constraints = useApp((s) => s.exploration.constraints);
  const compared = useApp((s) => s.selection.points);
  const reference = useApp((s) => s.session.view?.reference ?? s.session.wanted);
  const [link, setLink] = useState<string | undefined>();
  const [problem, setProblem] = useState<Problem | undefined>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the link is made of what these hold
  useEffect(() => {
    let current = true;
    makeLink().then(
      (text) => current && setLink(text),
      (thrown: unknown) => current && setProblem(problemOf(thrown)),
    );
    return () => {
      current = false;
    };
  }, [points, constraints, compared, reference]);
  if (!reference) return <p className="prose">There is nothing to share before a model is open.</p>;
  const size = link === undefined ? undefined : link.length - link.indexOf('#') - 1;
  return (
    <div className="stack wide">
      {problem && <ErrorList problems={[problem]} />}
      <div className="row">
        <span className="grow share-field">
          <TextField label="Share link" hideLabel value={link ?? 'making the link'} onChange={() => {}} readOnly mono />
        </span>
        <Button
          onClick={() => link !== undefined && void copyText(link, `Link copied, ${inText(size ?? 0, 'fileBytes')}`)}
          disabledReason={link === undefined ? 'the link is being made' : undefined}
        >
          Copy
        </Button>
      </div>
      <p className="caption">
        {size === undefined ? '' : `${inText(size, 'fileBytes')}: `}
        {points.length} points with objectives, choices, seed, view, and the model’s name, size and fingerprint. Weights
        are never in it; to continue, the page asks for the file with fingerprint{' '}
        <span className="mono">{fingerprint(reference.sha256)}</span>.
      </p>
      <div className="row wrap">
        <Button onClick={() => void saveParetoscope('without model')}>Save .paretoscope</Button>
        <Button onClick={() => void saveParetoscope('with model')}>Save with the model</Button>
      </div>
    </div>
  );
}
