/**
 * From the configuration that Keras writes to layers and their calls. Two writings are read: Keras 2 (calls as lists
 * `["name", node, tensor, settings]`) and Keras 3 (calls as `args` and `kwargs` that hold `__keras_tensor__`).
 */
import type { Dim } from '../../ir/index.ts';
import { badStructure } from '../errors.ts';
import { isList, isObject, type Json, type JsonObject, member } from '../json.ts';

/** Output `tensor` of call number `call` of a layer. */
export interface TensorReference {
  readonly layer: string;
  readonly call: number;
  readonly tensor: number;
  /** Sizes the file states for it (Keras 3), without the batch. */
  readonly shape?: readonly (number | null)[];
}

/** One use of a layer. */
export interface Call {
  readonly inputs: readonly TensorReference[];
  /** What was given to the call besides the layer's settings; references to tensors stay where they are. */
  readonly settings: JsonObject;
  /** In the order given, for operations such as `x + 2`: a reference or a plain value each. */
  readonly operands: readonly (TensorReference | Json)[];
  /** The operands are arguments of their own (an operation of `keras.ops`), not one list of tensors (a layer). */
  readonly separate: boolean;
}

export interface KerasLayer {
  /** 'Conv2D': the class, without the package a user registered it in. */
  readonly kind: string;
  readonly name: string;
  readonly config: JsonObject;
  readonly calls: readonly Call[];
  /** Shape of the first input that Keras 3 noted when it built the layer, with the batch. */
  readonly builtFor?: readonly (number | null)[];
}

export interface KerasModel {
  readonly name: string;
  readonly sequential: boolean;
  readonly layers: readonly KerasLayer[];
  /** Functional models only. */
  readonly inputs: readonly TensorReference[];
  readonly outputs: readonly TensorReference[];
  /** Shape with the batch that a sequential model without an input layer was built for. */
  readonly builtFor?: readonly (number | null)[];
}

export const isModelKind = (kind: string): boolean => ['Sequential', 'Functional', 'Model'].includes(kind);

/** Reads the object `{class_name, config}` of a model. Throws `importers/keras-structure`. */
export function readTopology(file: string, root: JsonObject): KerasModel {
  const kind = kindOf(root);
  const found = member(root, 'config');
  // Keras 1 wrote the layers of a sequential model as the configuration itself.
  const config = isList(found) ? { layers: found } : found;
  if (kind === undefined || !isObject(config)) throw badStructure(file, 'it has no class_name and config');
  const layers = member(config, 'layers');
  if (!isModelKind(kind) || !isList(layers))
    throw badStructure(file, `'${kind}' is a class of its own, whose layers the file does not list`);
  const sequential = kind === 'Sequential';
  const builtFor = shapeIn(member(config, 'build_input_shape')) ?? builtShape(root);
  return {
    name: textOr(member(config, 'name'), 'model'),
    sequential,
    layers: layers.map((layer, i) => readLayer(file, layer, i)),
    inputs: sequential ? [] : references(member(config, 'input_layers')),
    outputs: sequential ? [] : references(member(config, 'output_layers')),
    ...(builtFor ? { builtFor } : {}),
  };
}

function kindOf(layer: JsonObject): string | undefined {
  const name = member(layer, 'class_name');
  return typeof name === 'string' ? name.slice(name.lastIndexOf('>') + 1) : undefined;
}

const textOr = (value: Json | undefined, fallback: string): string => (typeof value === 'string' ? value : fallback);

function readLayer(file: string, layer: Json, index: number): KerasLayer {
  const kind = isObject(layer) ? kindOf(layer) : undefined;
  if (!isObject(layer) || kind === undefined) throw badStructure(file, `layer ${index} has no class_name`);
  const found = member(layer, 'config');
  const config = isList(found) ? { layers: found } : isObject(found) ? found : {};
  const name = textOr(member(layer, 'name'), textOr(member(config, 'name'), `${kind.toLowerCase()}_${index}`));
  const calls = member(layer, 'inbound_nodes');
  const builtFor = builtShape(layer);
  return {
    kind,
    name,
    config,
    calls: isList(calls) ? calls.map((call) => readCall(file, name, call)) : [],
    ...(builtFor ? { builtFor } : {}),
  };
}

