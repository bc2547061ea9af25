import { beforeAll, describe, expect, test } from 'vitest';
import { createPlainBackend } from '../../compute/index.ts';
import { pickSamples } from '../../datasets/index.ts';
import { createPlainProgramBackend } from '../../emulate/index.ts';
import { testContext } from '../../test-kit/context.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData } from '../../test-kit/shared-data.ts';
import type { Exploration } from '../exploration.ts';
import { explore } from '../explore.ts';
import { TOOL_VERSION } from '../ids.ts';
import { decodeLink, encodeLink } from '../share/link.ts';
import { uniformChoices } from '../space.ts';
import { defaultAxes, frontOf } from '../view.ts';
import { bindData, classesOf } from './data.ts';
import { evaluateChoices } from './evaluate.ts';
import { exportDesign } from './export-design.ts';
import { floatCheck } from './float-check.ts';
import { layerDetail } from './layer-detail.ts';
import { noShapes, type OpenedModel, openModel } from './open.ts';
import { quantizeReport } from './report.ts';
import { sensitivity } from './sensitivity.ts';
import { type Session, startSession } from './session.ts';
import { defaultTarget } from './verdict.ts';

/** The main job on the MNIST network, from files to package and link, with the plain backends. */
const backends = { float: createPlainBackend(), program: createPlainProgramBackend() };
const target = defaultTarget('stm32l4r5');
const every = (n: number, of: number) => Array.from({ length: n }, (_, i) => Math.floor((i * of) / n));

