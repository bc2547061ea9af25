import type { ReactElement } from 'react';
import type { DesignPoint } from '../../../explore/index.ts';
import { branchFrom } from '../../actions/compress.ts';
import { deployPoint } from '../../actions/deploy.ts';
import { goTo } from '../../actions/navigate.ts';
import { activatePoint, clearPoints, hoverLayer, letterOf, selectLayer, togglePoint } from '../../actions/select.ts';
import { intervalText, signed } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { BitCells, Button, FigureExplanation, Key, Panel, ProvenanceGlyph, Tag, Tooltip } from '../../widgets/index.ts';
import { type Designs, pointName } from './designs.ts';
import { familyOf } from './families.ts';
import { FamilyGlyph } from './family-glyph.tsx';
import { cellText, headOf, type ObjectiveUnit } from './objective-units.ts';

/** The points compared, A first; of hidden families too. */
export function useCompared(): readonly DesignPoint[] {
  const ids = useApp((s) => s.selection.points);
  const points = useApp((s) => s.exploration.points);
  return ids.flatMap((id) => points.find((p) => p.id === id) ?? []);
}

/** Up to six points side by side: what they cost, and which layers differ. */
export function Compare({ designs }: { readonly designs: Designs }): ReactElement {
  const compared = useCompared();
  const [first] = compared;
  return (
    <Panel
      title="Compare"
      note={compared.length > 1 ? 'differences from A' : undefined}
      className="compare"
      actions={<CompareActions />}
    >
      {first ? (
        <table className="compare-table" aria-label="Compared points">
          <Heads compared={compared} />
          <tbody>
            {designs.objectives.map((objective) => {
              const unit = designs.units.get(objective.id);
              return unit ? <ObjectiveRow key={objective.id} unit={unit} compared={compared} /> : null;
            })}
          </tbody>
          <BitRows compared={compared} />
        </table>
      ) : (
        <p className="prose compare-empty">
          Nothing selected. Click a point, or press <Key>Enter</Key> on it in the table, to place it here as A;{' '}
          <Key>Space</Key> adds B, up to six.
        </p>
      )}
    </Panel>
  );
}

/** Branch and deploy act on the point last chosen. */
export function CompareActions(): ReactElement | null {
  const active = useApp((s) => s.selection.activePoint);
  const letter = useApp((s) =>
    s.selection.activePoint === undefined ? undefined : letterOf(s.selection.points, s.selection.activePoint),
  );
  if (active === undefined || letter === undefined) return null;
  return (
    <>
      <Button kind="quiet" small onClick={clearPoints}>
        Clear
      </Button>
      <Button
        small
        onClick={() => {
          branchFrom(active);
          goTo('compress');
        }}
      >
        Branch from {letter}
      </Button>
      <Button kind="primary" small onClick={() => deployPoint(active)}>
        Deploy {letter}
      </Button>
    </>
  );
}

