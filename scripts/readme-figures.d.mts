import type { BenchRecord } from '../src/bench/index.ts';

/** Every record of a folder (default: public/bench), in the order of the table. */
export function readRecords(folder?: string): readonly BenchRecord[];
/** The block between the markers: one row per figure, then on which machine and how busy it was. Empty without figures. */
export function figuresBlock(records: readonly BenchRecord[]): string;
/** The text between the markers of a README; undefined if it has none. */
export function blockOf(readme: string): string | undefined;
/** The README with this block; unchanged if it has no markers. */
export function replaceFigures(readme: string, block: string): string;
