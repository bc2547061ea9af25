/** z of the 10 % and 90 % quantiles: an 80 % interval. */
const Z80 = 1.2816;

/**
 * Time left from the steps so far: remaining units × mean seconds per unit, with an 80 % interval from the spread of
 * the steps. Says nothing before three steps, because it would be a guess.
 */
export class RemainingTime {
  #lastDone = 0;
  #lastSeconds = 0;
  readonly #perUnit: number[] = [];

  /** `seconds` since the start. Returns [low, middle, high] seconds. */
  after(done: number, total: number, seconds: number): readonly [number, number, number] | undefined {
    if (done > this.#lastDone) {
      this.#perUnit.push((seconds - this.#lastSeconds) / (done - this.#lastDone));
      this.#lastDone = done;
      this.#lastSeconds = seconds;
    }
    if (this.#perUnit.length < 3 || total <= done) return undefined;
    const recent = this.#perUnit.slice(-50);
    const mean = recent.reduce((a, b) => a + b, 0) / recent.length;
    const variance = recent.reduce((a, b) => a + (b - mean) ** 2, 0) / (recent.length - 1);
    const units = total - done;
    const middle = units * mean;
    // Spread of the sum of the steps left, plus that of the mean itself.
    const spread = Z80 * Math.sqrt(variance * (units + (units * units) / recent.length));
    return [Math.max(0, middle - spread), middle, middle + spread];
  }
}
