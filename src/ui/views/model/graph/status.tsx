import { type ReactElement, type ReactNode, useEffect, useState } from 'react';
import { group } from '../../../../base/index.ts';
import { duration } from '../../../format/index.ts';
import { Button, Icon } from '../../../widgets/index.ts';

export interface LayoutStatusProps {
  readonly status: 'none' | 'running' | 'ready' | 'cancelled' | 'failed';
  /** A first part is drawn, the rest is being laid out. */
  readonly partial: boolean;
  /** Nodes of the graph, as far as known. */
  readonly count?: number | undefined;
  /** Why there is no drawing, what to do. */
  readonly problem?: { readonly message: string; readonly hint?: string | undefined } | undefined;
  readonly empty?: ReactNode;
  readonly onCancel?: (() => void) | undefined;
  readonly onRetry?: (() => void) | undefined;
}

/** Said only where it takes longer than this: short layouts would flicker. */
const QUIET_SECONDS = 0.15;
const TICK_MILLISECONDS = 100;

/** What the layout is doing, at the foot of the drawing; nothing while all is drawn. */
export function LayoutStatus(props: LayoutStatusProps): ReactElement | null {
  const { status, partial, count } = props;
  const running = status === 'running';
  const seconds = useSeconds(running);
  if (status === 'failed')
    return (
      <div className="graph-status failed" role="alert">
        <span className="bad">
          <Icon name="cross" />
        </span>
        <span className="grow">
          {props.problem?.message ?? 'The graph could not be laid out.'} {props.problem?.hint}
        </span>
        {props.onRetry && (
          <Button small onClick={props.onRetry}>
            Lay out again
          </Button>
        )}
      </div>
    );
  if (running && seconds >= QUIET_SECONDS)
    return (
      <div className="graph-status">
        <span className="grow">
          Laying out {count === undefined ? 'the graph' : `${group(String(count))} nodes`}, {duration(seconds)}
          {partial ? '; the upper part is drawn' : ''}
        </span>
        {props.onCancel && (
          <Button small onClick={props.onCancel}>
            {partial ? 'Cancel, keep this part' : 'Cancel'}
          </Button>
        )}
      </div>
    );
  if (status === 'cancelled' || (status === 'ready' && partial))
    return (
      <div className="graph-status">
        <span className="grow">{partial ? 'Only the upper part is drawn.' : 'The layout was cancelled.'}</span>
        {props.onRetry && (
          <Button small onClick={props.onRetry}>
            {partial ? 'Lay out the rest' : 'Lay out'}
          </Button>
        )}
      </div>
    );
  return count === 0 && !running ? (
    <div className="graph-status">{props.empty ?? 'The graph has no nodes.'}</div>
  ) : null;
}

/** Seconds since `running` became true, ten times a second. */
function useSeconds(running: boolean): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    setSeconds(0);
    if (!running) return;
    const since = performance.now();
    const timer = window.setInterval(() => setSeconds((performance.now() - since) / 1000), TICK_MILLISECONDS);
    return () => window.clearInterval(timer);
  }, [running]);
  return seconds;
}
