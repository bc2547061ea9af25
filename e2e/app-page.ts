import { type BrowserContext, expect, type Locator, type Page } from '@playwright/test';

/** A file to drop: its name and bytes. */
export interface TestFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export type Place = 'Start' | 'Model' | 'Targets' | 'Compress' | 'Explore' | 'Deploy';

/** The page as a user meets it: everything is found by role and name. */
export class AppPage {
  /** Errors that nobody caught, and what the browser printed as an error. */
  readonly errors: string[] = [];

  constructor(readonly page: Page) {
    page.on('pageerror', (error) => this.errors.push(`${error.name}: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
  }

  /** Opens the start page and waits until it is ready to take files. */
  static async open(context: BrowserContext, address = './'): Promise<AppPage> {
    const app = new AppPage(await context.newPage());
    await app.page.goto(address);
    await app.ready();
    return app;
  }

  async ready(): Promise<void> {
    // The catalog is the last thing that is read when the page starts: its version is in the status bar.
    await expect(this.page.getByRole('contentinfo', { includeHidden: true })).toContainText(/core \d/);
  }

  place(name: Place): Locator {
    return this.page.getByRole('navigation', { name: 'Places' }).getByRole('button', { name: new RegExp(`^${name}`) });
  }

  /** The place that is shown. */
  main(name?: Place): Locator {
    return name ? this.page.getByRole('main', { name }) : this.page.getByRole('main');
  }

  async goTo(name: Place): Promise<void> {
    await this.place(name).click();
    await expect(this.main(name)).toBeVisible();
  }

  async openSample(title: string | RegExp): Promise<void> {
    await this.page.getByRole('button', { name: title }).click();
    await this.verdict();
    await this.inputsAreThere();
  }

  /** Drops files on the window, as from the desktop. */
  async drop(files: readonly TestFile[]): Promise<void> {
    const given = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') }));
    const transfer = await this.page.evaluateHandle((list) => {
      const dataTransfer = new DataTransfer();
      for (const { name, base64 } of list) {
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        dataTransfer.items.add(new File([bytes], name));
      }
      return dataTransfer;
    }, given);
    for (const type of ['dragenter', 'dragover', 'drop'])
      await this.page.dispatchEvent('body', type, { dataTransfer: transfer });
    await transfer.dispose();
  }

  /** Gives files through the dialog that the primary action of the start page opens. */
  async choose(files: readonly TestFile[]): Promise<void> {
    const chooser = this.page.waitForEvent('filechooser');
    await this.page.getByRole('button', { name: 'Choose files' }).click();
    const list = files.map(({ name, bytes }) => ({
      name,
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(bytes),
    }));
    await (await chooser).setFiles(list);
  }

  /** Waits for the verdict: every target judged, the chosen one named. */
  async verdict(): Promise<void> {
    await expect(this.page.getByRole('region', { name: 'Verdict' })).toContainText(/\d+ of \d+ targets fit/);
    await expect(this.page.getByRole('button', { name: 'Explore trade-offs' })).toBeVisible();
  }

  /** Waits until the inputs that designs are judged on have been read or made. */
  async inputsAreThere(): Promise<void> {
    await expect(this.page.getByRole('navigation', { name: 'Places' })).toContainText(/Data/);
  }

  /** The top bar: name and fingerprint of what is open, undo, jobs, requests. */
  bar(): Locator {
    return this.page.getByRole('banner');
  }

  /** What the problems shown in a part of the page say to do. */
  remedy(part: Locator): Locator {
    return part.getByRole('paragraph').filter({ hasText: /^Do:/ });
  }

  /** The line of the layer in the table of layers. */
  layerRow(name: string): Locator {
    return this.page.getByRole('table', { name: 'Layers' }).getByRole('row', { name: new RegExp(`^${name}\\b`) });
  }

  /** Names of the layers in the table, top to bottom. */
  async layerNames(): Promise<string[]> {
    const rows = this.page.getByRole('table', { name: 'Layers' }).locator('tbody tr');
    return rows.evaluateAll((list) => list.map((row) => row.querySelector('td')?.textContent ?? ''));
  }

  /** Starts a search with this many evaluations from the Explore place, and does not wait for its end. */
  async startSearch(budget: number): Promise<void> {
    await this.goTo('Explore');
    await this.budget().fill(String(budget));
    await this.main('Explore').getByRole('button', { name: 'Explore trade-offs' }).click();
  }

  /** Waits until the search says that it has done its evaluations. */
  async searchDone(budget: number): Promise<void> {
    await expect(this.searchPanel()).toContainText(`${budget} of ${budget} evaluations`, { timeout: 60_000 });
    await expect(this.searchPanel()).toContainText(/done/);
    // Rows are drawn when there is time.
    await expect(this.points().locator('tr[data-row]')).toHaveCount(budget);
  }

  /** The button that ends the search and keeps its points. */
  cancelButton(): Locator {
    return this.searchPanel().getByRole('button', { name: /^(Cancel|Pause), keep \d+/ });
  }

  budget(): Locator {
    return this.page.getByRole('spinbutton', { name: /^Budget/ });
  }

  searchPanel(): Locator {
    return this.page.getByRole('region', { name: /^Search/ });
  }

  /** The table of all design points. */
  points(): Locator {
    return this.page.getByRole('region', { name: 'Points', exact: true }).getByRole('table');
  }

  /** Ids of the points found so far, in the order of their names. */
  async pointIds(): Promise<string[]> {
    const rows = this.points().locator('tr[data-row]');
    return (await rows.evaluateAll((list) => list.map((row) => row.getAttribute('data-row') ?? ''))).sort();
  }

  /** The plot of all points, with its keys. */
  plot(): Locator {
    return this.page.getByRole('application', { name: /^Scatter plot/ });
  }

  /** Short names of the points compared, A first. */
  async compared(): Promise<string[]> {
    const heads = this.page.getByRole('table', { name: 'Compared points' }).getByRole('columnheader').locator('.mono');
    return heads.allTextContents();
  }
}
