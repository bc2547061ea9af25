import { createServer, type Server } from 'node:http';
import { test as base, expect } from '@playwright/test';
import { AppPage } from '../app-page.ts';
import { tinyClassifier } from '../fixtures/tiny-models.ts';

interface FileHost {
  readonly address: string;
  readonly requests: string[];
}

/** Another host, on another port: it lets other pages read its model, but not its secret. */
const test = base.extend<{ host: FileHost }>({
  host: async ({ browserName: _ }, use) => {
    const requests: string[] = [];
    const { bytes } = tinyClassifier('far.onnx');
    const server: Server = createServer((request, reply) => {
      requests.push(`${request.method} ${request.url}`);
      if (request.url === '/elsewhere.onnx') {
        reply
          .writeHead(302, { location: `http://localhost:${port()}/far.onnx`, 'access-control-allow-origin': '*' })
          .end();
      } else if (request.url === '/far.onnx') {
        reply.writeHead(200, { 'access-control-allow-origin': '*', 'content-length': bytes.length });
        reply.end(request.method === 'HEAD' ? undefined : Buffer.from(bytes));
      } else reply.writeHead(200).end('secret');
    });
    const port = (): number => {
      const at = server.address();
      return typeof at === 'object' && at ? at.port : 0;
    };
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    await use({ address: `http://127.0.0.1:${port()}`, requests });
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  },
});

test('a model opens by its address, after consent that names host and size', async ({ context, host }) => {
  const app = await AppPage.open(context);
  await app.page.getByRole('button', { name: 'Open by address' }).click();
  const dialog = app.page.getByRole('dialog', { name: 'Open by address' });
  const name = new URL(host.address).host;
  await dialog.getByLabel('Address of a model file').fill(`${host.address}/far.onnx`);
  await expect(dialog).toContainText(`First ${name} is asked for the size: one request.`);
  expect(host.requests).toEqual([]);
  await dialog.getByRole('button', { name: 'Ask for the size' }).click();
  await expect(dialog).toContainText(`${name} has far.onnx`);
  expect(host.requests).toEqual(['HEAD /far.onnx']);
  await dialog.getByRole('button', { name: new RegExp(`^Fetch .+ from ${name}`) }).click();
  await app.verdict();
  expect(host.requests).toEqual(['HEAD /far.onnx', 'GET /far.onnx']);
  await expect(app.bar()).toContainText('far.onnx');
  // The counter tells the truth.
  await expect(app.bar()).not.toContainText('0 requests');
  expect(await app.page.locator('iframe').count()).toBe(0);
});

test('a host that refuses, a redirect and a wrong address are explained', async ({ context, host }) => {
  const app = await AppPage.open(context);
  await app.page.getByRole('button', { name: 'Open by address' }).click();
  const dialog = app.page.getByRole('dialog', { name: 'Open by address' });
  const field = dialog.getByLabel('Address of a model file');
  await field.fill('not an address');
  await field.press('Enter');
  await expect(dialog).toContainText("'not an address' cannot be opened");
  await field.fill(`${host.address}/secret`);
  await field.press('Enter');
  await expect(dialog).toContainText('does not let pages of other sites read its files');
  await expect(dialog).toContainText('drop it here');
  // The redirect leads to another host, which is then the one that is named.
  await field.fill(`${host.address}/elsewhere.onnx`);
  await field.press('Enter');
  await expect(dialog).toContainText(/localhost:\d+ has elsewhere\.onnx/);
});
