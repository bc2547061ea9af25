// What both commands of the README need first: dependencies as the lock file says, and a browser to test with.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');
const windows = process.platform === 'win32';

/** Runs a command with its output shown; exits with its status when it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: windows, ...options });
  if (error) {
    console.error(`error setup/command: ${command} could not be started (${error.message}).`);
    process.exit(1);
  }
  if (status !== 0) process.exit(status ?? 1);
}

/** A program from node_modules/.bin. */
export const bin = (name) => resolve(root, 'node_modules/.bin', windows ? `${name}.cmd` : name);

/** Installs the dependencies unless those of this lock file are there already. */
export function ensureDependencies() {
  const lock = createHash('sha256')
    .update(readFileSync(resolve(root, 'package-lock.json')))
    .digest('hex');
  const stamp = resolve(root, 'node_modules/.paretoscope-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log('Installing dependencies (npm ci) …');
  run('npm', ['ci', '--no-audit', '--no-fund']);
  writeFileSync(stamp, lock);
}

const works = (path) => {
  try {
    execFileSync(path, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** A Chromium to test with: CHROME_PATH, an installed one, Playwright's own, Debian's package. Undefined with advice if none can be had. */
export function ensureChromium() {
  const places = [
    process.env.CHROME_PATH,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:/Program Files/Google/Chrome/Application/chrome.exe',
  ];
  const found = places.find((path) => path && existsSync(path) && works(path));
  if (found) return found;
  console.log('No Chromium found; trying to install one …');
  spawnSync(bin('playwright'), ['install', 'chromium'], {
    cwd: root,
    stdio: 'inherit',
    shell: windows,
    timeout: 180_000,
  });
  const own = spawnSync(
    process.execPath,
    ['-e', "console.log(require('@playwright/test').chromium.executablePath())"],
    { cwd: root, encoding: 'utf8' },
  );
  if (existsSync(own.stdout.trim())) return own.stdout.trim();
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    spawnSync('apt-get', ['update'], { stdio: 'ignore' });
    spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { stdio: 'inherit' });
    if (works('/usr/bin/chromium')) return '/usr/bin/chromium';
  }
  console.error('No Chromium. Install Chromium or Google Chrome, or set CHROME_PATH to one, then run again.');
  return undefined;
}
