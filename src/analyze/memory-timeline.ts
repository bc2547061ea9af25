import { type MemoryTimeline, type Model, planArena } from '../ir/index.ts';
import { planStorage } from './storage.ts';

/**
 * Where every activation lies in one static arena, and how much is live while each layer runs (methods F.2, A.13).
 * `bytesPerElement` is the width activations will have; left out, the graph's own element types. Needs `inferShapes`
 * first; `undefined` if a shape is unknown.
 */
export function memoryTimeline({ graph }: Model, bytesPerElement?: number): MemoryTimeline | undefined {
  const plan = planStorage(graph, bytesPerElement);
  if (plan === undefined) return undefined;
  const { storages, nodes } = plan;
  const arena = planArena(storages.map((s) => ({ ...s, id: s.tensor })));
  const ticks = nodes.map((node) => ({ node, liveBytes: 0 }));
  for (const s of storages) {
    for (let t = Math.max(0, s.firstTick); t <= Math.min(s.lastTick, ticks.length - 1); t++) {
      const tick = ticks[t];
      if (tick) tick.liveBytes += s.bytes;
    }
  }
  return {
    arenaBytes: arena.arenaBytes,
    lowerBoundBytes: arena.lowerBoundBytes,
    peakTick: Math.max(arena.peakTick, Math.min(0, ticks.length - 1)),
    ticks,
    buffers: storages.map(({ tensor, bytes, firstTick, lastTick }) => ({
      tensor,
      offset: arena.offsets.get(tensor) ?? 0,
      bytes,
      firstTick,
      lastTick,
    })),
  };
}
