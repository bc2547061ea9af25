import { roundEven } from '../base/index.ts';
import type { DataType } from '../ir/index.ts';

/** Rounding to the four 8-bit float formats of ONNX (specification: "Float stored in 8 bits", Cast). */

interface Float8 {
  readonly fractionBits: number;
  /** Exponent of the smallest normal number. */
  readonly lowest: number;
  readonly largest: number;
  /** What values beyond the largest become where they do not saturate. */
  readonly overflow: number;
  /** Formats with one zero only. */
  readonly unsignedZero: boolean;
}

const FORMATS: Partial<Record<DataType, Float8>> = {
  float8e4m3fn: { fractionBits: 3, lowest: -6, largest: 448, overflow: Number.NaN, unsignedZero: false },
  float8e4m3fnuz: { fractionBits: 3, lowest: -7, largest: 240, overflow: Number.NaN, unsignedZero: true },
  float8e5m2: { fractionBits: 2, lowest: -14, largest: 57344, overflow: Number.POSITIVE_INFINITY, unsignedZero: false },
  float8e5m2fnuz: { fractionBits: 2, lowest: -15, largest: 57344, overflow: Number.NaN, unsignedZero: true },
};

export const isFloat8 = (type: DataType): boolean => type in FORMATS;

/** The nearest value of an 8-bit float type, ties to even; values beyond its range become the largest, or overflow. */
export function roundToFloat8(type: DataType, value: number, saturate = true): number {
  const format = FORMATS[type];
  if (!format || Number.isNaN(value)) return value;
  const { fractionBits, lowest, largest, overflow, unsignedZero } = format;
  const size = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? -1 : 1;
  if (size > 2 * largest) return sign * (saturate ? largest : overflow);
  const exponent = Math.max(lowest, Math.floor(Math.log2(size || 1e-300)));
  const step = 2 ** (exponent - fractionBits);
  const rounded = roundEven(size / step) * step;
  if (rounded > largest) return sign * (saturate ? largest : overflow);
  return unsignedZero && rounded === 0 ? 0 : sign * rounded;
}
