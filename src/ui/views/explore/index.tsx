import { type ReactElement, useState } from 'react';
import { useApp } from '../../state/store.ts';
import { Button, Tabs } from '../../widgets/index.ts';
import { Chips } from './chips.tsx';
import { Compare } from './compare.tsx';
import { type Designs, useDesigns } from './designs.ts';
import './explore.css';
import { History } from './history.tsx';
import { Families, Limits } from './limits.tsx';
import { Parallel } from './parallel.tsx';
import { ExplorePhone } from './phone.tsx';
import { PointsTable } from './points-table.tsx';
import { Scatter } from './scatter.tsx';
import { SearchPanel } from './search-panel.tsx';
import { useNarrow } from './use-narrow.ts';

/** The Explore place: all points found so far as one linked selection. */
export function ExploreView(): ReactElement {
  const designs = useDesigns();
  const phone = useNarrow(600);
  const tablet = useNarrow(900);
  const folded = useNarrow(1200);
  const drawer = useNarrow(1440);
  if (phone) return <ExplorePhone designs={designs} />;
  if (tablet) return <ExploreTabs designs={designs} />;
  if (folded) return <ExploreFolded designs={designs} />;
  return drawer ? <ExploreDrawer designs={designs} /> : <ExploreWide designs={designs} />;
}

interface LayoutProps {
  readonly designs: Designs;
}

/** T in a chart: its points stand in the table. */
const showTable = (): void => {
  const panel = document.querySelector<HTMLElement>('.explore .points');
  (panel?.querySelector<HTMLElement>('tr[tabindex="0"]') ?? panel)?.focus();
};

const Side = ({ designs }: LayoutProps): ReactElement => (
  <div className="explore-side scroll">
    <Limits designs={designs} />
    <Families designs={designs} />
    <SearchPanel designs={designs} />
  </div>
);

const ExploreWide = ({ designs }: LayoutProps): ReactElement => (
  <div className="explore wide">
    <Side designs={designs} />
    <Scatter designs={designs} onTable={showTable} />
    <Compare designs={designs} />
    <Parallel designs={designs} onTable={showTable} />
    <PointsTable designs={designs} />
    <History />
  </div>
);

/** 1200 – 1439: the comparison lies over the middle when asked for. */
function ExploreDrawer({ designs }: LayoutProps): ReactElement {
  const [open, setOpen] = useState(false);
  const count = useApp((s) => s.selection.points.length);
  return (
    <div className="explore drawer">
      <Side designs={designs} />
      <Scatter
        designs={designs}
        onTable={showTable}
        actions={
          <Button small expanded={open} onClick={() => setOpen(!open)}>
            Compare {count > 0 ? count : ''}
          </Button>
        }
      />
      <Parallel designs={designs} onTable={showTable} />
      <PointsTable designs={designs} />
      <History />
      {open && (
        <div className="compare-drawer">
          <Compare designs={designs} />
        </div>
      )}
    </div>
  );
}

const ExploreFolded = ({ designs }: LayoutProps): ReactElement => (
  <div className="explore folded">
    <Chips designs={designs} search="with search" />
    <Scatter designs={designs} onTable={showTable} />
    <Compare designs={designs} />
    <Parallel designs={designs} onTable={showTable} />
    <PointsTable designs={designs} />
    <History />
  </div>
);

type Part = 'plot' | 'limits' | 'objectives' | 'compare' | 'points';

/** 600 – 899: one panel at a time. */
function ExploreTabs({ designs }: LayoutProps): ReactElement {
  const [part, setPart] = useState<Part>('plot');
  const count = useApp((s) => s.selection.points.length);
  const tabs = [
    { id: 'plot', title: 'Plot' },
    { id: 'limits', title: 'Limits and search' },
    { id: 'objectives', title: 'All objectives' },
    { id: 'compare', title: 'Compare', ...(count > 0 ? { note: String(count) } : {}) },
    { id: 'points', title: 'Points', note: String(designs.points.length) },
  ] as const;
  const toPoints = (): void => setPart('points');
  return (
    <div className="explore tabbed">
      <Tabs label="Parts of Explore" value={part} tabs={tabs} onChange={setPart}>
        {part === 'plot' && <Scatter designs={designs} onTable={toPoints} />}
        {part === 'limits' && <Side designs={designs} />}
        {part === 'objectives' && <Parallel designs={designs} onTable={toPoints} />}
        {part === 'compare' && <Compare designs={designs} />}
        {part === 'points' && <PointsTable designs={designs} />}
      </Tabs>
    </div>
  );
}
