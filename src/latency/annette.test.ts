import { describe, expect, test } from 'vitest';
import type { LayerCost } from '../ir/index.ts';
import type { Runtime, Unroll } from '../platforms/index.ts';
import { hasSharedData, NO_SHARED_DATA, sharedJson } from '../test-kit/shared-data.ts';
import { refined } from './refined.ts';
import { roofline } from './roofline.ts';

/** ANNETTE's own estimates: the formula is the same, so the numbers must be. */
interface Estimated {
  readonly layers: readonly (readonly [name: string, type: string, milliseconds: number])[];
}
type Count = readonly [name: string, ops: number, inputs: number, outputs: number, weights: number];
type Network = Readonly<Record<string, Estimated>> & { readonly counts: readonly Count[] };
interface LayerModel {
  readonly op_s: number;
  readonly bandwidth: number;
  readonly architecture: { readonly bit_act: number; readonly bit_weights: number };
}

describe.skipIf(!hasSharedData)(`ANNETTE on the Neural Compute Stick 2 (else: ${NO_SHARED_DATA})`, () => {
  const networks = hasSharedData ? sharedJson<Readonly<Record<string, Network>>>('annette/annette_layers.json') : {};
  const models = hasSharedData
    ? sharedJson<Readonly<Record<string, LayerModel>>>('annette/platform-models/ncs2-roofline.json')
    : {};

  test.for(Object.entries(networks))('%s: every layer of the roofline to 1e-6', ([, network]) => {
    const counts = new Map(network.counts.map((c) => [c[0], c]));
    let compared = 0;
    for (const [name, type, milliseconds] of network['none|ncs2-roofline']?.layers ?? []) {
      const model = models[type] ?? models['Base'];
      const count = counts.get(name);
      if (!model || !count || milliseconds === 0) continue;
      const [, ops, inputElements, outputElements, weightElements] = count;
      const peak = { opsPerSecond: given(model.op_s), bytesPerSecond: given(model.bandwidth) };
      const runtime: Runtime = { id: 'test', name: 'test', clockHertz: 1, widths: [], peak };
      const cost: LayerCost = { ...EMPTY, node: name, op: type, ops, inputElements, outputElements, weightElements };
      const { bit_act: activations, bit_weights: weights } = model.architecture;
      const { seconds } = roofline.layer(cost, { weights, activations, slowdown: 1 }, runtime, {
        clockRatio: 1,
        legacyRefine: false,
      });
      expect(Math.abs((seconds * 1e3) / milliseconds - 1), `${name} (${type})`).toBeLessThan(1e-6);
      compared++;
    }
    expect(compared).toBeGreaterThan(0);
  });
});

describe.skipIf(!hasSharedData)(`ANNETTE's refined roofline, convolutions (else: ${NO_SHARED_DATA})`, () => {
  interface GraphFile {
    readonly layers: Readonly<
      Record<string, { readonly kernel_shape?: readonly number[]; readonly output_shape?: readonly number[] }>
    >;
  }
  interface Refined extends LayerModel {
    readonly architecture: LayerModel['architecture'] & Readonly<Record<string, number>>;
  }
  const networks = hasSharedData ? sharedJson<Readonly<Record<string, Network>>>('annette/annette_layers.json') : {};

  test.each([
    ['ncs2-ref_roofline', 'ov|ncs2-ref_roofline'],
    ['dnndk-ref_roofline', 'dnndk|dnndk-ref_roofline'],
  ])('%s: vgg16-7, squeezenet1.0-9 and mobilenetv2-7 to 1e-6, refining as the published code does', (file, key) => {
    const conv = sharedJson<Readonly<Record<string, Refined>>>(`annette/platform-models/${file}.json`)[
      'Conv'
    ] as Refined;
    const unrolled = (dimension: Unroll['dimension'], letter: string): Unroll[] => {
      const parallel = conv.architecture[`${letter}_par`];
      return parallel ? [{ dimension, parallel, alpha: conv.architecture[`${letter}_alpha`] ?? 0 }] : [];
    };
    const unroll = [
      ...unrolled('inChannels', 'c'),
      ...unrolled('outChannels', 'f'),
      ...unrolled('outWidth', 'w'),
      ...unrolled('outHeight', 'h'),
    ];
    const peak = { opsPerSecond: given(conv.op_s), bytesPerSecond: given(conv.bandwidth), unroll };
    const runtime: Runtime = { id: 'test', name: 'test', clockHertz: 1, widths: [], peak };
    const { bit_act: activations, bit_weights: weights } = conv.architecture;
    let compared = 0;
    for (const name of ['vgg16-7', 'squeezenet1.0-9', 'mobilenetv2-7']) {
      const network = networks[name] as Network;
      const { layers } = sharedJson<GraphFile>(`annette/graphs/${name}.json`);
      const counts = new Map(network.counts.map((c) => [c[0], c]));
      for (const [layer, type, milliseconds] of network[key]?.layers ?? []) {
        const count = counts.get(layer);
        const [, outHeight = 0, outWidth = 0, outChannels = 0] = layers[layer]?.output_shape ?? [];
        const inChannels = layers[layer]?.kernel_shape?.[2] ?? 0;
        if (type !== 'Conv' || !count || inChannels === 0) continue;
        const [, ops, inputElements, outputElements, weightElements] = count;
        const geometry = { inChannels, outChannels, outHeight, outWidth };
        const cost: LayerCost = { ...EMPTY, node: layer, ops, inputElements, outputElements, weightElements, geometry };
        const { seconds } = refined.layer(cost, { weights, activations, slowdown: 1 }, runtime, {
          clockRatio: 1,
          legacyRefine: true,
        });
        expect(Math.abs((seconds * 1e3) / milliseconds - 1), `${name}: ${layer}`).toBeLessThan(1e-6);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(50);
  });
});

const given = (value: number) => ({ value, provenance: 'fitted' as const, source: 'test' });
const EMPTY: LayerCost = {
  node: '',
  op: '',
  kind: 'conv',
  macs: 0,
  ops: 0,
  params: 0,
  weightElements: 0,
  biasElements: 0,
  inputElements: 0,
  outputElements: 0,
  geometry: {},
};