describe.skipIf(!hasSharedData)(hasSharedData ? 'MNIST network' : `MNIST network, skipped: ${NO_SHARED_DATA}`, () => {
  let opened: OpenedModel;
  let session: Session;
  let small: Session;

  beforeAll(async () => {
    const file = (folder: string, name: string) => ({ name, bytes: sharedData(`${folder}/${name}`) });
    opened = await openModel([file('onnx-models', 'mnist_cnn.onnx')], noShapes, testContext());
    const files = ['mnist_images_u8_8000x28x28.bin.gz', 'mnist_labels_u8_8000.bin'].map((n) => file('eval-sets', n));
    const { samples } = bindData(opened, { files, seed: 1, count: 0 });
    const calibration = pickSamples(samples, every(24, 4000));
    const evaluation = pickSamples(
      samples,
      every(100, 4000).map((i) => i + 4000),
    );
    session = await startSession(opened, { samples: evaluation, calibration }, backends, testContext());
    const few = pickSamples(evaluation, every(12, 100));
    small = await startSession(opened, { samples: few, calibration, record: session.record }, backends, testContext());
  }, 60_000);

  const choices = (w: number, a: number) => uniformChoices(target, opened.layers.length, w, a);

  test('8 bits keep the accuracy; 2 bits lose it; every figure is there with its origin', async () => {
    expect(classesOf(opened)).toBe(10);
    const [wide, narrow] = await evaluateChoices(session, [choices(8, 8), choices(2, 4)], 'manual', testContext());
    const value = (point: typeof wide, id: string) => point!.objectives[id]!.value;
    expect(session.float.score).toBeGreaterThan(0.95);
    expect(session.float.score - value(wide, 'accuracy')).toBeLessThanOrEqual(0.01);
    expect(value(wide, 'sqnrDecibel')).toBeGreaterThan(20);
    expect(value(narrow, 'sqnrDecibel')).toBeLessThan(value(wide, 'sqnrDecibel') - 6);
    expect(value(narrow, 'flashBytes')).toBeLessThan(value(wide, 'flashBytes'));
    expect(value(wide, 'meanWeightBits')).toBe(8);
    for (const id of ['latencySeconds', 'energyJoules', 'peakRamBytes', 'macs'])
      expect(value(wide, id)).toBeGreaterThan(0);
    expect(wide!.objectives['accuracy']!.provenance).toBe('measured');
    const again = await evaluateChoices(session, [choices(8, 8)], 'manual', testContext());
    expect(again[0]).toEqual(wide);
  }, 60_000);

  test('the report chains float to integer; integer and fake quantization give the same labels', async () => {
    const report = await quantizeReport(small, choices(8, 8), testContext());
    expect(report.chain.map((c) => c.stage)).toEqual(['float', 'prepared', 'weights', 'activations', 'integer']);
    expect(report.chain[0]!.score).toBe(report.float.score);
    expect(report.chain.at(-1)!.score).toBe(report.integer.score);
    expect(report.point.objectives['accuracy']!.value).toBe(report.integer.score);
    expect(report.integer.agreementWithFake).toBeGreaterThanOrEqual(0.999);
    expect(report.layers.map((l) => l.node)).toEqual(opened.layers);
    for (const layer of report.layers) {
      expect(layer.sqnrDecibel).toBeGreaterThan(15);
      expect(layer.weightSqnrDecibel).toBeGreaterThan(25);
      expect(layer.scale!.length).toBeGreaterThan(0);
      expect(layer.threshold!.threshold).toBeGreaterThan(0);
    }
  }, 60_000);

  test('sensitivity: fewer bits never come closer to the float outputs by much', async () => {
    const losses = await sensitivity(small, choices(8, 8), testContext());
    expect(losses).toHaveLength(opened.layers.length * 12);
    for (const node of opened.layers) {
      const of = losses.filter((l) => l.node === node && l.what === 'weights').map((l) => l.sqnrDecibel);
      expect(of.at(-1)!).toBeGreaterThan(of[0]!);
    }
  }, 60_000);

  test('exploring gives a front, a link and a resumable record', async () => {
    const plan: Omit<Exploration, 'points'> = {
      version: 1,
      toolVersion: TOOL_VERSION,
      model: opened.reference,
      layers: opened.layers,
      seed: 1,
      data: small.data,
      calibration: small.calibration,
      target,
      algorithm: 'default',
      budget: 30,
      constraints: [],
      floatScore: small.float.score,
    };
    const result = await explore(
      plan,
      (batch, origin) => evaluateChoices(small, batch, origin, testContext()),
      testContext(),
    );
    expect(result.points).toHaveLength(30);
    // Twelve samples take too few accuracies for a front: SQNR tells the designs apart.
    expect(defaultAxes(result.points)).toEqual(['flashBytes', 'sqnrDecibel']);
    expect(frontOf(result.points, ['flashBytes', 'sqnrDecibel']).length).toBeGreaterThanOrEqual(5);
    const back = decodeLink(encodeLink({ exploration: result, view: null })).exploration;
    expect(back.points.map((p) => [p.id, p.choices])).toEqual(result.points.map((p) => [p.id, p.choices]));
  }, 120_000);

  test('a C package leaves with at least 100 vectors that the emulator confirmed', async () => {
    const design = { opened, record: session.record, samples: session.samples, backend: backends.program };
    const made = await exportDesign(design, choices(4, 8), { target: 'c', options: {}, seed: 1 }, testContext());
    expect(made.selfTest).toEqual({ vectors: 100, mismatches: 0 });
    expect([...made.package.files.keys()]).toEqual(expect.arrayContaining(['Makefile', 'manifest.json']));
  }, 60_000);

  test('a backend with one wrong bit gets no package', async () => {
    const wrong = {
      ...backends.program,
      load: (program: Parameters<typeof backends.program.load>[0]) => {
        const runner = backends.program.load(program);
        return {
          ...runner,
          run: (inputs: Parameters<typeof runner.run>[0]) => {
            const outputs = runner.run(inputs);
            outputs[0]![0]! ^= 1;
            return outputs;
          },
        };
      },
    };
    const design = { opened, record: session.record, samples: session.samples, backend: wrong };
    const run = exportDesign(design, choices(8, 8), { target: 'c', options: {}, seed: 1 }, testContext());
    await expect(run).rejects.toMatchObject({ code: 'explore/self-test' });
  }, 60_000);

  test('float check and layer detail', async () => {
    const check = await floatCheck(opened, small.samples, backends.float, createPlainBackend(), testContext());
    expect(check).toMatchObject({ samples: 12, maxDifference: 0, sameLabels: 12 });
    const run = { samples: small.samples, backend: backends.float };
    const detail = await layerDetail(opened, opened.layers[0]!, testContext(), run);
    const { weights, activations } = detail;
    expect(weights!.histogram.counts.reduce((a, b) => a + b)).toBe(weights!.count);
    expect(Math.max(...weights!.channelMaxima)).toBeCloseTo(Math.max(-weights!.min, weights!.max));
    expect(activations!.samples).toBe(12);
    await expect(layerDetail(opened, 'nothing', testContext())).rejects.toMatchObject({
      code: 'explore/unknown-layer',
    });
  });

  test('choices of another network are refused', async () => {
    const wrong = uniformChoices(target, 99, 8, 8);
    const [point] = await evaluateChoices(small, [wrong], 'manual', testContext());
    expect(point!.objectives).toEqual({});
    expect(point!.diagnostics[0]!.code).toBe('explore/bits');
  });
});
