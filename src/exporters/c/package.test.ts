import { describe, expect, test } from 'vitest';
import type { Program } from '../../ir/index.ts';
import { buildAndRun, hasGcc, NO_GCC } from '../../test-kit/c-package.ts';
import { requestOf } from '../../test-kit/export-request.ts';
import {
  addConv2d,
  addDense,
  ProgramBuilder,
  randomVectors,
  type WeightedKind,
} from '../../test-kit/random-program.ts';
import { exportC } from './print-package.ts';

const KIND: WeightedKind = {
  x: 'uint8',
  weights: 'int8',
  weightBits: 4,
  y: 'int8',
  zeroPoints: false,
  accumulator: 'int32',
};

function twoLayers(): Program {
  const b = new ProgramBuilder('tiny', 1);
  addConv2d(b, KIND, 'plain');
  addDense(b, { ...KIND, weightBits: 8 });
  return b.build();
}

/** The same program with every name the model file could have given replaced. */
function renamed(program: Program, name: (i: number) => string): Program {
  const port = (p: Program['inputs'][number], i: number) => ({ ...p, tensor: name(i) });
  return {
    ...program,
    name: name(0),
    buffers: program.buffers.map((b, i) => ({ ...b, tensor: name(i) })),
    constants: program.constants.map((k, i) => ({ ...k, label: name(i) })),
    calls: program.calls.map((call, i) => ({ ...call, nodes: [name(i)] })),
    inputs: program.inputs.map(port),
    outputs: program.outputs.map(port),
  };
}

const HOSTILE: readonly string[] = [
  '*/ system("x"); /*',
  '"); system("x"); ("',
  'a\n#define int char\n',
  '#define',
  '\u202e\u2066 evil \u0000\u0007',
  '??/ ??) \\',
  '$(shell touch hacked) `touch hacked`',
  '../../../etc/passwd',
  'main',
  'EOF',
  'INT8_MIN',
  '__proto__',
  '[click](javascript:alert(1)) <script>',
  'x'.repeat(10_000),
  '',
];

describe('a C package', () => {
  test.skipIf(!hasGcc)(`hostile names compile and run (${NO_GCC} where skipped)`, () => {
    for (const first of [0, 5, 10]) {
      const plain = twoLayers();
      const program = renamed(plain, (i) => HOSTILE[(first + i) % HOSTILE.length] as string);
      const { output } = buildAndRun(exportC(requestOf(program, randomVectors(plain, 2, 1))).files);
      expect(output).toBe('self-test: 2 vectors, 0 mismatches\n');
    }
  });

  test('no hostile text reaches a generated file as it stands', () => {
    const plain = twoLayers();
    for (const name of HOSTILE.filter((h) => /[^A-Za-z0-9_]/.test(h) && h !== '#define')) {
      const { files } = exportC(
        requestOf(
          renamed(plain, () => name),
          randomVectors(plain, 1, 1),
        ),
      );
      for (const [path, content] of files) {
        if (path !== 'manifest.json') expect(content, path).not.toContain(name);
        expect(content, path).toMatch(/^[\t\n\x20-\x7e]*$/);
      }
    }
  });

  test('golden listing', async () => {
    const program = twoLayers();
    const { files } = exportC(requestOf(program, randomVectors(program, 1, 1)));
    for (const path of ['model.h', 'model.c', 'weights.c', 'test_vectors.c', 'Makefile', 'README.md', 'manifest.json'])
      await expect(files.get(path)).toMatchFileSnapshot(`../golden/c-two-layers/${path}`);
    expect([...files.keys()].sort()).toMatchInlineSnapshot(`
      [
        "Makefile",
        "README.md",
        "broadcast.h",
        "codes.h",
        "conv2d.c",
        "dense.c",
        "dot.c",
        "kernels.h",
        "manifest.json",
        "model.c",
        "model.h",
        "test_main.c",
        "test_vectors.c",
        "test_vectors.h",
        "unpack.c",
        "weights.c",
        "weights.h",
      ]
    `);
  });

  test('no vectors, no package; wrong options are named', () => {
    const program = twoLayers();
    const vectors = randomVectors(program, 1, 1);
    const code = (options: object, given = vectors) => {
      try {
        exportC(requestOf(program, given, options as Record<string, number>));
      } catch (thrown) {
        return (thrown as { code?: string }).code;
      }
      return 'none';
    };
    expect(code({}, [])).toBe('exporters/no-vectors');
    expect(code({ vectors: 0 })).toBe('exporters/bad-option');
    expect(code({ vectors: 'many' })).toBe('exporters/bad-option');
    expect(code({ weights: 'zipped' })).toBe('exporters/bad-option');
    expect(code({ colour: 1 })).toBe('exporters/bad-option');
  });
});
