import { elementCount, graphFaults, storedBytes } from '../ir/index.ts';
import { readOnnx, writeOnnx } from '../onnx/index.ts';

/** Reads a spoiled file, checks the model, and writes and reads it again. */
export function readAndWrite(bytes: Uint8Array): void {
  const { model } = readOnnx([{ name: 'spoiled.onnx', bytes }]);
  const faults = graphFaults(model);
  if (faults.length > 0) throw new Error(`faults: ${faults.join('; ')}`);
  // A sparse weight may stand for much more than the file holds; it is made, within its own bound, when it is used.
  const sizes = [...model.weights.values()].map(({ type, shape }) => storedBytes(type, elementCount(shape)));
  if (sizes.some((size) => size > bytes.length)) return;
  readOnnx([{ name: 'again.onnx', bytes: writeOnnx(model) }]);
}
