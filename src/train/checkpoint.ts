import { canonicalJson } from '../base/index.ts';
import { elementCount, type Model, type Tensor, type TensorId } from '../ir/index.ts';
import type { Checkpoint, EpochRecord, TrainingRecipe } from './recipe.ts';
import { damagedCheckpoint, otherRun } from './run-errors.ts';
import { withWeights } from './weights.ts';

/** What a run is of: a checkpoint is only resumed with the same. */
export interface RunIdentity {
  readonly recipe: TrainingRecipe;
  readonly model: string;
  readonly data: string;
}

type SavedState = Checkpoint['state'];

/** Tensors as a checkpoint holds them, in the order of their names' first appearance. */
export const savedState = (values: ReadonlyMap<TensorId, Tensor>): SavedState =>
  [...values].map(([name, { shape, data }]) => ({ name, shape, data: data as Float32Array }));

export const stateOf = (saved: SavedState): ReadonlyMap<TensorId, Tensor> =>
  new Map(saved.map(({ name, shape, data }) => [name, { type: 'float32', shape, data }]));

/** Throws `train/other-run` where a checkpoint is of another network. */
export function checkNetwork(checkpoint: Checkpoint, fingerprint: string): void {
  if (checkpoint.model !== fingerprint) throw otherRun('network');
}

/** Throws `train/other-run` where a checkpoint is of another network, data or recipe. */
export function checkIdentity(checkpoint: Checkpoint, run: RunIdentity): void {
  checkNetwork(checkpoint, run.model);
  if (checkpoint.data !== run.data) throw otherRun('training data');
  if (canonicalJson(checkpoint.recipe) !== canonicalJson(run.recipe)) throw otherRun('recipe');
}

/** Throws `train/damaged-checkpoint` where a checkpoint does not hold exactly this state: it may come from a file or a broken store. */
export function checkState(checkpoint: Checkpoint, state: ReadonlyMap<TensorId, Tensor>, steps: number): void {
  const { step } = checkpoint;
  if (!Number.isInteger(step) || step < 0 || step > steps) throw damagedCheckpoint(`it is at step ${step} of ${steps}`);
  const saved = new Map(checkpoint.state.map((entry) => [entry.name, entry]));
  for (const [name, { shape }] of state) {
    const entry = saved.get(name);
    if (!entry) throw damagedCheckpoint(`'${name}' is missing`);
    const fits = entry.shape.join() === shape.join() && entry.data.length === elementCount(shape);
    if (!fits) throw damagedCheckpoint(`'${name}' is [${entry.shape.join(', ')}] instead of [${shape.join(', ')}]`);
  }
}

/** The network with the weights of a checkpoint: the best so far by validation, or the last; without a best, the last. */
export function modelOfCheckpoint(model: Model, checkpoint: Checkpoint, which: 'best' | 'last'): Model {
  const saved = which === 'best' ? (checkpoint.best?.state ?? checkpoint.state) : checkpoint.state;
  const values = new Map<TensorId, Tensor>();
  for (const [name, tensor] of stateOf(saved)) {
    const info = model.graph.tensors.get(name);
    if (info?.weight === undefined) continue;
    const shape = model.weights.get(info.weight)?.shape ?? [];
    const fits = shape.join() === tensor.shape.join() && tensor.data.length === elementCount(shape);
    if (!fits) throw damagedCheckpoint(`'${name}' is [${tensor.shape.join(', ')}] instead of [${shape.join(', ')}]`);
    values.set(name, tensor);
  }
  if (values.size === 0) throw damagedCheckpoint('none of its values is a weight of the network');
  return withWeights(model, values);
}

/** Whether `next` is judged better than `best`: by accuracy, then by loss; without validation nothing is better. */
export function isBetter(next: EpochRecord, best: EpochRecord | undefined): boolean {
  if (!next.validation) return false;
  if (!best?.validation) return true;
  const [a, b] = [next.validation, best.validation];
  const [ours, theirs] = [a.accuracy ?? 0, b.accuracy ?? 0];
  return ours !== theirs ? ours > theirs : a.loss < b.loss;
}
