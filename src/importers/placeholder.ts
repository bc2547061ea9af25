import { Random } from '../base/index.ts';
import { elementCount, type Shape } from '../ir/index.ts';

/**
 * Elements for a weight of a file that has none: those of an untrained network, from a seed that is the weight's name, so that
 * the same file gives the same numbers and no two weights are alike (a pass that merges equal constants would else lose parameters).
 *
 * Matrices and filters: Glorot's uniform distribution, the last two dimensions being inputs and outputs; vectors: `centre` ± 0.01.
 * Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010.
 */
export function placeholder(name: string, shape: Shape, centre: number): Float32Array {
  const random = new Random(seedOf(name));
  const count = elementCount(shape);
  const [inputs = 1, outputs = 1] = shape.slice(-2);
  const fans = (count / Math.max(1, inputs * outputs)) * (inputs + outputs);
  const limit = shape.length < 2 ? 0.01 : Math.sqrt(6 / Math.max(1, fans));
  return Float32Array.from({ length: count }, () => centre + limit * (2 * random.unit() - 1));
}

/** FNV-1a over the name's UTF-16 units. */
function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
