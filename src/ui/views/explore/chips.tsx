import { type ReactElement, useState } from 'react';
import { Dialog } from '../../widgets/index.ts';
import { type Designs, limitOn } from './designs.ts';
import { Families, Limits } from './limits.tsx';
import { limitText, shortLabel } from './objective-units.ts';
import { SearchPanel } from './search-panel.tsx';

/** The side column folded to one line: limits as chips; each opens what it stands for. */
export function Chips({
  designs,
  search,
}: {
  readonly designs: Designs;
  readonly search: 'with search' | 'limits only';
}): ReactElement {
  const [open, setOpen] = useState<'limits' | 'search' | undefined>();
  const limited = designs.objectives.filter((o) => limitOn(designs.constraints, o.id));
  const free = designs.objectives
    .filter((o) => !limitOn(designs.constraints, o.id))
    .slice(0, limited.length > 2 ? 1 : 3);
  const hidden = designs.families.filter((f) => f.hidden).length;
  const chip = (label: string, key: string): ReactElement => (
    <button key={key} type="button" className="button chip" onClick={() => setOpen('limits')}>
      {label}
    </button>
  );
  return (
    <section className="chips" aria-label="Limits and search">
      {limited.map((o) => {
        const limit = limitOn(designs.constraints, o.id);
        return limit ? chip(`${shortLabel(o)} ${limitText(o, limit.operator, limit.limit)}`, o.id) : null;
      })}
      {free.map((o) => chip(shortLabel(o), o.id))}
      {hidden > 0 && chip(`${hidden} hidden`, 'hidden')}
      {designs.objectives.length === 0 && <span className="caption">Limits appear with the first points</span>}
      {search === 'with search' && (
        <button type="button" className="button chip" onClick={() => setOpen('search')}>
          Search
        </button>
      )}
      {open === 'limits' && (
        <Dialog title="Limits" onClose={() => setOpen(undefined)} className="explore-dialog">
          <Limits designs={designs} />
          <Families designs={designs} />
        </Dialog>
      )}
      {open === 'search' && (
        <Dialog title="Search" onClose={() => setOpen(undefined)} className="explore-dialog">
          <SearchPanel designs={designs} />
        </Dialog>
      )}
    </section>
  );
}
