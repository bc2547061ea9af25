export { constantValues } from './constant-values.ts';
export { inferShapes, inferValues } from './infer-shapes.ts';
export type { Totals } from './layer-costs.ts';
export { layerCosts, totals } from './layer-costs.ts';
export type { MemoryTimeline } from './memory-timeline.ts';
export { memoryTimeline } from './memory-timeline.ts';
export { operatorName } from './operator-of.ts';
export type { ShapeChoice } from './set-shapes.ts';
export { openSymbols, setShapes } from './set-shapes.ts';
