/** What a user may ask of a running job besides to cancel it. */
export type RunWish = 'pause' | 'resume' | 'stop';

/** Where a long job looks between two pieces of work: whether it is to wait, or to end with what it has. */
export class RunGate {
  #waiting: Promise<void> | undefined;
  #open: () => void = () => {};
  #stopping = false;

  /** Resolves when the job may go on; absent: nothing holds it up. */
  get waiting(): Promise<void> | undefined {
    return this.#waiting;
  }

  /** The job is to end soon, with a reply. */
  get stopping(): boolean {
    return this.#stopping;
  }

  wish(wish: RunWish): void {
    if (wish === 'pause') {
      if (this.#stopping) return;
      this.#waiting ??= new Promise((resolve) => {
        this.#open = resolve;
      });
      return;
    }
    if (wish === 'stop') this.#stopping = true;
    this.#waiting = undefined;
    this.#open();
  }
}
