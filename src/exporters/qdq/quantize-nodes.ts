import { BugError, clamp, roundAway } from '../../base/index.ts';
import {
  type Attributes,
  attributeOf,
  codeRange,
  type DataType,
  encodeWeight,
  type Model,
  type Node,
  type NodeId,
  numbersOf,
  type QuantScheme,
  type StoredTensor,
  type Tensor,
  type TensorId,
  type TensorInfo,
  type TensorQuant,
  tensorOf,
  type WeightId,
  weightOf,
} from '../../ir/index.ts';
import { cannotExpress } from '../errors.ts';

/** The integer type that holds a tensor's codes: the narrowest standard one, 8 or 16 bits. */
export const carrierOf = ({ bits, signed }: Pick<TensorQuant, 'bits' | 'signed'>): DataType =>
  bits <= 8 ? (signed ? 'int8' : 'uint8') : signed ? 'int16' : 'uint16';

const NO_ATTRIBUTES: Attributes = new Map();

/**
 * Builds the QDQ form of a model: every quantized value v passes QuantizeLinear and DequantizeLinear and keeps its name behind
 * them; every quantized weight is stored as codes behind a DequantizeLinear; biases of layers with quantized input and
 * weights are int32 codes of scale input × weights.
 */
export class QdqBuilder {
  readonly #tensors: Map<TensorId, TensorInfo>;
  readonly #weights: Map<WeightId, StoredTensor>;
  readonly #nodes: Node[] = [];
  readonly #nodeIds: Set<NodeId>;
  /** Network input → the value its readers read instead. */
  readonly #readInstead = new Map<TensorId, TensorId>();

  constructor(
    private readonly model: Model,
    private readonly scheme: QuantScheme,
    /** Whether codes below the carrier's range are cut by a Clip also where only the lowest code differs. */
    private readonly exact: boolean,
  ) {
    this.#tensors = new Map(model.graph.tensors);
    this.#weights = new Map(model.weights);
    this.#nodeIds = new Set(model.graph.nodes.map((n) => n.id));
  }

