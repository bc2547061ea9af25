import { BugError, throwIfCancelled } from '../base/index.ts';
import type { StageContext } from '../ir/index.ts';
import type { Choices } from './choices.ts';
import type { DesignPoint } from './design-point.ts';
import type { Exploration } from './exploration.ts';
import { designPointId } from './ids.ts';

/** Evaluates designs, somewhere: one point per choices, in order. */
export type EvaluateBatch = (choices: readonly Choices[], origin: string) => Promise<readonly DesignPoint[]>;

/**
 * Where strategies get their designs evaluated: answers known ones from memory, sends the others out as one batch, counts
 * the budget in distinct designs asked for. Asking again costs nothing, so a strategy that is run again from its seed
 * replays to where it was.
 */
export class Desk {
  readonly #known = new Map<string, DesignPoint>();
  readonly #asked = new Map<string, DesignPoint>();
  readonly #added: DesignPoint[];
  readonly #plan: Omit<Exploration, 'points'>;
  readonly #evaluateBatch: EvaluateBatch;
  readonly #ctx: StageContext;
  readonly #onPoints: (points: readonly DesignPoint[]) => void;

  constructor(
    plan: Omit<Exploration, 'points'>,
    known: readonly DesignPoint[],
    evaluateBatch: EvaluateBatch,
    ctx: StageContext,
    onPoints: (points: readonly DesignPoint[]) => void,
  ) {
    this.#plan = plan;
    this.#added = [...known];
    for (const point of known) this.#known.set(point.id, point);
    this.#evaluateBatch = evaluateBatch;
    this.#ctx = ctx;
    this.#onPoints = onPoints;
  }

  /** Every point of the exploration: those it began with, then new ones in the order they were proposed. */
  get points(): readonly DesignPoint[] {
    return this.#added;
  }

  /** Points this run has asked for, in order: what its decisions may rest on, so that a replay decides alike. */
  get asked(): readonly DesignPoint[] {
    return [...this.#asked.values()];
  }

  /** Designs that may still be asked for. */
  get left(): number {
    return this.#plan.budget - this.#asked.size;
  }

  isAsked(choices: Choices): boolean {
    return this.#asked.has(designPointId(this.#plan, choices));
  }

  /**
   * Points of these choices, in order; as many as the budget allows (choices already asked for cost nothing). New ones are
   * evaluated as one batch and reported.
   */
  async evaluate(choices: readonly Choices[], origin: string): Promise<readonly DesignPoint[]> {
    throwIfCancelled(this.#ctx.signal);
    let left = this.left;
    const wanted: { readonly id: string; readonly choices: Choices }[] = [];
    const seen = new Set<string>();
    for (const choice of choices) {
      const id = designPointId(this.#plan, choice);
      if (!this.#asked.has(id) && !seen.has(id)) {
        if (left === 0) break;
        left--;
      }
      seen.add(id);
      wanted.push({ id, choices: choice });
    }
    await this.#fetch(wanted, origin);
    return wanted.map(({ id }) => {
      const point = this.#known.get(id) as DesignPoint;
      this.#asked.set(id, point);
      this.#ctx.progress(this.#asked.size, this.#plan.budget);
      return point;
    });
  }

  async #fetch(wanted: readonly { readonly id: string; readonly choices: Choices }[], origin: string): Promise<void> {
    const missing = new Map(wanted.filter(({ id }) => !this.#known.has(id)).map(({ id, choices }) => [id, choices]));
    if (missing.size === 0) return;
    const points = await this.#evaluateBatch([...missing.values()], origin);
    [...missing.keys()].forEach((id, i) => {
      const point = points[i];
      if (point?.id !== id) throw new BugError(`Evaluating design ${id} gave ${point?.id ?? 'nothing'}.`);
      this.#known.set(id, point);
    });
    const fresh = [...missing.keys()].map((id) => this.#known.get(id) as DesignPoint);
    this.#added.push(...fresh);
    this.#onPoints(fresh);
  }
}
