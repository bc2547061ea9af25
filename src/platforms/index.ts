export type { LayerPeak, Platform, Runtime, Sourced, Unroll } from './platform.ts';
export { platforms } from './registry.ts';
