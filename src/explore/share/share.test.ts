import fc from 'fast-check';
import { deflateSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { Random, UserError } from '../../base/index.ts';
import type { Choices } from '../choices.ts';
import type { DesignPoint } from '../design-point.ts';
import type { Exploration } from '../exploration.ts';
import { designPointId } from '../ids.ts';
import { fromBase64url, toBase64url } from './base64url.ts';
import { readParetoscope, writeParetoscope } from './file.ts';
import { inflateLimited } from './inflate.ts';
import { decodeLink, encodeLink } from './link.ts';
import { migrate, SHARE_VERSION } from './migrations.ts';
import { printed } from './pack.ts';
import type { ShareState } from './state.ts';

const data = (name: string) => ({ name, sha256: 'd'.repeat(64), count: 100, labelled: true, origin: 'given' as const });

function exploration(layers: number, points: (basis: Exploration) => DesignPoint[]): Exploration {
  const basis: Exploration = {
    version: 1,
    toolVersion: '0.1.0',
    model: { name: 'resnet8_cifar10.onnx', sha256: '5f'.repeat(32), bytes: 320_000 },
    layers: Array.from({ length: layers }, (_, i) => `model/stage_${i >> 2}/conv2d_${i}/Conv2D`),
    seed: 1,
    data: data('test.npz'),
    calibration: data('calibration.npz'),
    target: { platform: 'stm32l4r5', runtime: 'x-cube-ai', clockHertz: 120e6 },
    algorithm: 'default',
    budget: 200,
    constraints: [{ objective: 'latencySeconds', operator: '<=', limit: 0.01 }],
    floatScore: 0.87,
    points: [],
  };
  return { ...basis, points: points(basis) };
}

const choicesOf = (bits: [number, number][], method = 'mse', perChannel = true): Choices => ({
  version: 1,
  target: { platform: 'stm32l4r5', runtime: 'x-cube-ai', clockHertz: 120e6 },
  quantize: {
    method,
    weights: perChannel ? 'per-channel' : 'per-tensor',
    activations: 'affine',
    rescale: 'fixed32',
    bits,
  },
});

const computed = (value: number) => ({ value, provenance: 'computed' as const });

/** 200 points as a search finds them: each differs from an earlier one in a few genes. */
function searched(layers: number, count: number): Exploration {
  const random = new Random(3);
  return exploration(layers, (basis) => {
    const genomes: [number, number][][] = [Array.from({ length: layers }, () => [8, 8])];
    while (genomes.length < count) {
      const parent = random.pick(genomes);
      genomes.push(
        parent.map(([w, a]) => {
          const [p, q] = [random.unit(), random.unit()];
          return [p < 0.1 ? 2 + random.below(7) : w, q < 0.1 ? 4 + random.below(5) : a];
        }),
      );
    }
    return genomes.map((bits, i) => {
      const choices = choicesOf(bits, i % 3 ? 'mse' : 'min-max');
      const latency = 0.0123 * (1 + 0.1 * random.unit());
      return {
        id: designPointId(basis, choices),
        choices,
        origin: i < 20 ? 'uniform' : 'nsga2',
        diagnostics: [],
        objectives: {
          accuracy: { value: random.below(1000) / 1000, provenance: 'measured' },
          sqnrDecibel: computed(10 + 20 * random.unit()),
          latencySeconds: {
            value: latency,
            provenance: 'assumed',
            interval: [latency * 0.7, latency * 1.4],
            coverage: 0.8,
            formula: 'max(ops / peak, bytes / bandwidth)',
            source: 'X-CUBE-AI data brief',
          },
          energyJoules: computed(latency * 0.0432),
          peakRamBytes: computed(53_248 + 1024 * random.below(3)),
          flashBytes: computed(60_000 + random.below(60_000)),
          macs: computed(12_500_000),
          meanWeightBits: computed(2 + 6 * random.unit()),
        },
      };
    });
  });
}

/** A point as a link brings it back. */
const asPrinted = (points: readonly DesignPoint[]) =>
  points.map((p) => ({
    id: p.id,
    choices: p.choices,
    origin: p.origin,
    values: Object.fromEntries(Object.entries(p.objectives).map(([id, f]) => [id, printed(f.value)])),
  }));

const asStored = (points: readonly DesignPoint[]) =>
  points.map((p) => ({
    id: p.id,
    choices: p.choices,
    origin: p.origin,
    values: Object.fromEntries(Object.entries(p.objectives).map(([id, f]) => [id, f.value])),
  }));

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown.code;
    throw thrown;
  }
  return 'none';
};

