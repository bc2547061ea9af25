export type { LayerPeak, Platform, Runtime, Sourced, Unroll } from './platform.ts';
