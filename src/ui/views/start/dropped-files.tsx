import { type ReactElement, useState } from 'react';
import { copyText } from '../../actions/deploy.ts';
import { goTo } from '../../actions/navigate.ts';
import { chooseFiles } from '../../actions/open-files.ts';
import { inText } from '../../format/index.ts';
import { patch, useApp } from '../../state/store.ts';
import type { FileRecord } from '../../state/types.ts';
import { Button, ErrorList, Fact, Icon, Panel, problemText } from '../../widgets/index.ts';

/** What became of each dropped file; every problem with place, reason and remedy. What was open before is still open. */
export function DroppedFiles(): ReactElement {
  const files = useApp((s) => s.session.files);
  const open = useApp((s) => s.session.view?.reference.name);
  const [chosen, choose] = useState<string | undefined>();
  const file = files.find((f) => f.name === chosen) ?? files.find((f) => f.problems.length > 0) ?? files[0];
  const count = (status: FileRecord['status']): number => files.filter((f) => f.status === status).length;
  const failed = files.length - count('opened') - count('incomplete');
  const report = files.flatMap((f) => f.problems.map((p) => `${f.name}\n${problemText(p)}`)).join('\n\n');
  return (
    <div className="dropped">
      <Panel
        title="Dropped files"
        note={`${files.length}: ${count('opened')} opened, ${count('incomplete')} incomplete, ${failed} not opened`}
      >
        <ul>
          {files.map((f) => (
            <li key={f.name}>
              <button
                type="button"
                className="dropped-file"
                aria-current={f === file ? 'true' : undefined}
                onClick={() => choose(f.name)}
              >
                <StatusIcon status={f.status} />
                <span className="grow">
                  <span className="row between baseline">
                    <span className="sample-title cut">{f.name}</span>
                    <span className="caption nowrap">{inText(f.bytes, 'fileBytes')}</span>
                  </span>
                  <span className="secondary dropped-note">{f.note}</span>
                </span>
              </button>
            </li>
          ))}
        </ul>
        <div className="dropped-foot">
          <Button onClick={() => void copyText(report, 'Reports copied')}>Copy all reports</Button>
          <p className="caption">Reports hold names, shapes and codes, no weights. Nothing is sent.</p>
        </div>
      </Panel>
      {file && <FileReport file={file} open={open} />}
    </div>
  );
}

function FileReport({ file, open }: { readonly file: FileRecord; readonly open: string | undefined }): ReactElement {
  const words = file.status === 'incomplete' ? 'Incomplete' : file.status === 'opened' ? 'Opened' : 'Not opened';
  return (
    <section className="file-report scroll" aria-label={file.name} data-panel tabIndex={-1}>
      <p className={`row strong ${file.status === 'opened' ? 'ok' : file.status === 'incomplete' ? 'warn' : 'bad'}`}>
        <StatusIcon status={file.status} /> {words}
      </p>
      <h1 className="page-title file-report-title">
        {file.note.includes(file.name) ? file.note : `${file.name}: ${file.note}`}
      </h1>
      {open !== undefined && <p className="prose">{open} is still open; nothing of it has changed.</p>}
      <div className="row wrap">
        <Button kind="primary" onClick={chooseFiles}>
          Choose another file
        </Button>
        {open !== undefined && <Button onClick={() => goTo('model')}>Back to {open}</Button>}
        <Button kind="quiet" onClick={() => patch({ session: { files: [] } })}>
          Close this report
        </Button>
      </div>
      {file.problems.length > 0 && (
        <>
          <h2 className="report-head">
            Problems <span className="caption">all found at once</span>
          </h2>
          <ErrorList problems={file.problems} />
        </>
      )}
      <h2 className="report-head">File</h2>
      <dl className="fact-list report-facts">
        <Fact label="Size">{inText(file.bytes, 'fileBytes')}</Fact>
        <Fact label="Taken as">{file.kind}</Fact>
      </dl>
    </section>
  );
}

function StatusIcon({ status }: { readonly status: FileRecord['status'] }): ReactElement {
  const names = { opened: 'tick', incomplete: 'triangle', failed: 'cross', ignored: 'dash', reading: 'dash' } as const;
  const tones = { opened: 'ok', incomplete: 'warn', failed: 'bad', ignored: 'faint', reading: 'faint' } as const;
  return (
    <span className={tones[status]}>
      <Icon name={names[status]} />
    </span>
  );
}
