import { Registry } from '../base/index.ts';
import type { LatencyModel } from './model.ts';
import { refined } from './refined.ts';
import { roofline } from './roofline.ts';

/** Latency models, best first: 'auto' takes the first that applies to a runtime. */
export const latencyModels = new Registry<LatencyModel>('latency model', [refined, roofline]);
