// Set-up, build, serve, open: `npm start -- [--port N] [--no-open]`.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { ensureDependencies, root, run } from './setup.mjs';

const args = process.argv.slice(2);
const port = Number(args[args.indexOf('--port') + 1]) || 4173;
ensureDependencies();
run(process.execPath, ['scripts/build.mjs']);
const { preview } = await import('vite');
const server = await preview({
  root,
  configFile: resolve(root, 'vite.config.ts'),
  preview: { port, host: '127.0.0.1' },
});
const address = server.resolvedUrls.local[0];
console.log(`\nParetoscope runs at ${address}\nA working example: ${address}?sample=figures\nStop with Ctrl-C.`);
if (!args.includes('--no-open')) {
  const [command, ...rest] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  spawn(command, [...rest, address], { stdio: 'ignore', detached: true })
    .on('error', () => console.log('No browser could be opened from here: open the address yourself.'))
    .unref();
}
