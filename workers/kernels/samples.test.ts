import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { judged } from '../../scripts/samples/measure.ts';
import { networks } from '../../scripts/samples/networks.ts';
import type { Card } from '../../scripts/samples/train-sample.ts';
import { layerCosts } from '../../src/analyze/index.ts';
import { sha256Hex } from '../../src/base/index.ts';
import { noShapes, openModel } from '../../src/explore/index.ts';
import { testContext } from '../../src/test-kit/context.ts';
import type { WasmFloatBackend } from '../backends/index.ts';
import { trainingBackend } from './training-case.ts';

/** What the cards of the sample networks say is measured again. */

const folder = resolve(import.meta.dirname, '../../public/models');
const cards = JSON.parse(readFileSync(resolve(folder, 'index.json'), 'utf8')) as Card[];
const fileOf = (card: Card): Uint8Array => new Uint8Array(readFileSync(resolve(folder, card.file)));
/** Of 500 samples, two may fall on the other side when sums are taken in another order. */
const TOLERANCE = 0.004;

let wasm: WasmFloatBackend;
beforeAll(async () => {
  wasm = await trainingBackend();
});

test('every network of the gallery has a card, and all together stay small', () => {
  expect(cards.map(({ id }) => id)).toEqual(networks.map(({ id }) => id));
  expect(cards.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(1.5e6);
});

describe('what a card says', () => {
  test.each(cards.map((card) => [card.id, card] as const))('%s', async (_id, card) => {
    const bytes = fileOf(card);
    expect([bytes.length, sha256Hex(bytes)]).toEqual([card.bytes, card.sha256]);
    const { asRead } = await openModel([{ name: card.file, bytes }], noShapes, testContext());
    expect(layerCosts(asRead).reduce((sum, { macs }) => sum + (macs ?? 0), 0)).toBe(card.macs);
    const { accuracy, explained, samples } = await judged(asRead, card.data, wasm);
    expect(samples).toBe(card.samples);
    if (card.explained !== undefined) {
      expect(Math.abs((explained ?? 0) - card.explained)).toBeLessThan(TOLERANCE);
      expect(explained).toBeGreaterThan(0.5);
      return;
    }
    expect(Math.abs((accuracy ?? 0) - (card.accuracy ?? 1))).toBeLessThanOrEqual(TOLERANCE);
    expect(accuracy).toBeGreaterThanOrEqual(0.85);
    expect(accuracy).toBeLessThanOrEqual(0.98);
  });
});