function Heads({ compared }: { readonly compared: readonly DesignPoint[] }): ReactElement {
  const active = useApp((s) => s.selection.activePoint);
  return (
    <thead>
      <tr>
        <th scope="col">
          <span className="sr-only">Objective</span>
        </th>
        {compared.map((point, i) => (
          <th key={point.id} scope="col">
            <span className="row">
              <button
                type="button"
                className="plain-button"
                aria-pressed={point.id === active}
                title="Choose for Branch and Deploy"
                onClick={() => activatePoint(point.id)}
              >
                <span className="row">
                  <Tag kind="letter">{String.fromCharCode(65 + i)}</Tag>
                  <FamilyGlyph family={familyOf(point.origin)} />
                  <span className={`mono${point.id === active ? ' chosen-name' : ''}`}>{pointName(point)}</span>
                </span>
              </button>
              <button
                type="button"
                className="plain-button remove"
                aria-label={`Remove ${String.fromCharCode(65 + i)}`}
                title="Remove from the comparison"
                onClick={() => togglePoint(point.id)}
              >
                ×
              </button>
            </span>
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface RowProps {
  readonly unit: ObjectiveUnit;
  readonly compared: readonly DesignPoint[];
}

function ObjectiveRow({ unit, compared }: RowProps): ReactElement {
  const { objective } = unit;
  const figures = compared.map((point) => point.objectives[objective.id]);
  const origins = new Set(figures.flatMap((f) => f?.provenance ?? []));
  const [same] = origins.size === 1 ? origins : [];
  const base = figures[0]?.value;
  return (
    <tr>
      <th scope="row">
        <span className="row">
          {same && <ProvenanceGlyph provenance={same} />}
          {headOf(unit)}
        </span>
      </th>
      {compared.map((point, i) => {
        const figure = figures[i];
        return (
          <td key={point.id}>
            <span className="compare-cell">
              <Tooltip
                content={
                  <FigureExplanation
                    name={`${objective.label} of ${pointName(point)}`}
                    figure={figure}
                    kind={unit.kind}
                  />
                }
              >
                <span className={figure ? 'strong-value' : 'faint'}>
                  {figure ? cellText(unit, figure.value) : 'unknown'}
                  {figure && !same && <ProvenanceGlyph provenance={figure.provenance} />}
                </span>
              </Tooltip>
              <span className="faint">
                {i === 0 ? figure && intervalText(figure, unit.kind) : difference(unit, figure?.value, base)}
              </span>
            </span>
          </td>
        );
      })}
    </tr>
  );
}

/** Shares and decibels differ by points, all else by per cent; '' where nothing can be said. */
export function difference(
  { kind, factor }: ObjectiveUnit,
  value: number | undefined,
  base: number | undefined,
): string {
  if (value === undefined || base === undefined) return '';
  if (kind === 'share' || kind === 'decibel') return signed((value - base) * factor, 1);
  if (base === 0) return '';
  const percent = (value / base - 1) * 100;
  return Math.abs(percent) < 0.05 ? '0\u202f%' : `${signed(percent, Math.abs(percent) < 10 ? 1 : 0)}\u202f%`;
}

/** Weight and activation bits per layer, as length; what differs from A in strong ink. */
function BitRows({ compared }: { readonly compared: readonly DesignPoint[] }): ReactElement {
  const header = useApp((s) => s.exploration.header?.layers);
  const quantizable = useApp((s) => s.session.view?.quantizable);
  const hovered = useApp((s) => s.selection.hoveredLayer);
  const selected = useApp((s) => s.selection.layer);
  const layers = header ?? quantizable ?? [];
  const [first] = compared;
  const count = first?.choices.quantize.bits.length ?? 0;
  return (
    <tbody className="bit-rows">
      <tr className="bit-head">
        <th scope="row">Bits W/A</th>
        {compared.map((point) => (
          <td key={point.id}>mean W {meanBits(point).toFixed(1)} bits</td>
        ))}
      </tr>
      {Array.from({ length: count }, (_, k) => {
        const layer = layers[k] ?? `layer ${k + 1}`;
        const name = layer === selected ? 'selected' : layer === hovered ? 'hovered' : undefined;
        return (
          <tr
            key={layer}
            className={name}
            onPointerEnter={() => hoverLayer(layers[k])}
            onPointerLeave={() => hoverLayer(undefined)}
          >
            <th scope="row">
              <button
                type="button"
                className="plain-button layer-button mono cut"
                title={layer}
                onClick={() => selectLayer(layers[k])}
              >
                {layer}
              </button>
            </th>
            {compared.map((point) => (
              <BitCell key={point.id} pair={point.choices.quantize.bits[k]} base={first?.choices.quantize.bits[k]} />
            ))}
          </tr>
        );
      })}
    </tbody>
  );
}

type Pair = readonly [number, number] | undefined;

function BitCell({ pair, base }: { readonly pair: Pair; readonly base: Pair }): ReactElement {
  if (!pair) return <td className="faint">none</td>;
  const differs = base !== undefined && (pair[0] !== base[0] || pair[1] !== base[1]);
  return (
    <td>
      <span className={`bit-pair ${differs ? 'differs' : 'equal'}`}>
        <span className="bit-bars" aria-hidden="true">
          <BitCells bits={pair[0]} />
          <BitCells bits={pair[1]} />
        </span>
        <span>
          {pair[0]}/{pair[1]}
        </span>
      </span>
    </td>
  );
}

/** Of the choices themselves, each layer alike; the objective of that name weighs by weights. */
function meanBits(point: DesignPoint): number {
  const known = point.objectives['meanWeightBits']?.value;
  if (known !== undefined) return known;
  const { bits } = point.choices.quantize;
  return bits.reduce((sum, [w]) => sum + w, 0) / Math.max(1, bits.length);
}
