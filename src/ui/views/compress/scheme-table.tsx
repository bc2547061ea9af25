import { type KeyboardEvent, type ReactElement, useMemo, useRef } from 'react';
import type { QuantizeChoice } from '../../../explore/index.ts';
import type { LayerLoss } from '../../../jobs/protocol.ts';
import { measureSensitivity, setLayerBits } from '../../actions/compress.ts';
import { hoverLayer, selectLayer } from '../../actions/select.ts';
import { drawnTheme, HeatLegend, type HeatScale, logHeatScale, saveCsv, textOn } from '../../charts/index.ts';
import { fixed } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { BitCells, Button, ErrorList, Panel } from '../../widgets/index.ts';

const WIDTHS = [8, 7, 6, 5, 4, 3, 2] as const;
const KINDS = ['weights', 'activations'] as const;
type Kind = (typeof KINDS)[number];

/** One row per layer: losses of its weights alone, of its activations alone, the choice, and what the check found. */
export function SchemeTable({ scheme }: { readonly scheme: QuantizeChoice }): ReactElement {
  const layers = useApp((s) => s.session.view?.quantizable) ?? [];
  const losses = useApp((s) => s.compress.losses);
  const status = useApp((s) => s.compress.lossStatus);
  const problem = useApp((s) => s.compress.lossProblem);
  const data = useApp((s) => s.session.data?.reference);
  const checked = useApp((s) => s.compress.checked);
  const theme = drawnTheme(useApp((s) => s.settings.theme));
  const table = useRef<HTMLTableElement>(null);
  const byCell = useMemo(() => new Map(losses.map((l) => [`${l.node}/${l.what}/${l.bits}`, l])), [losses]);
  const noise = data ? 1 / Math.sqrt(Math.max(1, data.count)) / 2 : 0;
  const floor = Math.max(0.001, noise);
  const top = Math.max(floor * 10, ...losses.map((l) => l.loss));
  const scale = logHeatScale([floor, top], theme);
  const quality = data?.labelled ? 'top-1 loss in points' : 'loss of agreement in points';
  return (
    <Panel
      title="Sensitivity and scheme"
      note={
        status === 'running'
          ? `${losses.length} of ${layers.length * WIDTHS.length * 2} measured`
          : `one row per layer, ${quality}`
      }
      className="scheme"
      actions={
        <>
          <Button
            kind="quiet"
            onClick={() => void measureSensitivity()}
            disabledReason={
              status === 'running' ? 'being measured' : data ? undefined : 'the inputs are still being made'
            }
          >
            {losses.length > 0 ? 'Measure again' : 'Measure sensitivity'}
          </Button>
          <Button
            kind="quiet"
            onClick={() => saveCsv(tableOf(losses), 'sensitivity')}
            disabledReason={losses.length > 0 ? undefined : 'nothing measured yet'}
          >
            Export CSV
          </Button>
        </>
      }
    >
      {problem && <ErrorList problems={[problem]} />}
      <table ref={table} className="table scheme-table" aria-label="Losses and bits per layer" onKeyDown={moveInGrid}>
        <SchemeHead />
        <tbody>
          {layers.map((node, i) => (
            <LayerRow
              key={node}
              node={node}
              index={i}
              bits={scheme.bits[i] ?? [8, 8]}
              lossOf={(what, bits) => byCell.get(`${node}/${what}/${bits}`)}
              scale={scale}
              floor={floor}
              sqnr={
                checked !== undefined && JSON.stringify(checked.scheme) === JSON.stringify(scheme)
                  ? checked.reply.layers.find((l) => l.node === node)?.sqnrDecibel
                  : undefined
              }
            />
          ))}
        </tbody>
      </table>
      <SchemeLegend floor={floor} top={top} scale={losses.length > 0 ? scale : undefined} />
    </Panel>
  );
}

function SchemeHead(): ReactElement {
  return (
    <thead>
      <tr>
        <th scope="col" rowSpan={2}>
          Layer
        </th>
        <th scope="colgroup" colSpan={WIDTHS.length}>
          Weights, this layer alone
        </th>
        <th className="gap" aria-hidden="true" />
        <th scope="colgroup" colSpan={WIDTHS.length}>
          Activations, this layer alone
        </th>
        <th scope="colgroup" colSpan={5}>
          Scheme
        </th>
      </tr>
      <tr>
        {WIDTHS.map((bits) => (
          <th key={bits} scope="col" className="bit-head">
            {bits}
          </th>
        ))}
        <th className="gap" aria-hidden="true" />
        {WIDTHS.map((bits) => (
          <th key={bits} scope="col" className="bit-head">
            {bits}
          </th>
        ))}
        <th scope="col">W/A</th>
        <th scope="col">W</th>
        <th scope="col">A</th>
        <th scope="col" className="number">
          SQNR, dB
        </th>
        <td />
      </tr>
    </thead>
  );
}

