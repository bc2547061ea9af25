import { Registry } from '../base/index.ts';
import { c } from './c/index.ts';
import type { Exporter } from './package.ts';
import { qdq } from './qdq/index.ts';

/** Every target a design can be exported to. To add one: a folder here, and its line in this list. */
export const exporters = new Registry<Exporter>('export target', [c, qdq]);