function builtShape(layer: JsonObject): (number | null)[] | undefined {
  const build = member(layer, 'build_config');
  return isObject(build) ? shapeIn(member(build, 'input_shape')) : undefined;
}

/** A shape, or `undefined` where there is none or a list of several. */
export function shapeIn(value: Json | undefined): (number | null)[] | undefined {
  if (!isList(value)) return undefined;
  return value.every((d): d is number | null => d === null || (typeof d === 'number' && Number.isInteger(d)))
    ? [...value]
    : undefined;
}

/** Shape of a Keras tensor's batch-free part, as symbols where unknown. */
export const dimsOf = (shape: readonly (number | null)[], name: string): Dim[] =>
  shape.map((d, i) => d ?? (i === 0 ? 'batch' : `${name}_${i}`));

function readCall(file: string, layer: string, call: Json): Call {
  if (isObject(call)) return callOfKeras3(call);
  if (isList(call)) return callOfKeras2(call);
  throw badStructure(file, `a call of layer '${layer}' is neither a list nor an object`);
}

function callOfKeras3(call: JsonObject): Call {
  const args = member(call, 'args');
  const kwargs = member(call, 'kwargs');
  const settings = isObject(kwargs) ? kwargs : {};
  const operands = (isList(args) ? args : []).map((arg) => tensorIn(arg) ?? arg);
  const inputs = [...(isList(args) ? args : []), ...Object.values(settings)].flatMap(tensorsIn);
  return { inputs, settings, operands, separate: operands.length > 1 };
}

function tensorIn(value: Json): TensorReference | undefined {
  if (!isObject(value) || member(value, 'class_name') !== '__keras_tensor__') return undefined;
  const config = member(value, 'config');
  const history = isObject(config) ? member(config, 'keras_history') : undefined;
  const reference = referenceIn(history);
  const shape = isObject(config) ? shapeIn(member(config, 'shape')) : undefined;
  return reference && { ...reference, ...(shape ? { shape } : {}) };
}

const tensorsIn = (value: Json): TensorReference[] => {
  const tensor = tensorIn(value);
  if (tensor) return [tensor];
  return isList(value) ? value.flatMap(tensorsIn) : [];
};

/** `["name", call, tensor]`, with anything after it. */
function referenceIn(value: Json | undefined): TensorReference | undefined {
  if (!isList(value)) return undefined;
  const [layer, call, tensor] = value;
  if (typeof layer !== 'string' || typeof call !== 'number' || typeof tensor !== 'number') return undefined;
  return { layer, call, tensor };
}

const CONSTANT = '_CONSTANT_VALUE';

function callOfKeras2(call: readonly Json[]): Call {
  const single = referenceIn(call);
  const entries = single ? [call] : call.filter(isList);
  const operands: (TensorReference | Json)[] = [];
  const inputs: TensorReference[] = [];
  let settings: JsonObject = {};
  for (const entry of entries) {
    const reference = referenceIn(entry);
    if (!reference) continue;
    // `2 * x`: the number stands where the tensor would, under a name of its own.
    if (reference.layer === CONSTANT) operands.push(reference.tensor);
    else {
      inputs.push(reference);
      operands.push(reference);
    }
    const given = entry[3];
    if (!isObject(given)) continue;
    settings = { ...settings, ...given };
    // `x + y` keeps its second operand here: a number, or a reference to a tensor.
    for (const value of Object.values(given)) {
      const other = referenceIn(value);
      if (other) inputs.push(other);
    }
  }
  return { inputs, settings, operands, separate: false };
}

/** The tensors that an object of settings or a list names: `["a", 0, 0]`, lists of such, or an object of them. */
export function references(value: Json | undefined): TensorReference[] {
  const reference = referenceIn(value);
  if (reference) return [reference];
  if (isList(value)) return value.flatMap(references);
  return isObject(value) ? Object.values(value).flatMap(references) : [];
}
