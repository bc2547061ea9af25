import { type ReactElement, useState } from 'react';
import { useApp } from '../../state/store.ts';
import { EmptyState, Tabs } from '../../widgets/index.ts';
import { GraphPanel } from './graph-panel.tsx';
import { Inspector } from './inspector.tsx';
import { LayerTablePanel } from './layer-table.tsx';
import './model.css';
import './inspector.css';
import { SizesBar } from './sizes-bar.tsx';
import { useLayers } from './use-layers.ts';
import { useNarrow } from './use-narrow.ts';
import { VerdictStrip } from './verdict-strip.tsx';

type Part = 'graph' | 'layers' | 'inspector';

/** The Model place: the verdict, then graph, layers and inspector as one linked selection. */
export function ModelView(): ReactElement {
  const data = useLayers();
  const narrow = useNarrow(900);
  const [part, setPart] = useState<Part>('graph');
  const selected = useApp((s) => s.selection.layer);
  if (!data) return <EmptyState title="No model open">Drop an .onnx file anywhere on this page.</EmptyState>;
  if (!narrow) {
    return (
      <div className="model-place">
        <SizesBar />
        <VerdictStrip data={data} />
        <div className="model-panels">
          <GraphPanel data={data} />
          <LayerTablePanel data={data} />
          <Inspector data={data} />
        </div>
      </div>
    );
  }
  const tabs = [
    { id: 'graph', title: 'Graph' },
    { id: 'layers', title: 'Layers', note: String(data.sources.view.costs.length) },
    { id: 'inspector', title: 'Layer', ...(selected === undefined ? {} : { note: selected }) },
  ] as const;
  return (
    <div className="model-place narrow">
      <SizesBar />
      <VerdictStrip data={data} />
      <Tabs label="Parts of the model" value={part} tabs={tabs} onChange={setPart}>
        {part === 'graph' && <GraphPanel data={data} />}
        {part === 'layers' && <LayerTablePanel data={data} />}
        {part === 'inspector' && <Inspector data={data} />}
      </Tabs>
    </div>
  );
}
