import { inWords, memory, scaled } from '../base/index.ts';
import type { Estimate, Figure } from '../ir/index.ts';
import type { Command } from './command.ts';
import { modelPath } from './invocation.ts';
import { openModel, parseShapes, SHAPE_OPTION } from './open-model.ts';

/** Flat, as the contract has it: a figure's value under its unit's name, its origin beside it. */
export function estimateJson(e: Estimate): object {
  return {
    platform: e.platform,
    runtime: e.runtime,
    clockHertz: e.clockHertz,
    method: e.method,
    fits: e.fits === 'unknown' ? undefined : e.fits === 'yes',
    reasons: e.reasons,
    latencySeconds: e.latency?.value,
    latencyInterval: e.latency?.interval,
    coverage: e.latency?.coverage,
    energyJoules: e.energy?.value,
    peakRamBytes: e.peakRam?.value,
    flashBytes: e.flash?.value,
    provenance: {
      latency: origin(e.latency),
      energy: origin(e.energy),
      peakRam: origin(e.peakRam),
      flash: origin(e.flash),
    },
    layers: e.layers.map((l) => ({
      id: l.node,
      latencySeconds: l.latency?.value,
      energyJoules: l.energy?.value,
      bound: l.bound,
    })),
    diagnostics: e.diagnostics,
  };
}

const origin = (f: Figure | undefined): object | undefined =>
  f && { kind: f.provenance, formula: f.formula, source: f.source };

export function estimateLine(e: Estimate): string {
  const latency = e.latency ? `${inWords(scaled(e.latency.value, 's'))} (${e.latency.provenance})` : 'unknown';
  const energy = e.energy ? inWords(scaled(e.energy.value, 'J')) : 'unknown';
  const ram = e.peakRam ? inWords(memory(e.peakRam.value)) : 'unknown';
  const fits = { yes: 'fits', no: 'does not fit', unknown: 'fit unknown' }[e.fits];
  const why = e.fits === 'yes' ? '' : `: ${e.reasons.map((r) => r.message).join(' ')}`;
  return `${e.platform.padEnd(14)}${e.runtime.padEnd(16)}${latency.padEnd(24)}${energy.padEnd(12)}${ram.padEnd(12)}${fits}${why}`;
}

export const estimate: Command = {
  id: 'estimate',
  summary: 'Latency, energy, RAM and flash on each platform, and whether it fits',
  usage: 'MODEL [--platform ID[,ID…]|all] [--method auto|roofline|refined] [--bits 8]',
  options: [
    { name: 'platform', value: 'ID[,ID…]|all', help: 'Platforms to estimate', default: 'all' },
    { name: 'method', value: 'auto|roofline|refined', help: 'Latency model', default: 'auto' },
    { name: 'bits', value: 'N', help: 'Width of weights and activations', default: '8' },
    SHAPE_OPTION,
  ],
  async run(call, host) {
    const path = modelPath(call, estimate);
    const named = call.text('platform') ?? 'all';
    const platforms = named === 'all' ? 'all' : named.split(',').filter(Boolean);
    const bits = call.whole('bits', 1) ?? 8;
    const { modelId } = await openModel(path, parseShapes(call.text('shape')), host);
    const estimates = await host
      .client()
      .run('estimate', { modelId, platforms, method: call.text('method') ?? 'auto', bits });
    return { json: { estimates: estimates.map(estimateJson) }, text: estimates.map(estimateLine).join('\n') };
  },
};
