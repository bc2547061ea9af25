import type { ComponentType } from 'react';
import type { AppState, PlaceId } from '../state/types.ts';

/** A place in the window. Registered in `views/index.ts`, one line each. */
export interface View {
  readonly id: PlaceId;
  readonly title: string;
  /** Digit that goes there; kept the same when other places are missing. */
  readonly key: string;
  readonly Component: ComponentType;
  /** False: the place is dimmed in the row, with `reason`. */
  available(state: AppState): boolean;
  readonly reason: string;
  /** Live count beside the title: '14 of 18'. */
  count?(state: AppState): string | undefined;
}
