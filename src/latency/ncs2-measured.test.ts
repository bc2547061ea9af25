import { describe, expect, test } from 'vitest';
import type { LayerCost, LayerKind } from '../ir/index.ts';
import { platforms, type Runtime } from '../platforms/index.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData } from '../test-kit/shared-data.ts';
import { estimateLatency } from './estimate-latency.ts';

const KINDS: Readonly<Record<string, LayerKind>> = {
  Conv: 'conv',
  Pool: 'pool',
  Concat: 'move',
  Add: 'elementwise',
  Relu: 'elementwise',
};

/** Layers of a measured network, with the sum of their measured times in seconds. Quoted fields hold commas. */
function measured(network: string): { readonly costs: LayerCost[]; readonly seconds: number } {
  const lines = new TextDecoder().decode(sharedData('layer-latency/ncs2_layers.csv')).trim().split('\n');
  const fields = (line: string) =>
    line.match(/("[^"]*"|[^,]*)(,|$)/g)?.map((f) => f.replace(/,$/, '').replaceAll('"', '')) ?? [];
  const names = fields(lines[0] as string);
  const costs: LayerCost[] = [];
  let seconds = 0;
  for (const line of lines.slice(1)) {
    const row = fields(line);
    const text = (name: string) => row[names.indexOf(name)] ?? '';
    const number = (name: string) => Number(text(name));
    if (text('network') !== network) continue;
    seconds += number('measured_ms') / 1000;
    const kind = KINDS[text('graph_type')];
    if (!kind || number('out_c') === 0) continue;
    const [outHeight, outWidth, outChannels] = [number('out_h'), number('out_w'), number('out_c')];
    const [inHeight, inWidth, inChannels] = [
      number('in_h') || outHeight,
      number('in_w') || outWidth,
      number('in_c') || outChannels,
    ];
    const macs = number('macs');
    const outputElements = outHeight * outWidth * outChannels;
    const poolOps = kind === 'pool' ? outputElements * number('k_h') * number('k_w') : 0;
    costs.push({
      node: text('seq'),
      op: text('graph_type'),
      kind,
      macs,
      ops: 2 * macs + poolOps,
      params: 0,
      weightElements: number('weights'),
      biasElements: 0,
      inputElements: inHeight * inWidth * inChannels,
      outputElements,
      geometry: { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels },
    });
  }
  return { costs, seconds };
}

describe.skipIf(!hasSharedData)(`networks measured on the Neural Compute Stick 2 (else: ${NO_SHARED_DATA})`, () => {
  const ncs2 = platforms.get('ncs2');
  test.each(['cf_inceptionv3', 'tf_inceptionv1', 'tf_resnet50'])('%s lies in the stated interval', (network) => {
    const { costs, seconds } = measured(network);
    expect(costs.length).toBeGreaterThan(60);
    const { latency } = estimateLatency(costs, 16, ncs2, ncs2.runtimes[0] as Runtime);
    expect(seconds).toBeGreaterThan(latency?.interval?.[0] as number);
    expect(seconds).toBeLessThan(latency?.interval?.[1] as number);
  });
});
