import { expect, type Locator } from '@playwright/test';
import type { AppPage } from './app-page.ts';

/** The tab of Compress that trains. */
export class TrainingPage {
  constructor(readonly app: AppPage) {}

  /** Shows the tab and waits until network and samples are known. */
  static async show(app: AppPage): Promise<TrainingPage> {
    await app.goTo('Compress');
    await app.main('Compress').getByRole('radio', { name: 'Train' }).click();
    const page = new TrainingPage(app);
    await expect(page.form()).toContainText(/Training\s*\d+/);
    await expect(page.form()).toContainText(/Memory of a step/);
    return page;
  }

  form(): Locator {
    return this.app.page.getByRole('region', { name: 'Recipe' });
  }

  field(name: string): Locator {
    return this.form().getByRole('textbox', { name, exact: true });
  }

  trainButton(): Locator {
    return this.form().getByRole('button', { name: /^Train(,|$)/ });
  }

  /** How far the runs are. */
  live(): Locator {
    return this.app.page.getByRole('region', { name: /^Training/ });
  }

  runs(): Locator {
    return this.app.page.getByRole('region', { name: 'Runs' });
  }

  run(number: number): Locator {
    return this.runs()
      .locator('tr[data-row]')
      .nth(number - 1);
  }

  action(name: string | RegExp): Locator {
    return this.runs().getByRole('button', { name });
  }

  /** Epochs done, with their fraction, as told. */
  async epoch(): Promise<number> {
    const text = (await this.live().textContent()) ?? '';
    return Number(/epoch (\d+(\.\d+)?) of/i.exec(text)?.[1] ?? Number.NaN);
  }

  /** The table of a chart, as a screen reader finds it: rows of cells. */
  async table(chart: 'Loss' | 'Accuracy' | 'Learning-rate sweep'): Promise<string[][]> {
    const rows = this.app.page.getByRole('region', { name: chart, exact: true }).locator('table tbody tr');
    return rows.evaluateAll((list) =>
      list.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent ?? '')),
    );
  }

  /** Fingerprint of the weights of the run that is chosen. */
  async weights(): Promise<string> {
    const text = (await this.runs().textContent()) ?? '';
    return /weights ([0-9a-f]{8})/.exec(text)?.[1] ?? '';
  }
}
