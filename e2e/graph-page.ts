import { expect, type Locator, type Page } from '@playwright/test';

/** The graph of the Model place as a user meets it: a drawing with a name, told in words, and what stands around it. */
export class GraphPage {
  constructor(
    readonly page: Page,
    /** 'residual.onnx'. */
    readonly model: string,
  ) {}

  panel(): Locator {
    return this.page.getByRole('region', { name: 'Graph', exact: true });
  }

  drawing(): Locator {
    return this.page.getByRole('application', { name: new RegExp(`^Graph of ${this.model.replaceAll('.', '\\.')}, `) });
  }

  /** How many boxes the name of the drawing tells; -1 while there is none. */
  async boxes(): Promise<number> {
    if ((await this.drawing().count()) === 0) return -1;
    const name = await this.drawing().getAttribute('aria-label');
    return Number(/, (\d+) boxes\./.exec(name ?? '')?.[1] ?? -1);
  }

  /** Waits until the drawing has boxes, and none are being added. */
  async drawn(): Promise<number> {
    await expect.poll(() => this.boxes(), { timeout: 60_000 }).toBeGreaterThan(0);
    await expect(this.panel().getByText(/^Laying out/)).toHaveCount(0, { timeout: 30_000 });
    return this.boxes();
  }

  /** What is said of the box at the cursor, or the selected one. */
  words(): Locator {
    return this.panel().locator('[aria-live="polite"]').first();
  }

  async view(item: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name: 'View of the graph' }).click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  async change(item: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name: 'What can be done to the model' }).click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  /** Walks with one key until the words fit. */
  async walkTo(words: RegExp, key: 'ArrowDown' | 'ArrowRight' = 'ArrowDown'): Promise<void> {
    await this.drawing().focus();
    for (let step = 0; step < 60; step++) {
      if (words.test((await this.words().textContent()) ?? '')) return;
      await this.page.keyboard.press(key);
    }
    await expect(this.words()).toHaveText(words);
  }

  /** Presses down the middle of the drawing until a box of these words is met; where that is, from its upper left corner. */
  async place(words: RegExp): Promise<{ readonly x: number; readonly y: number }> {
    const size = await this.drawing().boundingBox();
    const x = (size?.width ?? 0) / 2;
    for (let y = 20; y < (size?.height ?? 0) - 8; y += 14) {
      await this.drawing().click({ position: { x, y } });
      if (words.test((await this.words().textContent()) ?? '')) return { x, y };
    }
    throw new Error(`No box in the middle of the drawing is ${words}.`);
  }

  /** A picture of the drawing that no longer moves. */
  async picture(): Promise<Buffer> {
    let last = await this.drawing().screenshot();
    await expect(async () => {
      const next = await this.drawing().screenshot();
      const same = next.equals(last);
      last = next;
      expect(same).toBe(true);
    }).toPass({ intervals: [150] });
    return last;
  }

  /** The field of Find, opened by its key. */
  async find(text: string): Promise<Locator> {
    if (!(await this.field().isVisible())) {
      await this.drawing().focus();
      await this.page.keyboard.press('/');
    }
    await this.field().fill(text);
    return this.field();
  }

  field(): Locator {
    return this.page.getByRole('searchbox', { name: 'Find layers' });
  }

  /** '3 / 12 of 40': the hits of Find. */
  hits(): Locator {
    return this.panel().getByRole('status');
  }

  map(): Locator {
    return this.panel().locator('.minimap');
  }
}
