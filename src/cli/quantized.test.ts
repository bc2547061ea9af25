import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import { afterAll, describe, expect, test } from 'vitest';
import { writeNpz } from '../datasets/index.ts';
import { tensorOf } from '../ir/index.ts';
import { execute, hasGcc, hasMake, NO_GCC, SANITIZED, STRICT } from '../test-kit/c-package.ts';
import { hasCli, NO_CLI, paretoscopeJson } from '../test-kit/cli.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData, sharedPath } from '../test-kit/shared-data.ts';

/** Quantization and C packages of real networks through the built command line, on labelled samples. */

const able = hasSharedData && hasCli;
const REASON = `skipped where ${NO_SHARED_DATA}, or ${NO_CLI}`;
/** With ALL_NETWORKS set, every network of the issue, and all of its samples. */
const EVERY = process.env['ALL_NETWORKS'] !== undefined;

const folder = mkdtempSync(join(tmpdir(), 'quantized-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const evalSet = (name: string) => sharedPath(`eval-sets/${name}`);

function keywords(shape: readonly number[]): string {
  const path = join(folder, `kws${shape.length}.npz`);
  const codes = new Int8Array(gunzipSync(sharedData('eval-sets/kws_mfcc_i8_667x49x10.bin.gz')));
  const x = tensorOf(
    'float32',
    [667, ...shape],
    Array.from(codes, (c) => c * 0.33674246072769165),
  );
  const y = tensorOf('uint8', [667], Array.from(sharedData('eval-sets/kws_labels_u8_667.bin')));
  writeFileSync(path, writeNpz(new Map(Object.entries({ x, y }))));
  return path;
}

/** All digits, or the first 800 of them. */
function digits(): string {
  if (EVERY) return `${evalSet('mnist_images_u8_8000x28x28.bin.gz')},${evalSet('mnist_labels_u8_8000.bin')}`;
  const path = join(folder, 'mnist.npz');
  const pixels = gunzipSync(sharedData('eval-sets/mnist_images_u8_8000x28x28.bin.gz')).subarray(0, 800 * 784);
  const x = tensorOf('uint8', [800, 1, 28, 28], Array.from(pixels));
  const y = tensorOf('uint8', [800], Array.from(sharedData('eval-sets/mnist_labels_u8_8000.bin').subarray(0, 800)));
  writeFileSync(path, writeNpz(new Map(Object.entries({ x, y }))));
  return path;
}

const pictures = () => `${evalSet('cifar10_images_u8_350x32x32x3.bin.gz')},${evalSet('cifar10_labels_u8_350.bin')}`;

interface Report {
  readonly float: { readonly accuracy: number };
  readonly fake: { readonly accuracy: number };
  readonly integer: { readonly accuracy: number; readonly agreement: number };
  readonly chain: readonly { readonly stage: string }[];
  readonly layers: readonly object[];
}

const LABELLED = [
  { model: 'mnist_cnn.onnx', data: digits, loss: 0.002, always: true },
  { model: 'resnet8_cifar10_fp32.onnx', data: pictures, loss: 0.01, always: true },
  { model: 'dscnn_kws_small_fp32.onnx', data: () => keywords([49, 10, 1]), loss: 0.01, always: true },
  { model: 'dscnn_kws_int8_qdq.onnx', data: () => keywords([490]), loss: 0.01, always: false },
].filter((c) => EVERY || c.always);

/** Stands in for `test` where a long one is not asked for: it is left out, not skipped. */
const unlisted = (_name: string, _body: () => Promise<void>, _milliseconds: number): void => {};

describe.skipIf(!able)(`quantize (${REASON})`, () => {
  test.each(LABELLED)(
    '$model at 8 bits per channel: loss within the bound, integers answer as their twin does',
    async ({ model, data, loss }) => {
      const words = ['quantize', sharedPath(`onnx-models/${model}`), '--data', data(), '--per-channel'];
      const report = await paretoscopeJson<Report>(words);
      if (EVERY) console.log(model, report.float, report.fake, report.integer);
      expect(report.float.accuracy - report.integer.accuracy).toBeLessThanOrEqual(loss);
      expect(report.integer.agreement).toBeGreaterThanOrEqual(0.999);
      expect(report.chain.length).toBeGreaterThanOrEqual(5);
      expect(report.layers.length).toBeGreaterThanOrEqual(3);
    },
    240_000,
  );

  // A minute and more: only where everything is asked for.
  (EVERY ? test : unlisted)(
    'with every scheme of the command line',
    async () => {
      const model = sharedPath('onnx-models/dscnn_kws_small_fp32.onnx');
      const words = ['quantize', model, '--data', keywords([49, 10, 1])];
      const fine = ['--affine', '--method min-max', '--method kl', '--method quantile', '--rescale fixed16'];
      // One scale for all channels of a depthwise layer is coarse: its loss is known, and larger.
      for (const flags of ['', ...fine.map((flag) => `--per-channel ${flag}`)]) {
        const report = await paretoscopeJson<Report>([...words, ...flags.split(' ').filter(Boolean)]);
        const bound = flags === '' ? 0.03 : 0.01;
        expect(report.float.accuracy - report.integer.accuracy, flags).toBeLessThanOrEqual(bound);
        // 16-bit factors share one shift per layer (methods A.6): small channels lose digits that the twin keeps.
        const same = flags.includes('fixed16') ? 0.98 : 0.999;
        expect(report.integer.agreement, flags).toBeGreaterThanOrEqual(same);
      }
    },
    240_000,
  );
});

interface Exported {
  readonly files: readonly { readonly path: string }[];
  readonly selfTest: { readonly vectors: number; readonly mismatches: number };
}

/** Unpacks a zip to a folder of its own. */
function unpacked(zip: string): string {
  const target = mkdtempSync(join(folder, 'package-'));
  for (const [path, bytes] of Object.entries(unzipSync(new Uint8Array(readFileSync(zip))))) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), bytes);
  }
  return target;
}

