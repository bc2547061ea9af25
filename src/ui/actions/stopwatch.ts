/** Time at work: what passes while it is paused is not counted. `now` is in milliseconds. */
export class Stopwatch {
  readonly #now: () => number;
  #before = 0;
  #since: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
    this.#since = now();
  }

  seconds(): number {
    return (this.#before + (this.#since === undefined ? 0 : this.#now() - this.#since)) / 1000;
  }

  /** Goes on, or stands still. */
  run(running: boolean): void {
    if (running === (this.#since !== undefined)) return;
    if (running) {
      this.#since = this.#now();
    } else {
      this.#before = this.seconds() * 1000;
      this.#since = undefined;
    }
  }
}
