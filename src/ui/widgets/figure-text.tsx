import type { ReactElement, ReactNode } from 'react';
import type { Figure } from '../../ir/index.ts';
import { inText, intervalText, type QuantityKind, quantity } from '../format/index.ts';
import { Tooltip } from './floating.tsx';
import { ProvenanceGlyph } from './provenance-glyph.tsx';

export interface FigureProps {
  /** What it is of: 'Latency of conv2d_4'. Heads the explanation. */
  readonly name: string;
  readonly figure: Figure | undefined;
  readonly kind: QuantityKind;
  /** Why it is unknown, where it is. */
  readonly reason?: string;
  /** 'headline': 28 px with the glyph before the interval; 'value': 12 px with the glyph after. */
  readonly size?: 'headline' | 'value';
  readonly hideInterval?: boolean;
  readonly hideGlyph?: boolean;
  readonly extra?: readonly { readonly label: string; readonly text: ReactNode }[];
}

/** A number as the page always shows one: value, unit, interval, origin; hover or focus explains it. */
export function FigureText(props: FigureProps): ReactElement {
  const { figure, kind, size = 'value' } = props;
  const content = <FigureExplanation {...props} />;
  if (!figure) {
    return (
      <Tooltip content={content} className={`figure ${size} unknown`}>
        unknown
      </Tooltip>
    );
  }
  const { value, unit } = quantity(figure.value, kind);
  const range = props.hideInterval ? undefined : intervalText(figure, kind);
  const glyph = props.hideGlyph ? null : <ProvenanceGlyph provenance={figure.provenance} />;
  return (
    <Tooltip content={content} className={`figure ${size}`}>
      <span className="figure-value">{value}</span>
      {unit && <span className="figure-unit">{`\u202f${unit}`}</span>}
      {size === 'headline' && glyph}
      {range && <span className="figure-range">{range}</span>}
      {size === 'value' && glyph}
    </Tooltip>
  );
}

/** The tooltip of a number: origin, value, interval, formula, source. */
export function FigureExplanation(props: FigureProps): ReactElement {
  const { figure, kind } = props;
  const range = figure && intervalText(figure, kind);
  return (
    <div className="explanation">
      <div className="row between wide">
        <strong className="strong">{props.name}</strong>
        <span className="row">
          <ProvenanceGlyph provenance={figure?.provenance ?? 'unknown'} />
          {figure?.provenance ?? 'unknown'}
        </span>
      </div>
      {figure ? (
        <p className="explanation-value">
          <span>{inText(figure.value, kind)}</span>{' '}
          {range && (
            <span className="explanation-range">
              {range}
              {figure.coverage === undefined ? '' : `, ${Math.round(figure.coverage * 100)}\u202f% interval`}
            </span>
          )}
        </p>
      ) : (
        <p className="explanation-value secondary">
          {props.reason ?? 'Never measured, and outside what can be estimated.'}
        </p>
      )}
      {figure?.formula && <p className="mono explanation-formula">{figure.formula}</p>}
      <dl className="explanation-facts">
        {figure?.source && (
          <>
            <dt>Source</dt>
            <dd>{figure.source}</dd>
          </>
        )}
        {props.extra?.map((e) => (
          <div key={e.label} className="contents">
            <dt>{e.label}</dt>
            <dd>{e.text}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
