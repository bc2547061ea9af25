import type { ReactElement } from 'react';
import type { ModelView } from '../../../../explore/index.ts';
import { compareWithFile, dropLastChange, saveModel } from '../../../actions/model-place.ts';
import { inText, shapeText } from '../../../format/index.ts';
import { useApp } from '../../../state/store.ts';
import { Button, Fact, Panel } from '../../../widgets/index.ts';
import { NetworkEngines } from '../engine-facts.tsx';
import { ProblemHere } from './change-problem.tsx';
import { ChosenLayers } from './chosen-layers.tsx';
import { InputsForm } from './inputs-form.tsx';

/** The model as a whole, where no layer is selected: what the file is, its inputs, what was done to it. */
export function ModelFacts({
  view,
  className,
}: {
  readonly view: ModelView;
  readonly className: string;
}): ReactElement {
  return (
    <Panel title="Model" className={className} note="no layer selected">
      <ProblemHere />
      <ChosenLayers view={view} />
      <FileFacts view={view} />
      <InputsForm key={JSON.stringify(view.inputs)} view={view} />
      <Changes view={view} />
      <NetworkEngines />
    </Panel>
  );
}

const STORED = {
  qdq: 'quantized, QDQ',
  qonnx: 'quantized, QONNX',
  qoperator: 'quantized, integer operators',
  integer: 'integers throughout',
} as const;

function FileFacts({ view }: { readonly view: ModelView }): ReactElement {
  const { format, reference, bytesRead, totals } = view;
  return (
    <dl className="facts padded">
      <Fact label="Format">
        {format.name}
        {format.quantized && `, ${STORED[format.quantized]}`}
        {view.weightless && ', no weights'}
      </Fact>
      {view.producer !== '' && <Fact label="Producer">{view.producer}</Fact>}
      {view.opset > 0 && <Fact label="Operator set">{view.opset}</Fact>}
      <Fact label="File">
        {inText(reference.bytes, 'fileBytes')}
        {bytesRead < reference.bytes && (
          <span className="secondary"> {inText(bytesRead, 'fileBytes')} read so far</span>
        )}
      </Fact>
      <Fact label="Nodes">{inText(totals.nodes, 'count')}</Fact>
      <Fact label="Stored numbers">
        {inText(totals.initializerValues, 'count')}{' '}
        <span className="secondary">{inText(totals.weightBytes, 'bytes')}</span>
      </Fact>
      {view.outputs.map((value) => (
        <Fact key={value.id} label="Output">
          {shapeText(value.shape)} {value.type} <span className="mono secondary cut">{value.id}</span>
        </Fact>
      ))}
    </dl>
  );
}

/** What was done to the network since it was read, in words. */
function Changes({ view }: { readonly view: ModelView }): ReactElement {
  const changing = useApp((s) => s.model.changing);
  const kept = useApp((s) => s.session.modelId !== undefined);
  const busy = kept ? (changing === undefined ? undefined : `${changing} comes first`) : 'open the model file first';
  const none = view.changes.length === 0;
  // The same change can be made twice: its place tells them apart.
  const numbered = view.changes.map((words, i) => ({ words, number: i + 1 }));
  return (
    <section className="edit-layer" aria-label="Changes of the model">
      <h3>Changes {none ? '' : <span className="secondary">{view.changes.length}</span>}</h3>
      {none ? (
        <p className="secondary">None: the model is as it was read. Select a layer to edit it.</p>
      ) : (
        <ol className="edit-changes">
          {numbered.map(({ words, number }) => (
            <li key={number}>{words}</li>
          ))}
        </ol>
      )}
      <div className="edit-acts">
        <Button
          small
          disabledReason={busy ?? (none ? 'nothing has been changed' : undefined)}
          onClick={() => void dropLastChange()}
        >
          Take the last one back
        </Button>
        <Button
          small
          disabledReason={busy ?? (none ? 'nothing has been changed' : undefined)}
          onClick={() => void compareWithFile()}
        >
          Compare with the file
        </Button>
        <Button small disabledReason={busy} onClick={() => void saveModel()}>
          Save as ONNX
        </Button>
      </div>
    </section>
  );
}