describe('links', () => {
  test('bring back ids, choices and objectives to printed precision', () => {
    const width = fc.integer({ min: 2, max: 16 });
    const value = fc.oneof(
      fc.double({ min: -1e12, max: 1e12, noNaN: true }),
      fc.double({ min: 1e-12, max: 1, noNaN: true }),
      fc.constant(0),
    );
    const point = (layers: number) =>
      fc.record({
        bits: fc.array(fc.tuple(width, width), { minLength: layers, maxLength: layers }),
        method: fc.constantFrom('mse', 'min-max'),
        perChannel: fc.boolean(),
        values: fc.dictionary(fc.constantFrom('accuracy', 'latencySeconds', 'flashBytes'), value),
      });
    const case_ = fc
      .integer({ min: 0, max: 6 })
      .chain((layers) => fc.tuple(fc.constant(layers), fc.array(point(layers), { maxLength: 12 })));
    fc.assert(
      fc.property(case_, ([layers, drawn]) => {
        const made = exploration(layers, (basis) =>
          drawn.map(({ bits, method, perChannel, values }) => {
            const choices = choicesOf(bits, method, perChannel);
            const objectives = Object.fromEntries(Object.entries(values).map(([id, v]) => [id, computed(v)]));
            return { id: designPointId(basis, choices), choices, origin: 'manual', diagnostics: [], objectives };
          }),
        );
        const view = { axes: ['flashBytes', 'accuracy'], selected: null };
        const state: ShareState = { exploration: made, view };
        const back = decodeLink(encodeLink(state));
        expect(back.view).toEqual(view);
        expect({ ...back.exploration, points: [] }).toEqual({ ...made, points: [] });
        expect(asStored(back.exploration.points)).toEqual(asPrinted(made.points));
      }),
    );
  });

  test('keep provenance, relative interval and source of figures', () => {
    const made = searched(4, 5);
    const back = decodeLink(encodeLink({ exploration: made, view: null })).exploration;
    const before = made.points[3]!.objectives['latencySeconds']!;
    const after = back.points[3]!.objectives['latencySeconds']!;
    expect(after).toMatchObject({
      provenance: 'assumed',
      source: before.source,
      formula: before.formula,
      coverage: 0.8,
    });
    expect(after.interval![0]).toBeCloseTo(before.interval![0], 5);
  });

  test.each([10, 20, 30])('of 200 points and %i layers are at most 8 KB', (layers) => {
    const link = encodeLink({ exploration: searched(layers, 200), view: { axes: ['flashBytes', 'accuracy'] } });
    expect(link.length).toBeLessThanOrEqual(8192);
  });

  const link = encodeLink({ exploration: searched(3, 4), view: null });

  test('are read with the address before them and line breaks within', () => {
    const wrapped = `https://example.org/app/?x=1#${link.replace(/(.{60})/g, '$1\r\n  ')}`;
    expect(decodeLink(wrapped)).toEqual(decodeLink(link));
  });

  test('explain every way they can be broken', () => {
    expect(codeOf(() => decodeLink(link.slice(0, link.length / 2)))).toBe('share/cut');
    expect(codeOf(() => decodeLink(link.slice(0, 8)))).toBe('share/cut');
    expect(codeOf(() => decodeLink(''))).toBe('share/not-a-link');
    expect(codeOf(() => decodeLink('https://example.org/#about'))).toBe('share/not-a-link');
    expect(codeOf(() => decodeLink(link.replace(/^\d+/, '99')))).toBe('share/newer-version');
    expect(codeOf(() => decodeLink(link.replace(/^\d+/, '0')))).toBe('share/unknown-version');
    expect(codeOf(() => decodeLink(`${link}x`))).toBe('share/damaged');
  });

  test('never give anything but the same state or a user error when a character changes', () => {
    fc.assert(
      fc.property(fc.nat(link.length - 1), fc.constantFrom(...'AZaz09-_.%'), (at, character) => {
        const broken = link.slice(0, at) + character + link.slice(at + 1);
        try {
          expect(decodeLink(broken)).toEqual(decodeLink(link));
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(UserError);
        }
      }),
    );
  });

  test('version 1 of the day it was introduced still opens', () => {
    const old = decodeLink(VERSION_1).exploration;
    expect(old.points.map((p) => p.id)).toEqual(['4de73cb8ee09', '59ce52816cce']);
    expect(old.points[1]!.objectives['flashBytes']!.value).toBe(91880);
  });
});

