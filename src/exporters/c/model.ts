import type { KernelCall, Program, ProgramBuffer, ProgramPort } from '../../ir/index.ts';
import { type Code, code, joined, trusted } from '../shared/code.ts';
import { type CNames, plainWords } from '../shared/names.ts';
import { arenaAt, type CallContext, layerWords, type PrintedCall, runtimeType } from './calls.ts';
import { cType } from './constants.ts';

/** An input or output of the network as the generated API names it. */
export interface CPort {
  /** Parameter of the run function: 'input_image'. */
  readonly parameter: Code;
  /** Head of its macros: 'NET_INPUT0'. */
  readonly macro: Code;
  readonly words: Code;
  readonly buffer: ProgramBuffer;
  readonly count: number;
  readonly direction: 'input' | 'output';
}

export function portsOf(program: Program, prefix: Code, names: CNames): CPort[] {
  const buffers = new Map(program.buffers.map((b) => [b.id, b]));
  const port = (direction: 'input' | 'output') => (p: ProgramPort, i: number) => {
    const buffer = buffers.get(p.buffer) as ProgramBuffer;
    return {
      parameter: names.unique(`${direction}_${p.tensor}`),
      macro: trusted(`${prefix}_${direction}${i}`.toUpperCase()),
      words: plainWords(p.tensor),
      buffer,
      count: buffer.shape.reduce((n, d) => n * d, 1),
      direction,
    };
  };
  return [...program.inputs.map(port('input')), ...program.outputs.map(port('output'))];
}

const parameterOf = (port: CPort): Code =>
  code`${port.direction === 'input' ? code`const ` : code``}${cType(port.buffer.type)} *${port.parameter}`;

/** `name(a, b)`, on several lines where it would be long. */
function argumentList(name: Code, args: readonly Code[]): Code {
  const line = code`${name}(${joined(args, ', ')})`;
  if (line.length <= 100) return line;
  return code`
    ${name}(
        ${joined(args, ',\n')})
  `;
}

const signatureOf = (prefix: Code, ports: readonly CPort[]): Code =>
  argumentList(code`int ${trusted(`${prefix}_run`)}`, ports.map(parameterOf));

function portMacros(port: CPort): Code {
  const axes = port.buffer.shape.length === 3 ? ', height x width x channels' : '';
  const shape = trusted(port.buffer.shape.join(' x ') + axes);
  return code`
    /* ${trusted(port.direction)} ${port.words}: ${shape}; value = (code - zero point) * scale */
    #define ${port.macro}_SIZE ${port.count}
    #define ${port.macro}_SCALE ${port.buffer.scale}
    #define ${port.macro}_ZERO_POINT ${trusted(parenthesized(port.buffer.zeroPoint))}
  `;
}

const parenthesized = (value: number): string => (value < 0 ? `(${value})` : `${value}`);

/** model.h: sizes, scales and the one function. */
export function modelHeader(program: Program, prefix: Code, ports: readonly CPort[]): Code {
  const upper = trusted(prefix.toUpperCase());
  return code`
    #ifndef ${upper}_MODEL_H
    #define ${upper}_MODEL_H

    #include <stdint.h>

    #ifdef __cplusplus
    extern "C" {
    #endif

    /* Bytes of static memory for all feature maps. */
    #define ${upper}_ARENA_BYTES ${program.arenaBytes}

    ${joined(ports.map(portMacros), '\n\n')}

    /*
     * One inference. Reads _SIZE codes from each input and writes _SIZE codes to each output.
     * Returns 0, or -1 if a pointer is null. Uses static memory: not for two threads at once.
     */
    ${signatureOf(prefix, ports)};

    #ifdef __cplusplus
    }
    #endif

    #endif
  `;
}

const copyPort = (port: CPort): Code => {
  const arena = arenaAt(port.buffer.offset);
  return port.direction === 'input'
    ? code`memcpy(${arena}, ${port.parameter}, ${port.buffer.bytes});`
    : code`memcpy(${port.parameter}, ${arena}, ${port.buffer.bytes});`;
};

