import { type Model, type NodeId, planArena, type TensorId } from '../ir/index.ts';
import { planStorage } from './storage.ts';

/** Plan of the activation memory, as the page shows it (`MemoryView` of the room explore). */
export interface MemoryTimeline {
  readonly arenaBytes: number;
  /** max over ticks of live bytes: no plan can be smaller. */
  readonly lowerBoundBytes: number;
  readonly peakTick: number;
  readonly ticks: readonly { readonly node: NodeId; readonly liveBytes: number }[];
  readonly buffers: readonly {
    readonly tensor: TensorId;
    readonly offset: number;
    readonly bytes: number;
    readonly firstTick: number;
    readonly lastTick: number;
  }[];
}

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
