// Everything that proves the project: check, build, unit tests, browser tests. `npm test -- [unit|browser]` runs a part.
// With REQUIRE_TOOLS=1 nothing may be skipped: a missing tool is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { bin, ensureChromium, ensureDependencies, root, run } from './setup.mjs';

const parts = process.argv.slice(2);
const wanted = (part) => parts.length === 0 || parts.includes(part);
const required = process.env.REQUIRE_TOOLS === '1';
const totals = { passed: 0, failed: 0, skipped: 0 };
let broken = false;

/** A port nobody listens on. */
const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

ensureDependencies();
run(process.execPath, ['scripts/check.mjs']);
run(process.execPath, ['scripts/build.mjs']);

if (wanted('unit')) {
  const report = resolve(root, 'test-results/unit.json');
  rmSync(report, { force: true });
  const { status } = spawnSync(
    bin('vitest'),
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    { cwd: root, stdio: 'inherit' },
  );
  broken ||= status !== 0;
  const result = JSON.parse(readFileSync(report, 'utf8'));
  totals.passed += result.numPassedTests;
  totals.failed += result.numFailedTests;
  totals.skipped += result.numPendingTests + result.numTodoTests;
}

if (wanted('browser')) {
  const chromium = ensureChromium();
  if (chromium) {
    const report = resolve(root, 'test-results/browser.json');
    rmSync(report, { force: true });
    const { status } = spawnSync(bin('playwright'), ['test', '--config', 'e2e/playwright.config.ts'], {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        E2E_PORT: String(await freePort()),
        CHROME_PATH: chromium,
        PLAYWRIGHT_JSON_OUTPUT_FILE: report,
      },
    });
    broken ||= status !== 0;
    if (existsSync(report)) {
      const { stats } = JSON.parse(readFileSync(report, 'utf8'));
      totals.passed += stats.expected + stats.flaky;
      totals.failed += stats.unexpected;
      totals.skipped += stats.skipped;
    }
  } else {
    totals.skipped++;
    broken ||= required;
  }
}

if (required && totals.skipped > 0) {
  console.error(`${totals.skipped} tests were skipped, and REQUIRE_TOOLS forbids that.`);
  broken = true;
}
console.log(`tests: ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exit(broken || totals.failed > 0 ? 1 : 0);
