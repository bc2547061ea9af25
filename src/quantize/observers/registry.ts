import { Registry } from '../../base/index.ts';
import { kl } from './kl.ts';
import { minMax } from './min-max.ts';
import { mse } from './mse.ts';
import type { Observer } from './observer.ts';
import { quantile } from './quantile.ts';

/** Every way to choose a clipping threshold. To add one: write `<id>.ts` and add it here. */
const all = [mse, minMax, kl, quantile] as const satisfies readonly Observer[];
export type ObserverId = (typeof all)[number]['id'];
export const observers = new Registry<Observer>('observer', all);
