/** Files that are broken, unusual or hostile: each gives a model or a `UserError`, soon, and nothing else. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../base/index.ts';
import { graphFaults } from '../ir/index.ts';
import { hasSharedData, NO_SHARED_DATA, sharedData, sharedJson } from '../test-kit/shared-data.ts';
import { type OnnxImport, readOnnx, writeOnnx } from './index.ts';

const OK = 'ok';

/** File → 'ok' or the error's code; after it the diagnostics. */
const outcomes: Readonly<Record<string, readonly string[]>> = {
  'attention_head.onnx': [OK],
  'bad_conditionally_invalid.onnx': [OK], // wrong only in its shapes, which are not judged here
  'bad_dup_value_info.onnx': [OK, 'onnx/duplicate-input'],
  'bad_lint_example.onnx': [OK],
  'bad_multi_level_errors.onnx': [OK],
  'bf16_matmul.onnx': [OK],
  'const_foldable.onnx': [OK],
  'dead_nodes.onnx': [OK],
  'duplicate_opset_import.onnx': [OK],
  'empty.onnx': ['onnx/not-onnx'],
  'external_weights_missing.onnx': ['onnx/missing-external-data'],
  'finn_hardware_ops.onnx': [OK],
  'git_lfs_pointer.onnx': ['onnx/not-onnx'],
  'initializer_is_output.onnx': [OK],
  'loop_body.onnx': [OK],
  'nested_local_function.onnx': [OK],
  'nonzero_data_dependent.onnx': [OK],
  'opset_cast_FLOAT_to_INT4.onnx': [OK],
  'opset_cast_no_saturate_FLOAT_to_FLOAT8E4M3FN.onnx': [OK],
  'opset_sequence_insert_at_back.onnx': [OK, 'onnx/not-a-tensor', 'onnx/not-a-tensor'],
  'opset_swish.onnx': [OK],
  'qdq_no_inputs.onnx': [OK],
  'residual_block_negative_batch.onnx': [OK, 'onnx/negative-dimension'],
  'sparse_initializer.onnx': [OK, 'onnx/sparse-weight'],
  'tensor_attr.onnx': [OK],
  'tflite_renamed.onnx': ['onnx/not-onnx'],
  'truncated_half.onnx': ['onnx/truncated'],
  'unsorted_nodes.onnx': [OK, 'onnx/sorted'],
  'unsupported_op_fake.onnx': [OK],
  'whisper_cloud_custom_only.onnx': [OK],
  'xgboost_tree.onnx': [OK],
};

function attempt(name: string, bytes: Uint8Array): OnnxImport | UserError {
  try {
    return readOnnx([{ name, bytes }]);
  } catch (thrown) {
    if (thrown instanceof UserError) return thrown;
    throw thrown;
  }
}

describe.skipIf(!hasSharedData)(hasSharedData ? 'shared files' : `shared files, skipped: ${NO_SHARED_DATA}`, () => {
  test('the table names every file there is, and refuses no file that onnxruntime loads', () => {
    const index = sharedJson<{ file: string; onnxruntime: string }[]>('onnx-broken/index.json');
    expect(Object.keys(outcomes).sort()).toEqual(index.map((entry) => entry.file).sort());
    const loadable = index.filter((entry) => entry.onnxruntime === 'loads').map((entry) => entry.file);
    expect(loadable.filter((file) => outcomes[file]![0] !== OK)).toEqual([]);
  });

  test.each(Object.entries(outcomes))('%s: %j', (name, [outcome, ...codes]) => {
    const result = attempt(name, sharedData(`onnx-broken/${name}`));
    if (result instanceof UserError) {
      expect(result.code).toBe(outcome);
      expect(result.message).toContain(name);
      expect(result.hint).not.toBe('');
      return;
    }
    expect([OK, ...result.diagnostics.map((d) => d.code)]).toEqual([outcome, ...codes]);
    expect(graphFaults(result.model)).toEqual([]);
    const again = attempt(name, writeOnnx(result.model));
    expect(again).not.toBeInstanceOf(UserError);
  });

  const victims = [
    'onnx-broken/loop_body.onnx',
    'onnx-broken/sparse_initializer.onnx',
    'onnx-broken/tensor_attr.onnx',
    'onnx-broken/unsorted_nodes.onnx',
    'onnx-models/light_alexnet.onnx',
    'onnx-models/mnist_cnn.onnx',
  ];
  test('600 mutated files: a model or a UserError, each within two seconds', () => {
    const whole = victims.map(sharedData);
    const change = fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(255),
      fc.constantFrom('set', 'insert', 'remove', 'cut'),
    );
    fc.assert(
      fc.property(fc.nat(victims.length - 1), fc.array(change, { minLength: 1, maxLength: 6 }), (which, changes) => {
        let bytes = [...whole[which]!.subarray(0, 6000), ...whole[which]!.subarray(6000)];
        for (const [where, value, how] of changes) {
          // Squared: most of a graph's structure lies at the front, its weights behind.
          const at = Math.floor(where * where * bytes.length);
          if (how === 'set') bytes[at] = value;
          else if (how === 'insert') bytes.splice(at, 0, value, 255 - value);
          else if (how === 'remove') bytes.splice(at, 1 + (value % 3));
          else if (value < 32) bytes = bytes.slice(0, at);
        }
        const start = performance.now();
        const result = attempt('mutated.onnx', Uint8Array.from(bytes));
        if (!(result instanceof UserError)) {
          expect(graphFaults(result.model)).toEqual([]);
          writeOnnx(result.model);
        }
        expect(performance.now() - start).toBeLessThan(2000);
      }),
      { numRuns: 600 },
    );
  }, 60_000);
});