/** Links as they were once written: never change one, add one per version. */
const VERSION_1 =
  '1.tr.85fae413.vQXNVV1v0zAU_SuVn0BKu7RbYarggW1IwCMTH9I0TTfOTWLm2JntdO2m_neOvRbKNNBQJ0T7ktj3nnvO_cqtKEheitlZno3PMyFtb4KYTTLRMJViditI19ap0LRiJkquqNdBZKLoy5qjYZ7DibQqHAVlTfRYY4zjlaaCtWYgBddzJgy1DKAtj5HpbgCIGLWCu6jVnA0OfEOT6YsYdMefWEVZxgdHygQPqbdCq1aBYj7KxwhdfGMZEBbBNAU2cnnK8Ch95NUxeFqHu1evxQopKinQI2UG9uGf6Ku0pXAqrUPUfHT4MjJasotiRWtL1ns-UM0X-R50zSclHo7jwwmIPHg_3txDcDKIioslBInZPooeRa9FOvaGw-GFVBW5cT6yxiy29U2r3f5Rn-eYW9QqkEt9h_RrKy_fsQs3uEiMEqkOFaysi93qQ7s_0QduCjYOtVKJ7mIo-4KHpCJusFZ_Rp5S54p8NB7lMJ5vTsYw-dEdd51Dhe1T_Dnpfn3WOYuakpERv2XyvQPd1Tm8edFZw7FPhgeZUBAhSMrekVwi_iPgpG27PjwAhxonODbs6uUH22u47wSJ9CbESpNvjlKtf4cnAefQMKnb0H5IeK8xFaKlxTPb-cHeoGO6zAapZfBWkCmvVRma58jvL2zI-74FGdSIUbs0hmf56GU2Hh2g-bztXbL7Ojz-dPR2-Ob9IA7goHCK0Rr3kjJdS7g3xjulZVO3luSOSMP9DRST-cKqbsKRwkZ6kqrFfH-k9s91exxNbP8E6a-MO2GpsNvS5tvssC1I0RuVxi1CeA5BmRrniA6g9TdlK_5VT5jDG0SHRZyq9AnAnaCqUobjOuLQ2JQkZYZop9QYHh-MSLlSCy73Jzi7TumLnljQQ9mQMZHlk2-I7V3wl_x9fP1PuMfyzBVfJ-KLu9JtzXn2cyudr1bfAQezAAI9IAAACzO3MDHQMbS0MAAACzM1sTDRMTU3NgMADDM0sDAy0LE0tLAAAAszNDKz1DE0NrIAAAYzNDI1AAALMzMyNNQxMjUzBgALMzUxMtcxNTYyBQALMzQ3MNcxNDW0AAA';

test('migrations run step by step', () => {
  const table = { 1: (s: unknown) => [s, 'two'] as never, 2: (s: unknown) => [s, 'three'] as never };
  expect(migrate('one', 1, 'link', 3, table)).toEqual([['one', 'two'], 'three']);
  expect(migrate('x', SHARE_VERSION)).toBe('x');
  expect(codeOf(() => migrate('x', 2, 'link', 4, { 3: (s) => s }))).toBe('share/unknown-version');
});

test('a small text that unpacks to gigabytes is refused', () => {
  const bomb = deflateSync(new Uint8Array(1 << 20));
  expect(codeOf(() => inflateLimited(bomb, 1 << 19))).toBe('share/too-large');
  expect(inflateLimited(bomb, 1 << 20)).toHaveLength(1 << 20);
});

test('base64url round trip', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(fromBase64url(toBase64url(bytes))).toEqual(bytes);
    }),
  );
  expect(toBase64url(new Uint8Array([251, 255]))).toBe('-_8');
  expect(fromBase64url('a')).toBeUndefined();
  expect(fromBase64url('a*==')).toBeUndefined();
});

describe('files', () => {
  const state = { exploration: searched(5, 6), view: { panel: 'explore' } };
  const model = new Map([
    ['weights.bin', new Uint8Array([1, 2, 3])],
    ['model.onnx', new Uint8Array(5000).fill(7)],
  ]);

  test('bring back everything, model included, from the same bytes each time', () => {
    const bytes = writeParetoscope({ ...state, model });
    expect(writeParetoscope({ ...state, model: new Map([...model].reverse()) })).toEqual(bytes);
    const back = readParetoscope(bytes, 'a.paretoscope');
    expect(back.exploration).toEqual(state.exploration);
    expect(back.view).toEqual(state.view);
    expect([...back.model].sort()).toEqual([...model].sort());
  });

  test('explain what is wrong with them', () => {
    const bytes = writeParetoscope({ ...state, model: new Map() });
    expect(codeOf(() => readParetoscope(new Uint8Array(), 'e'))).toBe('share/not-a-file');
    expect(codeOf(() => readParetoscope(new Uint8Array([8, 1]), 'm.onnx'))).toBe('share/not-a-file');
    expect(codeOf(() => readParetoscope(bytes.slice(0, bytes.length / 2), 'half'))).toBe('share/damaged-file');
    const hurt = { ...state.exploration, seed: Number.NaN };
    expect(
      codeOf(() => readParetoscope(writeParetoscope({ ...state, exploration: hurt, model: new Map() }), 'f')),
    ).toBe('share/content');
  });
});