  build(): Model {
    const { graph } = this.model;
    for (const [id, quant] of this.scheme.tensors) if (this.#isConstant(id)) this.#quantizeWeight(id, quant);
    for (const id of graph.inputs) {
      const quant = this.scheme.tensors.get(id);
      if (!quant) continue;
      const dequantized = this.#declare(`${id}_dequantized`, id);
      this.#quantizeDequantize(id, dequantized, quant);
      this.#readInstead.set(id, dequantized);
    }
    for (const node of graph.nodes) this.#addNode(node);
    const used = new Set([
      ...graph.inputs,
      ...graph.outputs,
      ...this.#nodes.flatMap((n) => [...n.inputs, ...n.outputs]),
    ]);
    const tensors = new Map([...this.#tensors].filter(([id]) => used.has(id)));
    const held = new Set([...tensors.values()].map((t) => t.weight));
    const weights = new Map([...this.#weights].filter(([id]) => held.has(id)));
    return { graph: { ...graph, nodes: this.#nodes, tensors }, weights };
  }

  #isConstant(id: TensorId): boolean {
    return this.model.graph.tensors.get(id)?.weight !== undefined;
  }

  #addNode(node: Node): void {
    const bias = this.#quantizedBias(node);
    const inputs = node.inputs.map((id, i) => (i === 2 && bias ? bias : (this.#readInstead.get(id) ?? id)));
    const behind: [TensorId, TensorId, TensorQuant][] = [];
    const outputs = node.outputs.map((id) => {
      const quant = this.scheme.tensors.get(id);
      if (id === '' || !quant) return id;
      const float = this.#declare(`${id}_float`, id);
      behind.push([float, id, quant]);
      return float;
    });
    this.#nodes.push({ ...node, inputs, outputs });
    for (const [float, id, quant] of behind) this.#quantizeDequantize(float, id, quant);
  }

  #quantizeDequantize(from: TensorId, to: TensorId, quant: TensorQuant): void {
    const carrier = carrierOf(quant);
    const attributes = axisOf(quant);
    const scale = this.#scaleConstant(to, quant);
    const zero = this.#constant(`${to}_zero_point`, quantTensor(carrier, quant, quant.zeroPoint));
    const codes = this.#fresh(`${to}_codes`);
    this.#tensors.set(codes, { ...this.#tensors.get(from), id: codes, type: carrier });
    this.#node('QuantizeLinear', to, [this.#clipped(from, to, quant), scale, zero], codes, attributes);
    this.#node('DequantizeLinear', to, [codes, scale, zero], to, attributes);
  }

  /** The value behind a Clip to the range of the codes, where the carrier's own saturation would let more through. */
  #clipped(from: TensorId, name: TensorId, quant: TensorQuant): TensorId {
    const [low, high] = codeRange(quant);
    const full = codeRange({ bits: carrierOf(quant).endsWith('16') ? 16 : 8, signed: quant.signed, narrow: false });
    const narrowOnly = high === full[1] && low === full[0] + 1;
    if ((low === full[0] && high === full[1]) || (narrowOnly && !this.exact)) return from;
    if (quant.scale.length > 1) return from;
    const bound = (what: string, code: number) => {
      const value = (code - (quant.zeroPoint[0] as number)) * (quant.scale[0] as number);
      return this.#constant(`${name}_${what}`, tensorOf('float32', [], [value]));
    };
    const clipped = this.#declare(`${name}_clipped`, from);
    this.#node('Clip', name, [from, bound('lowest', low), bound('highest', high)], clipped, NO_ATTRIBUTES);
    return clipped;
  }

  /** The weight keeps its name, behind the DequantizeLinear. */
  #quantizeWeight(id: TensorId, quant: TensorQuant): void {
    const info = this.#tensors.get(id) as TensorInfo;
    const tensor = weightOf(this.model.weights, info.weight as WeightId);
    const carrier = carrierOf(quant);
    const codes = this.#constant(`${id}_codes`, tensorOf(carrier, tensor.shape, codesOf(tensor, quant)));
    const inputs = [codes, this.#scaleConstant(id, quant)];
    if (quant.zeroPoint.some((z) => z !== 0))
      inputs.push(this.#constant(`${id}_zero_point`, quantTensor(carrier, quant, quant.zeroPoint)));
    this.#tensors.set(id, { id, type: 'float32', shape: tensor.shape });
    this.#node('DequantizeLinear', id, inputs, id, axisOf(quant));
  }

  /** Name of the dequantized int32 bias of a layer; undefined where it has none, or one that must stay float. */
  #quantizedBias(node: Node): TensorId | undefined {
    const [x = '', w = '', b = ''] = node.inputs;
    const quantX = this.scheme.tensors.get(x);
    const quantW = this.scheme.tensors.get(w);
    const weight = this.model.graph.tensors.get(b)?.weight;
    if (!['Conv', 'Gemm'].includes(node.op) || !quantX || !quantW || !weight || !plainSum(node)) return undefined;
    const bias = weightOf(this.model.weights, weight);
    const scale = quantW.scale.map((s) => s * (quantX.scale[0] as number));
    if (bias.shape.length !== 1 || (scale.length > 1 && scale.length !== bias.shape[0])) return undefined;
    const codes = numbersOf(bias).map((v, i) => roundAway(v / (scale[scale.length > 1 ? i : 0] as number)));
    if (codes.some((code) => Math.abs(code) > 2147483647)) return undefined;
    const perChannel = scale.length > 1;
    const inputs = [
      this.#constant(`${node.id}_bias_codes`, tensorOf('int32', bias.shape, codes)),
      this.#constant(`${node.id}_bias_scale`, tensorOf('float32', perChannel ? [scale.length] : [], scale)),
    ];
    const out = this.#fresh(`${node.id}_bias`);
    this.#tensors.set(out, { id: out, type: 'float32', shape: bias.shape });
    const attributes: Attributes = perChannel ? new Map([['axis', { kind: 'int', value: 0 }]]) : NO_ATTRIBUTES;
    this.#node('DequantizeLinear', out, inputs, out, attributes);
    return out;
  }

  #scaleConstant(id: TensorId, quant: TensorQuant): TensorId {
    return this.#constant(`${id}_scale`, quantTensor('float32', quant, quant.scale));
  }

  #node(op: string, name: string, inputs: readonly TensorId[], output: TensorId, attributes: Attributes): void {
    let id = `${name}_${op}`;
    for (let n = 2; this.#nodeIds.has(id); n++) id = `${name}_${op}_${n}`;
    this.#nodeIds.add(id);
    this.#nodes.push({ id, op, domain: '', inputs, outputs: [output], attributes });
  }

  #constant(hint: string, tensor: Tensor): TensorId {
    const id = this.#fresh(hint);
    this.#tensors.set(id, { id, type: tensor.type, shape: tensor.shape, weight: id });
    this.#weights.set(id, encodeWeight(id, tensor));
    return id;
  }

  #declare(hint: string, like: TensorId): TensorId {
    const id = this.#fresh(hint);
    const { weight: _, ...info } = this.#tensors.get(like) ?? { id };
    this.#tensors.set(id, { ...info, id });
    return id;
  }

  #fresh(hint: string): TensorId {
    let id = hint;
    for (let n = 2; this.#tensors.has(id) || this.#weights.has(id); n++) id = `${hint}_${n}`;
    return id;
  }
}

const quantTensor = (type: DataType, quant: TensorQuant, values: readonly number[]): Tensor =>
  tensorOf(type, quant.scale.length > 1 ? [values.length] : [], values);

const axisOf = (quant: TensorQuant): Attributes =>
  quant.scale.length > 1 ? new Map([['axis', { kind: 'int', value: quant.axis ?? 0 }]]) : NO_ATTRIBUTES;

/** Gemm may scale its terms; then input scale × weight scale is not the bias's. */
const plainSum = (node: Node): boolean =>
  (attributeOf(node.attributes, 'alpha', 'float') ?? 1) === 1 &&
  (attributeOf(node.attributes, 'beta', 'float') ?? 1) === 1;

/** Codes of a float weight: rounded half away from zero, clipped to the code range. */
function codesOf(tensor: Tensor, quant: TensorQuant): Int32Array {
  const values = numbersOf(tensor);
  const [low, high] = codeRange(quant);
  const axis = quant.axis ?? 0;
  const inner = tensor.shape.slice(axis + 1).reduce((n, d) => n * d, 1);
  const size = tensor.shape[axis] ?? 1;
  if (quant.scale.length > 1 && quant.scale.length !== size) throw new BugError('QDQ: scales do not fit their axis.');
  return Int32Array.from(values, (v, i) => {
    const c = quant.scale.length > 1 ? Math.floor(i / inner) % size : 0;
    return clamp(roundAway(v / (quant.scale[c] as number)) + (quant.zeroPoint[c] as number), low, high);
  });
}

/** Opset the scheme needs: 13 brought scales per channel, 21 brought 16-bit codes. */
export function opsetFor(scheme: QuantScheme): number {
  let opset = 13;
  for (const [id, quant] of scheme.tensors) {
    if (quant.bits > 16) throw cannotExpress('qdq', id, `its ${quant.bits}-bit codes have no carrier type`);
    if (quant.bits > 8) opset = 21;
  }
  return opset;
}
