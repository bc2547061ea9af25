import { type ReactElement, type RefObject, useState } from 'react';
import { flushSync } from 'react-dom';
import { savePng, saveSvg } from '../../charts/chart-export.ts';
import { type ChartTable, saveCsv } from '../../charts/index.ts';
import { Menu } from '../../widgets/index.ts';

/**
 * Marks that live on a canvas are drawn into the SVG for the moment a picture is saved: render them while `exporting`,
 * and save by `save`.
 */
export function usePicture(svg: RefObject<SVGSVGElement | null>, name: string) {
  const [exporting, setExporting] = useState(false);
  const save = (kind: 'svg' | 'png'): void => {
    flushSync(() => setExporting(true));
    // Both read the drawing before they return.
    if (svg.current && kind === 'svg') saveSvg(svg.current, name);
    else if (svg.current) void savePng(svg.current, name);
    setExporting(false);
  };
  return { exporting, save };
}

interface PictureMenuProps {
  readonly title: string;
  readonly name: string;
  readonly save: (kind: 'svg' | 'png') => void;
  readonly table: () => ChartTable;
  readonly onTable: () => void;
}

/** The menu every chart has, for charts whose marks are on a canvas. */
export const PictureMenu = ({ title, name, save, table, onTable }: PictureMenuProps): ReactElement => (
  <Menu
    title="Export"
    label={`Export ${title}`}
    items={[
      { label: 'Export SVG', note: 'E', onSelect: () => save('svg') },
      { label: 'Export PNG, 2×', onSelect: () => save('png') },
      { label: 'Export CSV', onSelect: () => saveCsv(table(), name) },
      { label: 'Show as table', note: 'T', onSelect: onTable },
    ]}
  />
);
