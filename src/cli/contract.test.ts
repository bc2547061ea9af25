import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeNpz } from '../datasets/index.ts';
import { tensorOf } from '../ir/index.ts';
import { type CliResult, hasCli, inPairs, NO_CLI, paretoscope, paretoscopeJson } from '../test-kit/cli.ts';
import { hasSharedData, NO_SHARED_DATA, sharedJson, sharedPath } from '../test-kit/shared-data.ts';

/** The contract of the command line: exit codes, errors in two lines, one JSON document, and never a stack trace. */

const able = hasSharedData && hasCli;
const REASON = `skipped where ${NO_SHARED_DATA}, or ${NO_CLI}`;
const folder = mkdtempSync(join(tmpdir(), 'contract-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MODEL = sharedPath('onnx-models/mnist_cnn.onnx');
const LSTM = sharedPath('onnx-models/dtln_part1_lstm.onnx');
const NOWHERE = join(folder, 'nowhere');

function faultsOf(what: string, { status, stdout, stderr }: CliResult): string[] {
  const faults: string[] = [];
  const lines = stderr.trimEnd().split('\n');
  if (/^\s+at .+:\d+:\d+\)?$/m.test(stderr)) faults.push('a stack trace');
  let document: { error?: { code: string; message: string; hint: string; facts: object } } = {};
  try {
    document = JSON.parse(stdout);
  } catch {
    faults.push(`not one JSON document: ${stdout.slice(0, 60)}`);
  }
  if (status === 2) {
    const { code, message, hint, facts } = document.error ?? { code: '', message: '', hint: '', facts: undefined };
    if (!/^[a-z]+\/[a-z-]+$/.test(code) || message === '' || hint === '' || facts === undefined)
      faults.push(`error ${stdout}`);
    if (!lines.at(-2)?.startsWith(`error ${code}: `) || !lines.at(-1)?.startsWith('hint: '))
      faults.push(`stderr ${stderr}`);
  } else if (document.error) faults.push(`an error with status ${status}`);
  return faults.map((fault) => `${what}: ${fault}`);
}

/** Bad requests and the code each ends with. */
const BAD: readonly (readonly [words: readonly string[], code: string])[] = [
  [['bogus'], 'cli/unknown-command'],
  [['inspect'], 'cli/usage'],
  [['inspect', NOWHERE], 'cli/unreadable'],
  [['inspect', MODEL, '--nope'], 'cli/usage'],
  [['inspect', MODEL, '--shape', 'x'], 'cli/usage'],
  [['inspect', MODEL, '--shape', 'Input3=1,,28'], 'cli/usage'],
  [['inspect', MODEL, '--shape', 'Input3=1,-2'], 'cli/usage'],
  [['inspect', MODEL, '--shape', 'nosuch=3'], 'analyze/unknown-symbol'],
  [['inspect', MODEL, '--shape', 'Input3=1,1,14,14'], 'ops/incompatible-shapes'],
  [['run', MODEL], 'cli/usage'],
  [['run', MODEL, '--input', NOWHERE], 'cli/unreadable'],
  [['run', MODEL, '--input', MODEL], 'datasets/damaged'],
  [['run', MODEL, '--input', MODEL, '--backend', 'gpu'], 'cli/usage'],
  [['estimate', MODEL, '--platform', 'pdp-11'], 'base/unknown-platform'],
  [['estimate', MODEL, '--bits', 'x'], 'cli/usage'],
  [['quantize', MODEL, '--bits', '9/8'], 'cli/usage'],
  [['quantize', MODEL, '--bits', '8/8/8'], 'cli/usage'],
  [['quantize', MODEL, '--bits', '8/8,4/8'], 'cli/usage'],
  [['quantize', MODEL, '--method', 'guess'], 'base/unknown-observer'],
  [['quantize', MODEL, '--seed', 'x'], 'cli/usage'],
  [['quantize', MODEL, '--data', NOWHERE], 'cli/unreadable'],
  [['quantize', LSTM], 'explore/cannot-quantize'],
  [['explore', MODEL, '--platform', 'pdp-11'], 'base/unknown-platform'],
  [['explore', MODEL, '--algorithm', 'guess', '--budget', '2'], 'base/unknown-exploration-algorithm'],
  [['explore', MODEL, '--budget', '0'], 'cli/usage'],
  [['explore', MODEL, '--constraint', 'speed<3'], 'explore/constraint'],
  [['explore', MODEL, '--constraint', 'latencySeconds<abc'], 'explore/constraint'],
  [['export', MODEL, '--target', 'paper'], 'base/unknown-export-target'],
  [['export', MODEL, '--design', 'x'], 'cli/usage'],
  [['export', MODEL, '--design', `${MODEL}#1`], 'share/not-a-file'],
  [['export', MODEL, '--out', join(NOWHERE, 'x.zip'), '--samples', '4'], 'cli/unwritable'],
  [['share', 'encode', MODEL], 'share/not-a-file'],
  [['share', 'decode', 'zzz'], 'share/not-a-link'],
];

describe.skipIf(!able)(`command line (${REASON})`, () => {
  test('bad requests end with 2, an error and a hint', async () => {
    const faults = await inPairs(BAD, async ([words, code]) => {
      const result = await paretoscope(...words, '--json');
      const what = words.join(' ');
      const wrong = result.status === 2 && result.stdout.includes(`"code":"${code}"`);
      return [...faultsOf(what, result), ...(wrong ? [] : [`${what}: ${result.status} ${result.stdout} for ${code}`])];
    });
    expect(faults.flat()).toEqual([]);
  }, 240_000);

  test('broken and awkward files open, or are refused in words', async () => {
    const index = sharedJson<readonly { file: string; onnxruntime: string }[]>('onnx-broken/index.json');
    const faults = await inPairs(index, async ({ file, onnxruntime }) => {
      const result = await paretoscope('inspect', sharedPath(`onnx-broken/${file}`), '--json');
      const legal = onnxruntime === 'loads';
      const wrong = legal ? result.status !== 0 : result.status !== 0 && result.status !== 2;
      return [...faultsOf(file, result), ...(wrong ? [`${file}: ${result.status} ${result.stderr}`] : [])];
    });
    expect(faults.flat()).toEqual([]);
    expect(index.length).toBeGreaterThanOrEqual(31);
  }, 240_000);

  test('explored designs: budget, limits, export of a point, link', async () => {
    const file = join(folder, 'e.paretoscope');
    interface Exploration {
      points: { id: string; feasible: boolean }[];
      front: string[];
      evaluations: number;
      hypervolume: number;
    }
    const few = ['--samples', '24', '--platform', 'stm32l4r5'];
    const words = ['explore', MODEL, '--budget', '60', ...few, '--out', file];
    const limit = ['--constraint', 'flashBytes<=31000'];
    const explored = await paretoscopeJson<Exploration>([...words, ...limit]);
    expect(explored.evaluations).toBe(60);
    expect(new Set(explored.points.map((p) => p.id)).size).toBe(60);
    const feasible = new Set(explored.points.filter((p) => p.feasible).map((p) => p.id));
    expect(feasible.size).toBeGreaterThan(0);
    expect(feasible.size).toBeLessThan(60);
    expect(explored.front.every((id) => feasible.has(id))).toBe(true);
    expect(explored.hypervolume).toBeGreaterThan(0);

    const unmet = ['explore', MODEL, '--budget', '6', ...few, '--constraint', 'flashBytes<1'];
    expect((await paretoscopeJson<Exploration>(unmet, 1)).front).toEqual([]);

    const [id = ''] = explored.front;
    const out = join(folder, 'p.zip');
    const made = await paretoscopeJson<{ selfTest: object }>([
      'export',
      MODEL,
      '--design',
      `${file}#${id}`,
      '--out',
      out,
    ]);
    expect(made.selfTest).toMatchObject({ vectors: 100, mismatches: 0 });
    expect(statSync(out).size).toBeGreaterThan(10_000);
    const stranger = await paretoscope('export', LSTM, '--design', `${file}#${id}`, '--json');
    expect(faultsOf('other model', stranger)).toEqual([]);
    expect(stranger.stdout).toContain('cli/other-model');

    const { link, bytes } = await paretoscopeJson<{ link: string; bytes: number }>(['share', 'encode', file]);
    expect(bytes).toBe(link.length);
    expect(bytes).toBeLessThanOrEqual(8192);
    const decoded = await paretoscopeJson<{ exploration: { points: { id: string }[] } }>(['share', 'decode', link]);
    expect(decoded.exploration.points.map((p) => p.id).sort()).toEqual(explored.points.map((p) => p.id).sort());
    const half = await paretoscope('share', 'decode', link.slice(0, link.length / 2), '--json');
    expect(half.status).toBe(2);
    expect(faultsOf('half a link', half)).toEqual([]);
  }, 240_000);

  test('the same words give the same bytes', async () => {
    const paths = [join(folder, 'a.zip'), join(folder, 'b.zip')];
    await inPairs(paths, (out) => paretoscopeJson(['export', MODEL, '--bits', '4/8', '--samples', '8', '--out', out]));
    const [a, b] = paths.map((path) => readFileSync(path));
    expect(a?.equals(b ?? Buffer.of())).toBe(true);
  }, 120_000);

  test('arrays of another shape are refused with both shapes', async () => {
    const path = join(folder, 'wrong.npz');
    writeFileSync(path, writeNpz(new Map([['x', tensorOf('float32', [2, 3], [1, 2, 3, 4, 5, 6])]])));
    const result = await paretoscope('quantize', MODEL, '--data', path, '--json');
    expect(faultsOf('wrong shape', result)).toEqual([]);
    expect(result.stderr).toMatch(/\[2, 3\].*\[1, 1, 28, 28\]/);
  }, 30_000);
});
