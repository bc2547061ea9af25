import {
  type Attribute,
  type DataType,
  encodeWeight,
  type Model,
  type Node,
  type StoredTensor,
  type TensorId,
  type TensorInfo,
  tensorOf,
} from '../ir/index.ts';
import { type ActivationChoice, activations } from './activations.ts';
import { type KnownValue, opsetOf } from './edit-kind.ts';
import { badParameter, opsetTooOld, wrongType } from './errors.ts';
import type { Fields } from './fields.ts';
import type { Names } from './names.ts';

/** Collects the nodes, values and constants of one activation; names are made from a stem and never collide. */
export class Builder {
  readonly nodes: Node[] = [];
  readonly tensors: TensorInfo[] = [];
  readonly weights: StoredTensor[] = [];
  readonly opset: number;
  readonly #names: Names;
  readonly #stem: string;
  readonly #known: KnownValue;

  /** `known`: type and shape of the value the activation works on; all it computes has the same. */
  constructor(opset: number, names: Names, stem: string, known: KnownValue) {
    this.opset = opset;
    this.#names = names;
    this.#stem = stem;
    this.#known = known;
  }

  /** A value between two nodes. */
  value(hint: string): TensorId {
    const id = this.#names.value(`${this.#stem}/${hint}_out`);
    this.tensors.push({ id, ...this.#known });
    return id;
  }

  /** A single number of the value's element type. */
  constant(hint: string, value: number): TensorId {
    const id = this.#names.value(`${this.#stem}/${hint}`);
    const type: DataType = this.#known.type ?? 'float32';
    this.tensors.push({ id, type, shape: [], weight: id });
    this.weights.push(encodeWeight(id, tensorOf(type, [], [value])));
    return id;
  }

  node(op: string, inputs: readonly TensorId[], output: TensorId, floats: Readonly<Record<string, number>> = {}): void {
    const attributes = new Map<string, Attribute>();
    for (const [name, value] of Object.entries(floats))
      attributes.set(name, { kind: 'float', value: Math.fround(value) });
    this.nodes.push({
      id: this.#names.node(`${this.#stem}/${op}`),
      op,
      domain: '',
      inputs,
      outputs: [output],
      attributes,
    });
  }
}

/** Types that activations work on and that constants can be written in. */
const FLOATS: readonly (DataType | undefined)[] = [undefined, 'float32', 'float64', 'float16', 'bfloat16'];

/** The nodes that compute `y` = f(`x`). Throws for unknown parameters, a type that is no float and an opset that is too old. */
export function activationNodes(
  model: Model,
  choice: ActivationChoice,
  names: Names,
  {
    stem,
    x,
    y,
    known,
  }: { readonly stem: string; readonly x: TensorId; readonly y: TensorId; readonly known: KnownValue },
): Builder {
  const activation = activations.get(choice.id);
  const opset = opsetOf(model.graph);
  if (opset < activation.since) throw opsetTooOld(activation.id, activation.since, opset);
  if (activation.id !== 'Identity' && !FLOATS.includes(known.type))
    throw wrongType(x, known.type as string, activation.id);
  for (const name of Object.keys(choice.parameters ?? {}))
    if (activation.parameters[name] === undefined)
      throw badParameter(activation.id, name, Object.keys(activation.parameters));
  const builder = new Builder(opset, names, stem, known);
  activation.build(builder, x, y, { ...activation.parameters, ...choice.parameters });
  return builder;
}

/** An activation from JSON: id and, where given, parameters. */
export function activationFrom(fields: Fields): ActivationChoice {
  const id = fields.oneOf('id', activations.ids());
  const parameters = fields.numbers('parameters');
  fields.done();
  return { id, ...(parameters === undefined ? {} : { parameters }) };
}

/** 'Clip(min 0, max 6)'. */
export function activationText({ id, parameters }: ActivationChoice): string {
  const all = Object.entries({ ...activations.get(id).parameters, ...parameters });
  return all.length === 0 ? id : `${id}(${all.map(([name, value]) => `${name} ${value}`).join(', ')})`;
}

/** The model with the builder's values and constants in its tables. */
export function withBuilt(model: Model, builder: Builder): Model {
  const tensors = new Map<TensorId, TensorInfo>(model.graph.tensors);
  for (const info of builder.tensors) tensors.set(info.id, info);
  const weights = new Map<string, StoredTensor>(model.weights);
  for (const stored of builder.weights) weights.set(stored.id, stored);
  return { graph: { ...model.graph, tensors }, weights };
}
