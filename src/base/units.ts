/**
 * SI base units everywhere inside; the unit is spelled out in the name of a field that leaves a function
 * (`latencySeconds`, `peakRamBytes`). Brands only where two quantities are mixed up in practice.
 */
declare const unit: unique symbol;
type Quantity<Name extends string> = number & { readonly [unit]: Name };

export type Bits = Quantity<'bits'>;
export type Bytes = Quantity<'bytes'>;
export type Cycles = Quantity<'cycles'>;
export type Seconds = Quantity<'seconds'>;
export type Hertz = Quantity<'hertz'>;

export const bits = (n: number): Bits => n as Bits;
export const bytes = (n: number): Bytes => n as Bytes;

/** Sub-byte tensors are packed, then padded to whole bytes. */
export const bitsToBytes = (b: Bits): Bytes => bytes(Math.ceil(b / 8));
export const secondsAt = (c: Cycles, f: Hertz): Seconds => (c / f) as Seconds;

/** 1 MAC = 2 operations, everywhere (methods 0.3). */
export const OPS_PER_MAC = 2;
