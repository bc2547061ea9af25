import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { hasCli, inPairs, NO_CLI, paretoscope, paretoscopeJson } from '../test-kit/cli.ts';
import { hasSharedData, NO_SHARED_DATA, sharedPath } from '../test-kit/shared-data.ts';
import type { EpochRecord } from '../train/index.ts';

/** Training by the command line: fine-tuning of a real network, its contract, its errors. */

const able = hasSharedData && hasCli;
const REASON = `skipped where ${NO_SHARED_DATA}, or ${NO_CLI}`;
const folder = mkdtempSync(join(tmpdir(), 'train-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const RESNET = sharedPath('onnx-models/resnet8_cifar10_fp32.onnx');
const IMAGES = sharedPath('eval-sets/cifar10_images_u8_350x32x32x3.bin.gz');
const LABELS = sharedPath('eval-sets/cifar10_labels_u8_350.bin');
const MNIST = sharedPath('onnx-models/mnist_cnn.onnx');

interface Trained {
  readonly epochs: readonly EpochRecord[];
  readonly weightsSha256: string;
  readonly engine: string;
  readonly plainNodes: readonly string[];
  readonly seconds: number;
}

const words = ['train', RESNET, '--data', `${IMAGES},${LABELS}`, '--epochs', '2', '--learning-rate', '0.0001'];

/** Bad requests and the code each ends with. */
const BAD: readonly (readonly [words: readonly string[], code: string])[] = [
  [['train', MNIST], 'cli/usage'],
  [['train', MNIST, '--data', join(folder, 'nowhere')], 'cli/unreadable'],
  [['train', MNIST, '--generator', 'nothing'], 'base/unknown-sample-data-set'],
  [['train', MNIST, '--generator', 'glyphs', '--optimizer', 'magic'], 'cli/usage'],
  [['train', MNIST, '--generator', 'glyphs', '--learning-rate', 'fast'], 'cli/usage'],
  [['train', MNIST, '--generator', 'glyphs', '--epochs', '0'], 'cli/usage'],
  [['train', MNIST, '--generator', 'glyphs', '--smoothing', '2'], 'train/recipe'],
  [['train', MNIST, '--generator', 'glyphs', '--samples', '16'], 'train/batch-too-large'],
  [['train', MNIST, '--generator', 'glyphs', '--freeze', 'nothing'], 'train/unknown-layer'],
  [['train', MNIST, '--generator', 'beats'], 'datasets/wrong-shape'],
];

describe.skipIf(!able)(`training by the command line (${REASON})`, () => {
  test('ResNet-8 is fine-tuned in two epochs, with the same weights for the same seed', async () => {
    const out = join(folder, 'trained.onnx');
    const [first, again, other] = await inPairs([[...words, '--out', out], words, [...words, '--seed', '2']], (call) =>
      paretoscopeJson<Trained>(call),
    );
    expect(again?.weightsSha256).toBe(first?.weightsSha256);
    expect(other?.weightsSha256).not.toBe(first?.weightsSha256);
    expect(first?.epochs.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
    expect(first?.engine).toContain('WebAssembly');
    expect(first?.plainNodes).toEqual([]);
    const [before, ...after] = first?.epochs ?? [];
    expect(before?.training).toBeUndefined();
    // It is trained already: what it knew it still knows, and on what it sees it gets better.
    expect(before?.validation?.accuracy).toBeGreaterThan(0.8);
    expect(Math.max(...after.map((e) => e.validation?.accuracy ?? 0))).toBeGreaterThanOrEqual(
      (before?.validation?.accuracy ?? 1) - 0.02,
    );
    expect(after[1]?.training?.loss).toBeLessThan(after[0]?.training?.loss ?? 0);
    const { totals } = await paretoscopeJson<{ totals: { params: number } }>(['inspect', out]);
    const original = await paretoscopeJson<{ totals: { params: number } }>(['inspect', RESNET]);
    expect(totals.params).toBe(original.totals.params);
  }, 120_000);

  test('bad requests end with 2, an error and a hint', async () => {
    const faults = await inPairs(BAD, async ([call, code]) => {
      const { status, stdout, stderr } = await paretoscope(...call, '--json');
      const said = /^error .+\nhint: .+/m.test(stderr) && !/^\s+at /m.test(stderr);
      return status === 2 && stdout.includes(`"code":"${code}"`) && said ? [] : [`${call.join(' ')}: ${stdout}`];
    });
    expect(faults.flat()).toEqual([]);
  }, 120_000);
});