const PASSED = /self-test: (\d{3,}) vectors, 0 mismatches\n$/;
const PACKAGES: readonly (readonly [model: string, flags: readonly string[], always: boolean])[] = [
  ['mnist_cnn.onnx', ['--bits', '8/8', '--per-channel'], true],
  ['mnist_cnn.onnx', ['--bits', '3/5,8/16,2/8', '--affine'], true],
  ['autoencoder_ad_int8_qdq.onnx', ['--bits', '4/8'], true],
  ['resnet8_cifar10_fp32.onnx', ['--bits', '8/8', '--per-channel'], false],
  ['dscnn_kws_int8_qdq.onnx', ['--bits', '8/8', '--per-channel'], false],
  ['dscnn_kws_small_fp32.onnx', ['--bits', '6/8', '--rescale', 'double-shift'], false],
  ['mobilenetv1_vww_fp32.onnx', ['--bits', '8/8', '--per-channel'], false],
];

describe.skipIf(!able || !hasGcc || !hasMake)(`export --target c (${REASON}, or ${NO_GCC})`, () => {
  test.each(PACKAGES.filter(([, , always]) => EVERY || always))(
    '%s %j builds and passes its self-check',
    async (model, flags) => {
      const zip = join(folder, 'p.zip');
      const words = ['export', sharedPath(`onnx-models/${model}`), '--target', 'c', ...flags, '--out', zip];
      const { selfTest, files } = await paretoscopeJson<Exported>(words);
      expect(selfTest.mismatches).toBe(0);
      expect(selfTest.vectors).toBeGreaterThanOrEqual(100);
      const package_ = unpacked(zip);
      const sources = files.map((f) => f.path).filter((path) => path.endsWith('.c'));
      for (const flagsOfGcc of [[...STRICT, '-O2'], SANITIZED]) {
        const built = execute(package_, 'gcc', [...flagsOfGcc, '-I.', ...sources, '-lm', '-o', 'check']);
        expect(built).toEqual({ status: 0, output: '' });
        expect(execute(package_, './check', [])).toEqual({ status: 0, output: expect.stringMatching(PASSED) });
      }
      expect(execFileSync('make', ['test'], { cwd: package_, encoding: 'utf8' })).toMatch(PASSED);
    },
    240_000,
  );
});
