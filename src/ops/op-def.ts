import type { Attributes, DataType, Dim, LayerGeometry, LayerKind, Model, Shape, Tensor } from '../ir/index.ts';
import type { LowerContext } from './lower-context.ts';

/** What is known of a value before running: its type, its shape (perhaps with symbols), its elements if constant. */
export interface Value {
  readonly type?: DataType;
  readonly shape?: readonly Dim[];
  /** Present where the value does not depend on the run-time inputs. */
  readonly constant?: Tensor;
  /** Present where the value is a sequence of tensors (or an optional one): what all of them have in common. */
  readonly element?: Value;
}

/**
 * A size that `infer` gives where only running tells it and nothing else has that size (how many elements are not 0).
 * `bindNode` replaces it by a name of the node's own, so that two of them are never taken for equal.
 */
export const OPEN_SIZE = '?';

/** Several tensors in one value. Sequences of sequences do not exist in ONNX's operators. */
export interface TensorSequence {
  /** Type of the elements; also stated where there are none. Absent: not known, the sequence is empty. */
  readonly type?: DataType;
  readonly sequence: readonly Tensor[];
}

/** An optional value that holds nothing. */
export interface EmptyOptional {
  readonly optional: 'empty';
}

/** What a value can be while a graph runs. All but control flow, sequences and optionals deal in tensors alone. */
export type RuntimeValue = Tensor | TensorSequence | EmptyOptional;

/** What an operator with graphs inside is given to run them: whoever runs the graph around it knows the names they capture. */
export interface BodyRunner {
  /** Runs a graph out of the node's own attributes; inputs and outputs in its order. An absent input stays unfed. */
  runBody(body: Model, inputs: readonly (RuntimeValue | undefined)[]): readonly RuntimeValue[];
}

/** What an operator with graphs inside is given to infer them. */
export interface BodyInferrer {
  /** Values of the outputs of a graph out of the node's attributes, given what is known of its inputs. */
  inferBody(body: Model, inputs: readonly Value[]): readonly Value[];
}

/** A value whose type and shape are known: what costs are counted on. */
export interface ShapedValue {
  readonly type: DataType;
  readonly shape: Shape;
  /** Whether it is a constant of the graph (a weight) rather than an activation. */
  readonly isConstant: boolean;
}

/** What one node costs per inference (methods F.1). Left-out counts are 0. */
export interface OpCost {
  readonly kind: LayerKind;
  readonly macs?: number;
  /** Operations beyond 2 · macs: compares, adds, divisions; exp, tanh, sigmoid count 4 per element. */
  readonly extraOps?: number;
  /** Which inputs hold learnable parameters, by index (of those that are constants); default: none. */
  readonly params?: readonly number[];
  /** Of those, which one is the bias. */
  readonly bias?: number;
  readonly geometry?: LayerGeometry;
}

/** How a node behaves when its network is quantized. Absent: it needs float, and says so when asked to become integer. */
export type QuantTraits =
  /** Conv, Gemm, MatMul by a constant: has a weight to quantize. Axes are of the weight tensor as stored in the graph. */
  | {
      readonly role: 'weighted';
      readonly weight: number;
      readonly bias?: number;
      readonly outAxis: number;
      readonly inAxis: number;
    }
  /** Output codes are input codes, moved or picked: output shares the quantization of its inputs. */
  | { readonly role: 'same-codes' }
  /**
   * Clamps its input: fuses into the producer. `lowInput` and `highInput`: where given, the bound is the constant at that
   * input, if there is one, and `low` or `high` otherwise (Clip since opset 11).
   */
  | {
      readonly role: 'clamp';
      readonly low: number;
      readonly high: number;
      readonly lowInput?: number;
      readonly highInput?: number;
    }
  /** Computes new values from quantized inputs, with an output quantization of its own. */
  | { readonly role: 'computes'; readonly range?: readonly [low: number, high: number] }
  /** Order-preserving at the network's end, left out of integer programs (Softmax). */
  | { readonly role: 'dropped' };

/** An operator with its attributes read. Raw attributes stop at `bind`. */
export interface BoundOp {
  /**
   * Types and shapes of the outputs. Unknown inputs give unknown outputs, not errors; impossible ones throw a `UserError`
   * (`ops/…`) whose message states both shapes; the caller adds the node's name.
   */
  infer(inputs: readonly (Value | undefined)[], outputCount: number): readonly Value[];
  cost(inputs: readonly (ShapedValue | undefined)[], outputs: readonly ShapedValue[]): OpCost;
  /** Plain reference: clear rather than fast, the oracle of every other implementation. */
  run(inputs: readonly (Tensor | undefined)[], outputCount: number): readonly Tensor[];
  /**
   * Present where the operator runs graphs of its own, or takes or gives sequences or optionals: then this is called while a
   * graph runs, and `run` refuses with `ops/needs-graph` (or serves the case of tensors alone).
   */
  runValues?(
    inputs: readonly (RuntimeValue | undefined)[],
    outputCount: number,
    bodies: BodyRunner,
  ): readonly RuntimeValue[];
  /** As `infer`, for operators that hold graphs (If, Loop, Scan, SequenceMap); `infer` alone then knows next to nothing. */
  inferBodies?(inputs: readonly (Value | undefined)[], outputCount: number, bodies: BodyInferrer): readonly Value[];
  /**
   * How often the node's body runs, where the inputs tell: the most there can be where it may stop early. `undefined`: not
   * known. Present where `inferBodies` is; of an If one branch runs once.
   */
  bodyRuns?(inputs: readonly (Value | undefined)[]): number | undefined;
  /** Two runs differ unless seeded: never computed ahead. */
  readonly isRandom?: boolean;
  readonly quant?: QuantTraits;
  /** Emits the integer kernel calls of this node. Absent: the node has no integer form. */
  lower?(ctx: LowerContext): void;
}

/** One ONNX operator: all that the project knows of it. */
export interface OpDef {
  /** As ONNX spells it; other domains as 'com.microsoft::FusedConv'. */
  readonly id: string;
  /** Oldest opset whose form is understood. */
  readonly sinceOpset: number;
  /** Reads the attributes, for a graph of this opset. Throws a `UserError` for illegal ones. */
  bind(attributes: Attributes, opset: number): BoundOp;
}
