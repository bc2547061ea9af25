import { type ReactElement, useEffect, useState } from 'react';
import { group } from '../../../base/index.ts';
import { middleCut } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { EmptyState, Tabs } from '../../widgets/index.ts';
import { ComparePanel, useComparing } from './compare/compare-panel.tsx';
import { OtherGraph } from './compare/other-graph.tsx';
import { useDeleteKey } from './edit/use-delete-key.ts';
import { GraphPanel } from './graph-panel.tsx';
import { Inspector } from './inspector.tsx';
import { LayerTablePanel } from './layer-table.tsx';
import './model.css';
import './inspector.css';
import './edit/edit.css';
import './compare/compare.css';
import { SizesBar } from './sizes-bar.tsx';
import { type LayerData, useLayers } from './use-layers.ts';
import { useNarrow } from './use-narrow.ts';
import { VerdictStrip } from './verdict-strip.tsx';

type Part = 'graph' | 'compare' | 'layers' | 'inspector';

/** The Model place: the verdict, then graph, layers and inspector, or two models side by side, as one linked selection. */
export function ModelView(): ReactElement {
  const data = useLayers();
  const narrow = useNarrow(900);
  useDeleteKey();
  if (!data) return <EmptyState title="No model open">Drop an .onnx file anywhere on this page.</EmptyState>;
  return (
    <div className={`model-place${narrow ? ' narrow' : ''}`}>
      <SizesBar />
      <VerdictStrip data={data} />
      {narrow ? <Parts data={data} /> : <Panels data={data} />}
    </div>
  );
}

function Panels({ data }: { readonly data: LayerData }): ReactElement {
  const comparing = useComparing();
  const compare = useApp((s) => s.model.compare);
  return (
    <div className={`model-panels${comparing ? ' comparing' : ''}`}>
      {compare && <OtherGraph compare={compare} data={data} />}
      <GraphPanel data={data} />
      {comparing ? (
        <ComparePanel />
      ) : (
        <>
          <LayerTablePanel data={data} />
          <Inspector data={data} />
        </>
      )}
    </div>
  );
}

/** On narrow screens one part at a time. */
function Parts({ data }: { readonly data: LayerData }): ReactElement {
  const [part, setPart] = useState<Part>('graph');
  const selected = useApp((s) => s.selection.layer);
  const comparing = useComparing();
  const compare = useApp((s) => s.model.compare);
  useEffect(() => setPart((now) => (comparing ? 'compare' : now === 'compare' ? 'graph' : now)), [comparing]);
  const tabs = [
    { id: 'graph', title: 'Graph' },
    ...(comparing ? [{ id: 'compare', title: 'Compare' } as const] : []),
    { id: 'layers', title: 'Layers', note: group(String(data.layers.list.length)) },
    { id: 'inspector', title: 'Layer', ...(selected === undefined ? {} : { note: middleCut(selected, 14) }) },
  ] as const;
  return (
    <Tabs label="Parts of the model" value={part} tabs={tabs} onChange={setPart}>
      {part === 'graph' && <GraphPanel data={data} />}
      {part === 'compare' && <ComparePanel />}
      {part === 'compare' && compare && <OtherGraph compare={compare} data={data} />}
      {part === 'layers' && <LayerTablePanel data={data} />}
      {part === 'inspector' && <Inspector data={data} />}
    </Tabs>
  );
}