interface SchemeLegendProps {
  readonly floor: number;
  readonly top: number;
  /** Absent: nothing measured yet. */
  readonly scale: HeatScale | undefined;
}

function SchemeLegend({ floor, top, scale }: SchemeLegendProps): ReactElement {
  const theme = drawnTheme(useApp((s) => s.settings.theme));
  return (
    <div className="scheme-legend">
      <span className="caption">· below {(floor * 100).toFixed(1)} points, not distinguishable from 0</span>
      {scale && (
        <HeatLegend
          title="points lost"
          scale={scale}
          theme={theme}
          ticks={[floor, Math.sqrt(floor * top), top]}
          format={(v) => fixed(v * 100, v < 0.01 ? 1 : 0)}
        />
      )}
      <span className="caption row">
        <span className="cell-sample" /> chosen; click to change
      </span>
    </div>
  );
}

interface LayerRowProps {
  readonly node: string;
  readonly index: number;
  readonly bits: readonly [number, number];
  readonly lossOf: (what: Kind, bits: number) => LayerLoss | undefined;
  readonly scale: HeatScale;
  readonly floor: number;
  readonly sqnr: number | undefined;
}

function LayerRow(props: LayerRowProps): ReactElement {
  const { node, bits } = props;
  const selected = useApp((s) => s.selection.layer === node);
  const hovered = useApp((s) => s.selection.hoveredLayer === node);
  return (
    <tr
      className={`${selected ? 'selected' : ''} ${hovered ? 'hovered' : ''}`}
      onPointerEnter={() => hoverLayer(node)}
      onPointerLeave={() => hoverLayer(undefined)}
    >
      <th scope="row">
        <button type="button" className="layer-name mono cut" onClick={() => selectLayer(node)}>
          {node}
        </button>
      </th>
      {WIDTHS.map((width) => (
        <LossCell key={width} {...props} what="weights" width={width} chosen={bits[0] === width} />
      ))}
      <td className="gap" />
      {WIDTHS.map((width) => (
        <LossCell key={width} {...props} what="activations" width={width} chosen={bits[1] === width} />
      ))}
      <td className="strong">
        {bits[0]}/{bits[1]}
      </td>
      <td>
        <BitCells bits={bits[0]} />
      </td>
      <td>
        <BitCells bits={bits[1]} />
      </td>
      <td className="number">{props.sqnr === undefined ? <span className="faint">–</span> : props.sqnr.toFixed(1)}</td>
      <td />
    </tr>
  );
}

interface LossCellProps extends LayerRowProps {
  readonly what: Kind;
  readonly width: number;
  readonly chosen: boolean;
}

function LossCell({ node, index, what, width, chosen, lossOf, scale, floor }: LossCellProps): ReactElement {
  const loss = lossOf(what, width)?.loss;
  const shown = loss !== undefined && loss > floor;
  const color = shown ? scale.color(loss) : undefined;
  const points =
    loss === undefined ? '' : shown ? (loss >= 0.1 ? (loss * 100).toFixed(0) : (loss * 100).toFixed(1)) : '·';
  const words = loss === undefined ? 'not measured' : shown ? `loses ${points} points` : 'no loss beyond noise';
  return (
    <td className="loss-cell">
      <button
        type="button"
        className={chosen ? 'loss chosen' : 'loss'}
        style={color ? { background: color, color: textOn(color) } : undefined}
        aria-pressed={chosen}
        aria-label={`${node}, ${what}, ${width} bits: ${words}`}
        tabIndex={index === 0 && what === 'weights' && width === 8 ? 0 : -1}
        data-cell
        onClick={() => setLayerBits(node, what, width)}
      >
        {points}
      </button>
    </td>
  );
}

/** One tab stop for the grid; arrows move between its cells. */
function moveInGrid(event: KeyboardEvent<HTMLTableElement>): void {
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
  };
  const step = steps[event.key];
  const from = (event.target as HTMLElement).closest<HTMLElement>('[data-cell]');
  if (!step || !from) return;
  event.preventDefault();
  const rows = [...event.currentTarget.querySelectorAll('tbody tr')].map((row) => [
    ...row.querySelectorAll<HTMLElement>('[data-cell]'),
  ]);
  const y = rows.findIndex((row) => row.includes(from));
  const x = rows[y]?.indexOf(from) ?? 0;
  rows[y + step[0]]?.[x + step[1]]?.focus();
}

const tableOf = (losses: readonly LayerLoss[]) => ({
  caption: 'Loss of each layer alone',
  columns: ['Layer', 'What', 'Bits', 'Loss (share)', 'SQNR, dB'],
  rows: losses.map((l) => [l.node, l.what, l.bits, l.loss, l.sqnrDecibel]),
});