/** A program's call and the runtime calls that compute it. */
export interface PrintedStep {
  readonly call: KernelCall;
  readonly printed: readonly PrintedCall[];
}

/** model.c: the arena, one constant per call, and the list of calls. */
export function modelSource(
  program: Program,
  prefix: Code,
  ports: readonly CPort[],
  steps: readonly PrintedStep[],
  context: CallContext,
): Code {
  const named = steps.flatMap(({ call, printed }, i) =>
    printed.map((p, k) => ({ ...p, words: layerWords(call), name: trusted(`call_${i}${k > 0 ? `_${k}` : ''}`) })),
  );
  const scratch = (['int8', 'int16'] as const)
    .filter((type) => context.scratch[type] > 0)
    .map((type) => code`static ${cType(type)} scratch_${trusted(type)}[${context.scratch[type]}];`);
  const tables = named.map(
    (c) => code`
      /* ${c.words} */
      static const nn_${c.kernel}_call ${c.name} = {
          ${c.fields}
      };
    `,
  );
  const inputs = ports.filter((p) => p.direction === 'input');
  const outputs = ports.filter((p) => p.direction === 'output');
  return code`
    #include "model.h"

    #include "kernels.h"
    #include "weights.h"

    #include <string.h>

    /* Every feature map, placed so that those in use at the same time do not overlap. */
    static _Alignas(8) uint8_t arena[${Math.max(program.arenaBytes, 1)}];
    ${scratch.length > 0 ? code`/* One output channel of packed weights, unpacked. */` : code``}
    ${scratch}

    ${joined(tables, '\n\n')}

    ${signatureOf(prefix, ports)} {
        ${ports.map((p) => code`if (!${p.parameter}) return -1;`)}
        ${inputs.map(copyPort)}
        ${named.map((c) => code`nn_${c.kernel}(&${c.name});`)}
        ${outputs.map(copyPort)}
        return 0;
    }
  `;
}

/** Letters per line, lines per string: C11 promises strings of 4095 characters, no more. */
const LINE_LETTERS = 112;
const STRING_LINES = 32;

/** test_vectors.c: the recorded data and the ports' memory. */
export function testVectors(prefix: Code, ports: readonly CPort[], vectors: number, data: string): Code {
  const memory = ports.map((p) => code`static ${cType(p.buffer.type)} memory_${p.parameter}[${p.count}];`);
  const table = (direction: CPort['direction']) =>
    ports
      .filter((p) => p.direction === direction)
      .map((p) => code`{"${p.words}", ${runtimeType(p.buffer.type)}, ${p.count}, memory_${p.parameter}},`);
  const count = (direction: CPort['direction']) => ports.filter((p) => p.direction === direction).length;
  const run = argumentList(
    trusted(`${prefix}_run`),
    ports.map((p) => code`memory_${p.parameter}`),
  );
  return code`
    #include "test_vectors.h"

    #include "model.h"

    ${memory}

    const int32_t nn_test_vectors = ${vectors};
    const int32_t nn_test_inputs = ${count('input')};
    const int32_t nn_test_outputs = ${count('output')};
    const nn_test_port nn_test_input[] = {
        ${table('input')}
    };
    const nn_test_port nn_test_output[] = {
        ${table('output')}
    };

    int nn_test_run(void) {
        return ${run};
    }

    const char *const nn_test_data[] = {
        ${stringLines(data)}
    };
  `;
}

function stringLines(data: string): Code {
  const lines: string[] = [];
  for (let at = 0, line = 0; at < data.length; at += LINE_LETTERS, line++) {
    const ends = (line + 1) % STRING_LINES === 0 || at + LINE_LETTERS >= data.length;
    lines.push(`"${data.slice(at, at + LINE_LETTERS)}"${ends ? ',' : ''}`);
  }
  return trusted(lines.join('\n'));
}
