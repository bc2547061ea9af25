import { type Graph, type MemoryTimeline, type Model, planArena } from '../ir/index.ts';
import { planStorage, type Storage, type StoragePlan } from './storage.ts';

/** Timelines by the width they were asked for; graphs are immutable, and many estimates ask for the same. */
const known = new WeakMap<Graph, Map<number | undefined, MemoryTimeline | undefined>>();

/**
 * Where every activation lies in one static arena, and how much is live while each layer runs (methods F.2, A.13).
 * `bytesPerElement` is the width activations will have; left out, the graph's own element types. Needs `inferShapes`
 * first; `undefined` if a shape is unknown.
 */
export function memoryTimeline({ graph }: Model, bytesPerElement?: number): MemoryTimeline | undefined {
  const plans = known.get(graph) ?? new Map<number | undefined, MemoryTimeline | undefined>();
  known.set(graph, plans);
  if (!plans.has(bytesPerElement)) {
    const plan = planStorage(graph, bytesPerElement);
    plans.set(bytesPerElement, plan && timelineOf(plan));
  }
  return plans.get(bytesPerElement);
}

function timelineOf({ storages, nodes }: StoragePlan): MemoryTimeline {
  const arena = planArena(storages.map((s) => ({ ...s, id: s.tensor })));
  const live = liveBytes(storages, nodes.length);
  return {
    arenaBytes: arena.arenaBytes,
    lowerBoundBytes: arena.lowerBoundBytes,
    peakTick: Math.max(arena.peakTick, Math.min(0, nodes.length - 1)),
    ticks: nodes.map((node, tick) => ({ node, liveBytes: live[tick + 1] as number })),
    buffers: storages.map(({ tensor, bytes, firstTick, lastTick }) => ({
      tensor,
      offset: arena.offsets.get(tensor) ?? 0,
      bytes,
      firstTick,
      lastTick,
    })),
  };
}

/**
 * Most bytes alive at once, at the graph's own element types: what no plan can undercut. Needs `inferShapes` first;
 * `undefined` if a shape is unknown.
 */
export function peakLiveBytes({ graph }: Model): number | undefined {
  const plan = planStorage(graph);
  if (plan === undefined) return undefined;
  let peak = 0;
  for (const bytes of liveBytes(plan.storages, plan.nodes.length)) peak = Math.max(peak, bytes);
  return peak;
}

/** Bytes alive in each tick, from −1 (inputs arrive) to `nodes` (outputs stay): births and deaths, summed up. */
function liveBytes(storages: readonly Storage[], nodes: number): Float64Array {
  const live = new Float64Array(nodes + 3);
  for (const { bytes, firstTick, lastTick } of storages) {
    live[firstTick + 1] = (live[firstTick + 1] as number) + bytes;
    live[lastTick + 2] = (live[lastTick + 2] as number) - bytes;
  }
  for (let i = 1; i < live.length; i++) live[i] = (live[i] as number) + (live[i - 1] as number);
  return live.subarray(0, nodes + 2);
}
