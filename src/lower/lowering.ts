import { clamp as clampTo, roundAway } from '../base/index.ts';
import {
  type BufferId,
  bufferRange,
  type CodeClamp,
  isKnown,
  type Model,
  type Node,
  type NodeId,
  type QuantScheme,
  type Rescale,
  type Shape,
  type StageContext,
  type StoredTensor,
  type Tensor,
  type TensorId,
  type TensorQuant,
  weightOf,
} from '../ir/index.ts';
import { ProgramBuilder, scaleOf, storageOf, zeroOf } from './builder.ts';
import { cannotLower, noQuantization, unknownShape } from './errors.ts';
import { rescaleParameters } from './rescale-parameters.ts';
import { type Placed, type Value, Values } from './values.ts';
import { rescaleConstants } from './weighted.ts';

/** A clamp that a node's kernel applies to its result: ReLU or Clip fused into it. */
export interface FusedClamp {
  readonly node: NodeId;
  readonly tensor: TensorId;
  readonly low: number;
  readonly high: number;
}

/** Where one node's result goes. */
export interface Target {
  readonly tensor: TensorId;
  readonly shape: Shape;
  readonly quant: TensorQuant;
  readonly nodes: readonly NodeId[];
  readonly clamp: CodeClamp;
  /** The fused clamp in real numbers: for tables. */
  readonly real: readonly [low: number, high: number];
}

/** All that lowering one model knows, and the small questions every kernel asks. */
export class Lowering {
  readonly builder = new ProgramBuilder();
  readonly values: Values;
  readonly model: Model;
  readonly scheme: QuantScheme;
  readonly warn: StageContext['warn'];
  /** Value that only exists as an accumulator → the clamp that follows it. */
  readonly fused: ReadonlyMap<TensorId, FusedClamp>;

  constructor(
    model: Model,
    scheme: QuantScheme,
    fused: ReadonlyMap<TensorId, FusedClamp>,
    ctx: Pick<StageContext, 'warn'>,
  ) {
    this.model = model;
    this.scheme = scheme;
    this.fused = fused;
    this.warn = (diagnostic) => ctx.warn(diagnostic);
    this.values = new Values(this.builder);
  }

  shape(tensor: TensorId): Shape {
    const shape = this.model.graph.tensors.get(tensor)?.shape;
    if (!isKnown(shape)) throw unknownShape(tensor);
    return shape;
  }

  stored(tensor: TensorId | undefined): StoredTensor | undefined {
    const id = tensor ? this.model.graph.tensors.get(tensor)?.weight : undefined;
    return id === undefined ? undefined : this.model.weights.get(id);
  }

  constant(tensor: TensorId | undefined): Tensor | undefined {
    const id = tensor ? this.model.graph.tensors.get(tensor)?.weight : undefined;
    return id === undefined ? undefined : weightOf(this.model.weights, id);
  }

  /** Quantization of a value. Throws `lower/no-quantization`. */
  quant(tensor: TensorId, node: Node): TensorQuant {
    const quant = this.scheme.tensors.get(tensor);
    if (!quant) throw noQuantization(tensor, node);
    return quant;
  }

  /** The activation at an input of a node. */
  input(node: Node, index: number): Value {
    const tensor = node.inputs[index] ?? '';
    const value = this.values.get(tensor);
    if (!value) throw cannotLower(node, `its input '${tensor}' is not computed by the integer network`);
    return value;
  }

  target(node: Node, output = 0): Target {
    const raw = node.outputs[output] ?? '';
    const clamp = this.fused.get(raw);
    const tensor = clamp?.tensor ?? raw;
    const quant = this.quant(tensor, node);
    const real = [clamp?.low ?? Number.NEGATIVE_INFINITY, clamp?.high ?? Number.POSITIVE_INFINITY] as const;
    return {
      tensor,
      shape: this.shape(tensor),
      quant,
      nodes: clamp ? [node.id, clamp.node] : [node.id],
      clamp: clampCodes(quant, real),
      real,
    };
  }

  /** Makes the result's buffer and value. */
  place({ tensor, shape, quant }: Target, axes?: readonly number[]): BufferId {
    const placed = this.values.create(tensor, shape, quant, axes);
    this.values.set(tensor, placed);
    return placed.buffer;
  }

  /** Fixed-point factor of a call that never uses shifts (methods A.6: explicit scalings). `largest` bounds |accumulator|. */
  fixedPoint(factor: number, largest: number, label: string): Rescale {
    const mode = this.scheme.rescale === 'fixed32' && largest < 2 ** 31 ? 'fixed32' : 'fixed16';
    return rescaleConstants(this.builder, rescaleParameters([factor], mode), label);
  }

  /** The value with other codes: itself where the quantization is the same. */
  requantized(value: Placed, quant: TensorQuant, nodes: readonly NodeId[], label: string): Placed {
    if (sameQuant(value.quant, quant)) return value;
    const output = this.builder.buffer(value.tensor, this.builder.shapeOf(value.buffer), quant);
    this.builder.call({
      kernel: 'requantize',
      nodes,
      inputs: [value.buffer],
      output,
      rescale: this.fixedPoint(scaleOf(value.quant) / scaleOf(quant), 2 ** 16, label),
      clamp: clampCodes(quant, [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]),
    });
    this.builder.allowInPlace(output, value.buffer);
    return { ...value, quant, buffer: output };
  }
}

/** Codes of real bounds, within the code range. */
export function clampCodes(quant: TensorQuant, [low, high]: readonly [number, number]): CodeClamp {
  const [lowest, highest] = rangeOf(quant);
  const code = (x: number, otherwise: number) =>
    Number.isFinite(x) ? clampTo(roundAway(x / scaleOf(quant)) + zeroOf(quant), lowest, highest) : otherwise;
  return { low: code(low, lowest), high: code(high, highest) };
}

export const rangeOf = (quant: TensorQuant): readonly [number, number] =>
  bufferRange({ type: storageOf(quant), bits: quant.bits, zeroPoint: zeroOf(quant) });

export const sameQuant = (a: TensorQuant, b: TensorQuant): boolean =>
  a === b || (a.bits === b.bits && a.signed === b.signed && scaleOf(a) === scaleOf(b) && zeroOf(a) === zeroOf(b));
