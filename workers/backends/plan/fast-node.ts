import type { Model, Node, Shape, Tensor, TensorId } from '../../../src/ir/index.ts';
import { attributeOf, isKnown, numbersOf, weightOf } from '../../../src/ir/index.ts';
import { type KernelMemory, writeFields } from '../kernel-memory.ts';

/** Where an operation reads, writes and works, once memory is planned; `low` … `high` clamp what it writes. */
export interface Places {
  readonly memory: KernelMemory;
  /** Address of an operand: of a value's place, or of a constant, which is then placed once for all its readers. */
  operand(id: TensorId): number;
  /** Address of output `index`; with a clamp fused, of the clamped value for output 0. */
  output(index: number): number;
  readonly low: number;
  readonly high: number;
  /** Working memory of the node's `scratchBytes`, shared by all nodes: what it holds is lost between calls. */
  readonly scratch: number;
}

/** A node that has a fast kernel. */
export interface FastNode {
  /** Run-time values and constants it reads by `operand`; constants it packs itself are not among them. All float32. */
  readonly reads: readonly TensorId[];
  readonly scratchBytes?: number;
  /** Whether its kernel can clamp output 0 as it writes, so that a following Relu or Clip costs nothing. Default: no. */
  readonly clamps?: boolean;
  /** [output, input] pairs of equal size that may lie in the same place: the kernel is right when it overwrites that input. */
  readonly inPlace?: readonly (readonly [output: number, input: number])[];
  /** Writes the node's constants and fields; the result runs it once. Called once per place it is given. */
  bind(places: Places): () => void;
}

/** A node that only gives its input another shape: both are one place in memory. */
export interface View {
  readonly viewOf: TensorId;
}

/** Makes a node ready for its kernel; `undefined`: this form of it has none, run it on the plain reference. */
export type Planner = (view: NodeView) => FastNode | View | undefined;
/** By operator: 'Conv', 'paretoscope.train::ConvWeightGradient'. */
export type PlannerTable = Readonly<Record<string, Planner>>;

const bits = new Int32Array(1);
const asFloat = new Float32Array(bits.buffer);
/** The pattern of a float32, as field blocks hold it. */
export const floatBits = (value: number): number => {
  asFloat[0] = value;
  return bits[0] as number;
};

/** Writes the field block of a kernel; the result calls the kernel with it. */
export function bindFields<Enum extends Parameters<typeof writeFields>[2]>(
  { memory }: Pick<Places, 'memory'>,
  name: string,
  fields: Enum,
  values: Parameters<typeof writeFields<Enum>>[3],
): () => void {
  const address = memory.reserve(fields.bytes);
  writeFields(memory, address, fields, values);
  const kernel = memory.kernel(name);
  return () => kernel(address);
}

/** Runs kernel calls one after another. */
export const inOrder = (calls: readonly (() => void)[]): (() => void) =>
  calls.length === 1
    ? (calls[0] as () => void)
    : () => {
        for (const call of calls) call();
      };

/** What a planner may ask about the graph. */
export class NodeView {
  readonly node: Node;
  readonly #model: Model;

  constructor(node: Node, model: Model) {
    this.node = node;
    this.#model = model;
  }

  /** Shape of an input or output that is float32 and fully known. */
  floatShape(id: TensorId | undefined): Shape | undefined {
    const found = id ? this.#model.graph.tensors.get(id) : undefined;
    return found?.type === 'float32' && isKnown(found.shape) ? found.shape : undefined;
  }

  /** Shape of a value of any type that is fully known. */
  knownShape(id: TensorId | undefined): Shape | undefined {
    const shape = id ? this.#model.graph.tensors.get(id)?.shape : undefined;
    return isKnown(shape) ? shape : undefined;
  }

  /** A float32 constant of the model. */
  static floatConstant(model: Model, id: TensorId): (Tensor & { readonly data: Float32Array }) | undefined {
    const weight = model.graph.tensors.get(id)?.weight;
    const tensor = weight === undefined ? undefined : weightOf(model.weights, weight);
    return tensor?.type === 'float32' && tensor.data instanceof Float32Array
      ? { ...tensor, data: tensor.data }
      : undefined;
  }

  /** Elements of an input that is a float32 constant. */
  constant(index: number): (Tensor & { readonly data: Float32Array }) | undefined {
    return NodeView.floatConstant(this.#model, this.node.inputs[index] ?? '');
  }

  has(index: number): boolean {
    return (this.node.inputs[index] ?? '') !== '';
  }

  /** Numbers of an input that is a constant of any numeric type: axes, sizes, scales. */
  numbers(index: number): readonly number[] | undefined {
    const weight = this.#model.graph.tensors.get(this.node.inputs[index] ?? '')?.weight;
    const tensor = weight === undefined ? undefined : weightOf(this.#model.weights, weight);
    return tensor && tensor.type !== 'string' ? Array.from(numbersOf(tensor)) : undefined;
  }

  /** Opset of the node's domain. */
  get opset(): number {
    return this.#model.graph.opsets.get(this.node.domain) ?? 1;
  }

  /** Whether input `index` is computed at run time. */
  isActivation(index: number): boolean {
    return this.has(index) && this.#model.graph.tensors.get(this.node.inputs[index] as string)?.weight === undefined;
  }

  int(name: string, fallback: number): number {
    return attributeOf(this.node.attributes, name, 'int') ?? fallback;
  }

  float(name: string, fallback: number): number {
    return attributeOf(this.node.attributes, name, 'float') ?? fallback;
  }

  ints(name: string): readonly number[] | undefined {
    return attributeOf(this.node.attributes, name, 'ints');
  }

  floats(name: string): readonly number[] | undefined {
    return attributeOf(this.node.attributes, name, 'floats');
  }

  text(name: string): string | undefined {
    return attributeOf(this.node.attributes, name, 'string');
  }
}
