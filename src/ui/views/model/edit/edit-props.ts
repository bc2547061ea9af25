import type { EditOptions } from '../../../../edit/index.ts';
import type { ModelView, NodeView } from '../../../../explore/index.ts';

/** What every form of the edit section is given. */
export interface EditProps {
  readonly node: NodeView;
  readonly view: ModelView;
  /** Why nothing can be edited now; `undefined`: it can. */
  readonly busy: string | undefined;
}

export interface OptionsProps extends EditProps {
  readonly options: EditOptions;
}
