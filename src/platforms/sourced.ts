import type { Sourced } from './platform.ts';

/** A figure from a document or a default. */
export const assumed = (value: number, source: string): Sourced => ({ value, provenance: 'assumed', source });
/** A figure of a model with known errors. */
export const fitted = (value: number, source: string): Sourced => ({ value, provenance: 'fitted', source });
export const measured = (value: number, source: string): Sourced => ({ value, provenance: 'measured', source });

/** Methods E.1: unpacking weights narrower than a byte on a microcontroller. */
export const UNPACK_ON_MCU = assumed(1.3, 'methods E.1: default time factor of sub-byte weights on microcontrollers');

/** Methods E.1: code and working memory of a generated or interpreting runtime. */
export const MCU_CODE = assumed(20 * 1024, 'methods E.1: default runtime code; operators are added per kind');
export const MCU_RUNTIME_RAM = assumed(2 * 1024, 'methods E.1: default runtime RAM');

/** Prices of methods D.23 are in euros. */
export const euros = (value: number, source: string): Sourced =>
  assumed(Math.round(value * 1.1), `${source}: ${value} EUR, at 1.1 dollars per euro`);
