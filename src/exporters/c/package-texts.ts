import { type Code, code, joined, trusted } from '../shared/code.ts';
import type { CPort } from './model.ts';

/** What README.md tells about a package's size. */
export interface MemoryFacts {
  readonly arenaBytes: number;
  readonly scratchBytes: number;
  readonly constantBytes: number;
}

/** `objects` are the sources to build into a product, without '.c'. */
export function makefileText(objects: readonly Code[]): Code {
  return code`
    CC ?= cc
    CFLAGS ?= -std=c11 -O3 -Wall -Wextra -pedantic

    OBJECTS = ${joined(
      objects.map((o) => code`${o}.o`),
      ' ',
    )}

    all: self_test

    self_test: $(OBJECTS) test_main.o test_vectors.o
    ${'\t' as Code}$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

    $(OBJECTS) test_main.o test_vectors.o: $(wildcard *.h)

    test: all
    ${'\t' as Code}./self_test

    clean:
    ${'\t' as Code}rm -f self_test *.o

    .PHONY: all test clean
  `;
}

export function readmeText(
  title: Code,
  prefix: Code,
  ports: readonly CPort[],
  kernels: readonly Code[],
  memory: MemoryFacts,
  vectors: number,
): Code {
  const portLine = (p: CPort) =>
    code`| ${trusted(p.direction)} | ${p.words} | ${trusted(p.buffer.type)} | ${trusted(p.buffer.shape.join(' x '))} | ${p.buffer.scale} | ${p.buffer.zeroPoint} |`;
  return code`
    # ${title}

    An integer neural network in portable C11: no heap, no floating point, no libraries beyond the standard headers
    stdint.h, stddef.h and string.h. Its results are bit for bit those of the tool that wrote it.

    ## Check it

        make test

    builds everything, replays ${vectors} recorded vectors and fails on any difference. Without make:

        cc -std=c11 -O3 -I. *.c -lm -o self_test && ./self_test

    ## Use it

    Take all files but test_main.c, test_vectors.c and test_vectors.h into your build, include model.h, and call
    ${prefix}_run. Codes are integers; a code stands for (code - zero point) * scale. Maps lie channels last.

    | | name | type | shape | scale | zero point |
    | --- | --- | --- | --- | --- | --- |
    ${ports.map(portLine)}

    ## Memory

    | | bytes |
    | --- | --- |
    | arena (feature maps, static) | ${memory.arenaBytes} |
    | scratch (unpacked weights, static) | ${memory.scratchBytes} |
    | constants (weights, biases, scales, tables) | ${memory.constantBytes} |

    The run function is not reentrant: its arena is static. To leave unused functions out of the image, compile with
    -ffunction-sections and link with -Wl,--gc-sections.

    Sources: model.c (calls), weights.c (constants), the fixed kernels ${joined(kernels, ', ')}.
    manifest.json tells which model, choices, seed and tool version this was made from.
  `;
}
