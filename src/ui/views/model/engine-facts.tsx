import { type ReactElement, useEffect } from 'react';
import type { NodeId } from '../../../ir/index.ts';
import type { LayerEnginesReply } from '../../../jobs/protocol.ts';
import { ASKED_AT_ONCE_BYTES, loadLayerEngines, runMissingKernelsOn } from '../../actions/layer-engines.ts';
import { inText } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { Button, Fact } from '../../widgets/index.ts';

const WORDS: Readonly<Record<LayerEnginesReply['layers'][number]['engine'], string>> = {
  wasm: 'WebAssembly kernel',
  plain: 'plain reference',
  ort: 'onnxruntime-web',
  webgpu: 'WebGPU kernel',
};

/** What the open model's layers run on; asked for at once where that is cheap. */
function useLayerEngines(): LayerEnginesReply | undefined {
  const engines = useApp((s) => s.session.layerEngines);
  const modelId = useApp((s) => s.session.modelId);
  const bytes = useApp((s) => s.session.view?.totals.weightBytes ?? 0);
  const ready = useApp((s) => s.session.engines !== undefined && s.session.estimateStatus === 'done');
  useEffect(() => {
    if (ready && modelId !== undefined && bytes <= ASKED_AT_ONCE_BYTES) void loadLayerEngines();
  }, [ready, modelId, bytes]);
  return engines;
}

/** One layer: what runs it. */
export function LayerEngine({ node }: { readonly node: NodeId }): ReactElement | null {
  const engines = useLayerEngines();
  if (!engines) return null;
  const engine = engines.layers.find((layer) => layer.node === node)?.engine;
  return <Fact label="Runs on">{engine === undefined ? 'folded into another layer' : WORDS[engine]}</Fact>;
}

/** The network: how many layers have a kernel, which have none, and who runs those. */
export function NetworkEngines(): ReactElement | null {
  const engines = useLayerEngines();
  const open = useApp((s) => s.session.modelId !== undefined && s.session.engines !== undefined);
  const agreed = useApp((s) => s.session.missingKernels === 'onnxruntime');
  const changing = useApp((s) => s.model.changing);
  if (!open) return null;
  const missing = engines?.layers.filter(({ engine }) => engine === 'plain' || engine === 'ort') ?? [];
  const total = engines?.layers.length ?? 0;
  const busy = changing === undefined ? undefined : `${changing} comes first`;
  return (
    <section className="edit-layer" aria-label="What runs the layers">
      <h3>Runs on</h3>
      {!engines ? (
        <>
          <p className="secondary">Not asked yet: it reads all weights.</p>
          <div className="edit-acts">
            <Button small onClick={() => void loadLayerEngines()}>
              Tell what runs each layer
            </Button>
          </div>
        </>
      ) : (
        <p>
          {inText(total - missing.length, 'count')} of {inText(total, 'count')} layers: {engines.description}.
          {missing.length > 0 && ` No kernel: ${countsOf(missing)}, run by ${namesOf(missing)}.`}
        </p>
      )}
      {missing.length > 0 && (
        <div className="edit-acts">
          <Button
            small
            disabledReason={busy}
            onClick={() => void runMissingKernelsOn(agreed ? 'reference' : 'onnxruntime')}
          >
            {agreed ? 'Run them on the plain reference' : 'Run them on onnxruntime-web'}
          </Button>
        </div>
      )}
    </section>
  );
}

/** 'Resize 2, TopK' */
function countsOf(layers: LayerEnginesReply['layers']): string {
  const counts = new Map<string, number>();
  for (const { op } of layers) counts.set(op, (counts.get(op) ?? 0) + 1);
  return [...counts].map(([op, n]) => (n === 1 ? op : `${op} ${n}`)).join(', ');
}

const namesOf = (layers: LayerEnginesReply['layers']): string =>
  [...new Set(layers.map(({ engine }) => (engine === 'plain' ? 'the plain reference' : WORDS[engine])))].join(' and ');
