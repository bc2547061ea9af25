import { type ReactElement, useState } from 'react';
import type { QuantizeChoice } from '../../../explore/index.ts';
import { checkObstacle, checkScheme, setBitsByBudget, setScheme, setUniformBits } from '../../actions/compress.ts';
import { inText } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { Button, ErrorList, Fact, FigureText, Panel, ProvenanceGlyph, Segmented, Select } from '../../widgets/index.ts';
import { CompressTabs } from './compress-tabs.tsx';
import { FloatCheck } from './float-check.tsx';
import { totalsOf } from './scheme-totals.ts';

type Way = 'uniform' | 'budget' | 'hand';

/** Calibration, weights, how bits are chosen, totals, and the check. */
export function Recipe({ scheme }: { readonly scheme: QuantizeChoice }): ReactElement {
  const observers = useApp((s) => s.session.catalog?.observers) ?? [];
  const calibration = useApp((s) => s.session.calibration?.reference);
  return (
    <Panel title="Recipe" className="recipe">
      <div className="compress-beside">
        <CompressTabs />
      </div>
      <section className="recipe-part">
        <h3>1 Calibrate</h3>
        <div className="form-row">
          <span className="secondary">Inputs</span>
          <span className="cut">
            {calibration ? `${inText(calibration.count, 'count')} of ${calibration.name}` : 'being made'}
          </span>
          <Select
            label="Threshold"
            value={scheme.method}
            options={observers.map((o) => ({ value: o.id, label: o.name }))}
            onChange={(method) => setScheme(`Threshold by ${method}`, { method })}
          />
        </div>
      </section>
      <section className="recipe-part">
        <h3>2 Weights and activations</h3>
        <div className="form-row">
          <Select
            label="Scale"
            value={scheme.weights}
            options={[
              { value: 'per-channel', label: 'per output channel' },
              { value: 'per-tensor', label: 'per tensor' },
            ]}
            onChange={(weights) => setScheme(`Weights ${weights}`, { weights })}
          />
          <Select
            label="Activations"
            value={scheme.activations}
            options={[
              { value: 'affine', label: 'affine' },
              { value: 'symmetric', label: 'symmetric' },
            ]}
            onChange={(activations) => setScheme(`Activations ${activations}`, { activations })}
          />
          <Select
            label="Rescale"
            value={scheme.rescale}
            options={[
              { value: 'fixed32', label: 'fixed point, 32 bits' },
              { value: 'fixed16', label: 'fixed point, 16 bits' },
              { value: 'single-shift', label: 'single shift' },
              { value: 'double-shift', label: 'double shift' },
            ]}
            onChange={(rescale) => setScheme(`Rescale by ${rescale}`, { rescale })}
          />
        </div>
      </section>
      <ChooseBits />
      <Totals scheme={scheme} />
      <FloatCheck />
    </Panel>
  );
}

function ChooseBits(): ReactElement {
  const [way, setWay] = useState<Way>('hand');
  const [budget, setBudget] = useState(2);
  const measured = useApp((s) => s.compress.losses.length > 0);
  return (
    <section className="recipe-part">
      <h3>3 Choose bits</h3>
      <Segmented
        label="How bits are chosen"
        value={way}
        options={[
          { value: 'uniform', label: 'Uniform' },
          { value: 'budget', label: 'Budget' },
          { value: 'hand', label: 'By hand' },
        ]}
        onChange={setWay}
      />
      {way === 'uniform' && (
        <div className="row wrap recipe-widths">
          {[8, 6, 5, 4, 3, 2].map((bits) => (
            <Button key={bits} small onClick={() => setUniformBits(bits, bits)} label={`All layers ${bits} bits`}>
              {bits}/{bits}
            </Button>
          ))}
          <Button small onClick={() => setUniformBits(4, 8)} label="Weights 4 bits, activations 8 bits">
            4/8
          </Button>
        </div>
      )}
      {way === 'budget' && (
        <div className="stack tight recipe-widths">
          <div className="row between">
            <span className="secondary">Loss at most, sum of layers</span>
            <strong className="strong">{budget.toFixed(1)} points</strong>
          </div>
          <div className="slider">
            <input
              type="range"
              aria-label="Loss at most, points"
              min={0}
              max={5}
              step={0.1}
              value={budget}
              data-keeps="below"
              style={{ '--share': `${(budget / 5) * 100}%` } as React.CSSProperties}
              onChange={(event) => {
                setBudget(Number(event.target.value));
                setBitsByBudget(Number(event.target.value) / 100);
              }}
            />
          </div>
          {!measured && <p className="caption">Measure the sensitivity first: it says what each width costs.</p>}
        </div>
      )}
      {way === 'hand' && <p className="caption recipe-widths">Click a cell of the table, or press Enter on it.</p>}
    </section>
  );
}

function Totals({ scheme }: { readonly scheme: QuantizeChoice }): ReactElement {
  const view = useApp((s) => s.session.view);
  const obstacle = useApp(checkObstacle);
  const running = useApp((s) => s.compress.checkStatus === 'running');
  const checked = useApp((s) => s.compress.checked);
  const problem = useApp((s) => s.compress.problem);
  const data = useApp((s) => s.session.data?.reference);
  const totals = view && totalsOf(view, scheme);
  const current = checked && JSON.stringify(checked.scheme) === JSON.stringify(scheme) ? checked.reply : undefined;
  const quality = data?.labelled ? 'Top-1, integers' : 'Agreement, integers';
  return (
    <section className="recipe-part">
      {totals && (
        <dl>
          <Fact label="Mean weight bits">
            8.0 → {totals.meanWeightBits.toFixed(1)} <ProvenanceGlyph provenance="computed" />
          </Fact>
          <Fact label="Weights">
            {inText(totals.weightBytesAt8, 'bytes')} → {inText(totals.weightBytes, 'bytes')}{' '}
            <ProvenanceGlyph provenance="computed" />
          </Fact>
          {(['flashBytes', 'peakRamBytes', 'latencySeconds'] as const).map((id) => {
            const label = id === 'flashBytes' ? 'Flash' : id === 'peakRamBytes' ? 'Peak RAM' : 'Latency';
            return (
              <Fact key={id} label={label}>
                {current ? (
                  <FigureText
                    name={label}
                    figure={current.point.objectives[id]}
                    kind={id === 'latencySeconds' ? 'seconds' : 'bytes'}
                    hideInterval
                  />
                ) : (
                  <span className="faint">after the check</span>
                )}
              </Fact>
            );
          })}
          <Fact label={quality}>
            {current ? (
              `${(current.float.score * 100).toFixed(1)} → ${(current.integer.score * 100).toFixed(1)}\u202f%`
            ) : (
              <span className="faint">after the check</span>
            )}
          </Fact>
        </dl>
      )}
      {problem && <ErrorList problems={[problem]} />}
      <div className="row">
        <Button kind="primary" onClick={() => void checkScheme()} disabledReason={obstacle}>
          {running ? 'Quantizing and checking' : 'Quantize and check'}
        </Button>
      </div>
      <p className="caption">
        {obstacle ?? `${inText(data?.count ?? 0, 'count')} inputs in integers; the result becomes a point in Explore.`}
      </p>
    </section>
  );
}
