import type { Codes, ProgramRunner } from '../compute/index.ts';
import { bufferRange, type KernelCall, type NodeId, type Program } from '../ir/index.ts';

/** How often one call's results met the ends of its code range. */
export interface SaturationRow {
  readonly node: NodeId;
  readonly kernel: KernelCall['kernel'];
  /** Index of the call in the program. */
  readonly call: number;
  readonly outputs: number;
  /** Results at the lowest code of the range; a bound that a ReLU sets is meant to be met, and is not counted. */
  readonly atLow: number;
  /** Results at the highest code of the range. A bound that a fused Clip sets below it is not counted. */
  readonly atHigh: number;
}

/**
 * Saturation per call over some samples. Accumulators cannot overflow (the program's verifier proves it), so results
 * that meet the ends of their range are what a too small threshold does.
 */
export function saturationReport(
  program: Program,
  runner: ProgramRunner,
  samples: Iterable<readonly Codes[]>,
): readonly SaturationRow[] {
  const rows = program.calls.map((call, index) => ({
    node: call.nodes[0] ?? '',
    kernel: call.kernel,
    call: index,
    outputs: 0,
    atLow: 0,
    atHigh: 0,
  }));
  for (const inputs of samples) {
    let index = 0;
    runner.trace(inputs, (call, memory) => {
      const row = rows[index++];
      const buffer = program.buffers[call.output];
      if (!row || !buffer || !('clamp' in call)) return;
      const [low, high] = bufferRange(buffer);
      const codes = memory.buffer(call.output);
      const countLow = call.clamp.low === low && low !== buffer.zeroPoint;
      row.outputs += codes.length;
      for (let i = 0; i < codes.length; i++) {
        if (codes[i] === high) row.atHigh++;
        else if (countLow && codes[i] === low) row.atLow++;
      }
    });
  }
  return rows.filter((row) => row.outputs > 0);
}
