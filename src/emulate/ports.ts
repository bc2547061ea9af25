import { BugError, clamp, roundAway } from '../base/index.ts';
import type { Codes } from '../compute/index.ts';
import { bufferRange, type Program, type ProgramBuffer, type ProgramPort, storageBytes } from '../ir/index.ts';
import { stridesOf, walk } from './buffers.ts';
import { badInputSize } from './errors.ts';
import { codesView } from './runner.ts';

/** Codes of a whole buffer, zeroed. */
export function emptyCodes(buffer: ProgramBuffer): Codes {
  return codesView(buffer.type, new ArrayBuffer(buffer.bytes), 0, buffer.bytes / storageBytes(buffer.type));
}

/**
 * One sample of an input, in the graph's order of axes, as codes in the buffer's order:
 * clip(roundAway(x / scale) + zeroPoint, low, high). Throws `emulate/bad-input-size`; non-finite values count as 0.
 */
export function encodeInput(program: Program, port: ProgramPort, values: Float32Array): Codes {
  const buffer = bufferOfPort(program, port);
  const codes = emptyCodes(buffer);
  if (values.length !== codes.length) throw badInputSize(port, values.length, codes.length);
  const [low, high] = bufferRange(buffer);
  walk(buffer.shape, physicalStrides(port), 0, (i, j) => {
    const value = values[j] as number;
    const code = Number.isFinite(value) ? roundAway(value / buffer.scale) + buffer.zeroPoint : buffer.zeroPoint;
    codes[i] = clamp(code, low, high);
  });
  return codes;
}

/** Codes of an output in the graph's order of axes: the integers themselves. */
export function outputCodes(program: Program, port: ProgramPort, codes: Codes): Codes {
  const buffer = bufferOfPort(program, port);
  const ordered = emptyCodes(buffer);
  walk(buffer.shape, physicalStrides(port), 0, (i, j) => {
    ordered[j] = codes[i] as number;
  });
  return ordered;
}

/** Values of an output, (code − zeroPoint) · scale, in the graph's order of axes. */
export function decodeOutput(program: Program, port: ProgramPort, codes: Codes): Float32Array {
  const buffer = bufferOfPort(program, port);
  const values = new Float32Array(codes.length);
  walk(buffer.shape, physicalStrides(port), 0, (i, j) => {
    values[j] = ((codes[i] as number) - buffer.zeroPoint) * buffer.scale;
  });
  return values;
}

/** For each physical axis, how far apart neighbours lie in the graph's row-major order. */
function physicalStrides(port: ProgramPort): number[] {
  const strides = stridesOf(port.graphShape);
  return port.axes.map((axis) => strides[axis] as number);
}

function bufferOfPort(program: Program, port: ProgramPort): ProgramBuffer {
  const buffer = program.buffers[port.buffer];
  if (!buffer) throw new BugError(`The program has no buffer ${port.buffer}.`);
  return buffer;
}
