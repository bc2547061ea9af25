import { isActive } from '../../../actions/training.ts';
import type { TrainingRun } from '../../../state/types.ts';
import type { Shape } from '../../explore/families.ts';

/** A run as it is drawn: a colour and a shape that always go together (look.md, categories). */
export interface DrawnRun {
  readonly run: TrainingRun;
  /** 0 … 4: `--cat0` … `--cat4`, of the validation. */
  readonly category: number;
  readonly shape: Shape;
  /** Of the training line; one run alone has a colour for each of the two. */
  readonly trainingCategory: number;
}

const SHAPES: readonly Shape[] = ['circle', 'square', 'triangle', 'diamond', 'plus'];
/** Categories in the order runs take them; a sixth run is not drawn. */
const ORDER: readonly number[] = [1, 2, 3, 4, 0];
const ALONE = { category: 3, trainingCategory: 1 };

/** Runs whose curves are drawn: those chosen and those under way, else the last. Colours follow the order of the runs. */
export function drawnRuns(listed: readonly TrainingRun[], selected: readonly string[]): readonly DrawnRun[] {
  const wanted = listed.filter((run) => isActive(run) || selected.includes(run.id));
  const runs = (wanted.length > 0 ? wanted : listed.slice(-1)).slice(-ORDER.length);
  return runs.map((run, i) => {
    const { category, trainingCategory } =
      runs.length === 1 ? ALONE : { category: ORDER[i] as number, trainingCategory: ORDER[i] as number };
    return { run, category, trainingCategory, shape: SHAPES[category] as Shape };
  });
}
