/** From the layers of a Keras model to a graph of ONNX operators. */
import { displayName } from '../../base/index.ts';
import type { Attribute, DataType, Diagnostic, Model } from '../../ir/index.ts';
import { badStructure, noInputShape, unknownLayerShape } from '../errors.ts';
import { isList, isObject, type Json, type JsonObject, member } from '../json.ts';
import { float, floats, int, ints, NetworkBuilder, text, texts } from '../network-builder.ts';
import { Config } from './config.ts';
import { KERAS_DOMAIN, type LayerReader, type LayerScope } from './layer-scope.ts';
import { perStep } from './layers/arrange.ts';
import { layerReaders, sharedNames, tensorflowOperation } from './layers/index.ts';
import {
  type Call,
  dimsOf,
  isModelKind,
  type KerasLayer,
  type KerasModel,
  readTopology,
  shapeIn,
  type TensorReference,
} from './topology.ts';
import { Layouts, tensorShape, type Value } from './value.ts';
import type { LayerWeights } from './weights.ts';

/** GroupNormalization scales by channel since 21; Gelu and Mish came before. */
const OPSET = 21;
/** Models in models in models: deeper ones are made to exhaust the stack. */
const DEEPEST = 32;

export interface KerasSource {
  readonly file: string;
  readonly topology: KerasModel;
  readonly weights: LayerWeights;
  readonly kerasMajor: number;
}

/** The graph, in ONNX' operators and layout; inputs and outputs have the shapes they have in Keras. */
export function buildNetwork(source: KerasSource): { model: Model; opset: number; diagnostics: readonly Diagnostic[] } {
  const network = new Network(source);
  return { model: network.build(), opset: OPSET, diagnostics: network.diagnostics };
}

/** Where a layer lies: the models around it, as a path that ends in '/'. */
interface Place {
  readonly path: string;
  readonly depth: number;
}

const NO_CALL: Call = { inputs: [], settings: {}, operands: [], separate: false };

class Network {
  readonly diagnostics: Diagnostic[] = [];
  readonly #source: KerasSource;
  readonly #builder = new NetworkBuilder(OPSET);
  readonly #layouts = new Layouts(this.#builder);
  /** Weights already in the graph, by the layer's path. */
  readonly #made = new Map<string, Map<string, string>>();
  readonly #calls = new Map<string, number>();

  constructor(source: KerasSource) {
    this.#source = source;
  }

  build(): Model {
    const { topology, weights } = this.#source;
    const outputs = this.#model(topology, weights, { path: '', depth: 0 }, undefined);
    const names = topology.sequential
      ? topology.layers.slice(-1).map((l) => l.name)
      : topology.outputs.map((reference) => reference.layer);
    outputs.forEach((output, i) => {
      this.#output(this.#layouts.keras(output), names[i] ?? topology.name);
    });
    return this.#builder.done(topology.name);
  }

  /** An output is called after its layer. An input may be an output at once, and a value two outputs: each is a value of its own. */
  #output(v: Value, name: string): void {
    const builder = this.#builder;
    const boundary = builder.isBoundary(v.id);
    const id = boundary
      ? builder.node('Identity', [v.id], { id: `${name}_output`, output: name })
      : builder.rename(v.id, name);
    if (v.shape.length > 0) builder.describe(id, v.shape, builder.typeOf(id) ?? 'float32');
    builder.output(id);
  }

  /** `inputs`: of a model inside another; the outermost one declares its own. */
  #model(
    model: KerasModel,
    weights: LayerWeights,
    place: Place,
    inputs: readonly Value[] | undefined,
  ): readonly Value[] {
    if (place.depth > DEEPEST) throw badStructure(this.#source.file, `more than ${DEEPEST} models lie in each other`);
    return model.sequential
      ? this.#sequential(model, weights, place, inputs)
      : this.#functional(model, weights, place, inputs);
  }

  #sequential(
    model: KerasModel,
    weights: LayerWeights,
    place: Place,
    inputs: readonly Value[] | undefined,
  ): readonly Value[] {
    const layers = model.layers.filter((l) => l.kind !== 'InputLayer');
    const sources = weights.layers(layers);
    let current = inputs ?? [this.#sequentialInput(model)];
    layers.forEach((layer, i) => {
      const next = layers[i + 1];
      current = this.#layer(layer, sources[i] as LayerWeights, place, current, NO_CALL, next?.builtFor);
    });
    return current;
  }

  /** Stated by an input layer, by the first layer (Keras 2), or by the model (Keras 3). */
  #sequentialInput(model: KerasModel): Value {
    const [first] = model.layers;
    if (first?.kind === 'InputLayer') return this.#input(first);
    const shape = first && (statedShape(first.config) ?? first.builtFor ?? nestedInput(first));
    const found = shape ?? model.builtFor;
    if (!found) throw noInputShape(this.#source.file, first?.name ?? model.name);
    const name = first ? `${first.name}_input` : 'input';
    return this.#declare(name, found, first?.kind === 'Embedding' ? 'int32' : 'float32');
  }

  #input(layer: KerasLayer): Value {
    const shape = statedShape(layer.config);
    if (!shape) throw noInputShape(this.#source.file, layer.name);
    const dtype = member(layer.config, 'dtype');
    return this.#declare(
      layer.name,
      shape,
      typeof dtype === 'string' ? (INPUT_TYPES.get(dtype) ?? 'float32') : 'float32',
    );
  }

  #declare(name: string, shape: readonly (number | null)[], type: DataType): Value {
    const dims = dimsOf(shape, name);
    const bad = shape.some((d) => d !== null && d < 1);
    if (bad || dims.length === 0)
      throw badStructure(this.#source.file, `input '${name}' has the shape [${shape.join(', ')}]`);
    return { id: this.#builder.input(name, dims, type), shape: dims, layout: 'keras' };
  }

  #functional(
    model: KerasModel,
    weights: LayerWeights,
    place: Place,
    inputs: readonly Value[] | undefined,
  ): readonly Value[] {
    const sources = weights.layers(model.layers);
    const byName = new Map(model.layers.map((layer, i) => [layer.name, { layer, source: sources[i] as LayerWeights }]));
    const values = new Map<string, readonly Value[]>();
    model.inputs.forEach((reference, i) => {
      const found = byName.get(reference.layer);
      if (!found) throw badStructure(this.#source.file, `input layer '${reference.layer}' is not among its layers`);
      values.set(callKey(reference), [inputs?.[i] ?? this.#input(found.layer)]);
    });
    const stated = statedShapes(model);
    this.#runCalls(model, values, (layer, call, index) => {
      const given = call.inputs.map((r) => values.get(callKey(r))?.[r.tensor] as Value);
      const source = (byName.get(layer.name) as { source: LayerWeights }).source;
      return this.#layer(
        layer,
        source,
        place,
        given,
        call,
        stated.get(callKey({ layer: layer.name, call: index, tensor: 0 })),
      );
    });
    return model.outputs.map((reference) => {
      const value = values.get(callKey(reference))?.[reference.tensor];
      if (!value) throw badStructure(this.#source.file, `output '${reference.layer}' is computed by no layer`);
      return value;
    });
  }

  /** Runs every call once its inputs are there, in the file's order as far as possible. */
  #runCalls(
    model: KerasModel,
    values: Map<string, readonly Value[]>,
    run: (layer: KerasLayer, call: Call, index: number) => readonly Value[],
  ): void {
    let waiting = model.layers.flatMap((layer) => layer.calls.map((call, index) => ({ layer, call, index })));
    waiting = waiting.filter(({ layer, index }) => !values.has(callKey({ layer: layer.name, call: index, tensor: 0 })));
    while (waiting.length > 0) {
      const later: typeof waiting = [];
      for (const item of waiting) {
        const { layer, call, index } = item;
        if (call.inputs.every((r) => values.get(callKey(r))?.[r.tensor]))
          values.set(callKey({ layer: layer.name, call: index, tensor: 0 }), run(layer, call, index));
        else later.push(item);
      }
      if (later.length === waiting.length) {
        const { layer, call } = later[0] as (typeof later)[number];
        const missing = call.inputs.find((r) => !values.get(callKey(r))?.[r.tensor])?.layer ?? '';
        throw badStructure(this.#source.file, `layer '${layer.name}' waits for '${missing}', which nothing computes`);
      }
      waiting = later;
    }
  }

  #layer(
    layer: KerasLayer,
    source: LayerWeights,
    place: Place,
    inputs: readonly Value[],
    call: Call,
    stated: readonly (number | null)[] | undefined,
  ): readonly Value[] {
    const path = `${place.path}${layer.name}`;
    if (isModelKind(layer.kind)) {
      const inner = readTopology(this.#source.file, { class_name: layer.kind, config: layer.config });
      return this.#model(inner, source, { path: `${path}/`, depth: place.depth + 1 }, inputs);
    }
    if (inputs.length === 0) throw badStructure(this.#source.file, `layer '${path}' is given no input`);
    const scope = this.#scope(layer, source, path, inputs, call);
    const outputs = this.#read(scope, stated);
    return this.#described('id' in outputs ? [outputs] : outputs);
  }

  #scope(layer: KerasLayer, source: LayerWeights, path: string, inputs: readonly Value[], call: Call): LayerScope {
    const calls = this.#calls.get(path) ?? 0;
    this.#calls.set(path, calls + 1);
    const made = this.#made.get(path) ?? new Map<string, string>();
    this.#made.set(path, made);
    return {
      file: this.#source.file,
      kind: layer.kind,
      path,
      name: calls === 0 ? path : `${path}_${calls}`,
      made,
      config: new Config(this.#source.file, path, layer.config),
      inputs,
      call,
      builder: this.#builder,
      layouts: this.#layouts,
      source,
      kerasMajor: this.#source.kerasMajor,
      warn: (code, message) => this.diagnostics.push({ code, severity: 'warning', message, node: path }),
    };
  }

  #read(scope: LayerScope, stated: readonly (number | null)[] | undefined): Value | readonly Value[] {
    if (scope.kind === 'TimeDistributed') return this.#timeDistributed(scope, stated);
    const reader = readerOf(scope);
    return reader ? reader(scope) : this.#unknown(scope, stated);
  }

  #timeDistributed(scope: LayerScope, stated: readonly (number | null)[] | undefined): Value {
    const inner = scope.config.get('layer');
    const kind = isObject(inner) ? member(inner, 'class_name') : undefined;
    const config = isObject(inner) ? member(inner, 'config') : undefined;
    if (typeof kind !== 'string' || !isObject(config)) throw scope.config.bad('layer', 'a layer');
    const layer: KerasLayer = { kind, name: textOf(config, 'name') ?? kind.toLowerCase(), config, calls: [] };
    const source = scope.source.part('layer');
    const stepStated = stated && [stated[0] ?? null, ...stated.slice(2)];
    const place: Place = { path: `${scope.path}/`, depth: 0 };
    return perStep(scope, scope.inputs[0] as Value, (step) => {
      const [y] = this.#layer(layer, source, place, [step], NO_CALL, stepStated);
      return y as Value;
    });
  }

  /** A layer that is not known stays in the graph under its name, with the shape the file states for its result. */
  #unknown(scope: LayerScope, stated: readonly (number | null)[] | undefined): Value {
    const inputs = scope.inputs.map((v) => this.#layouts.keras(v));
    const given = stated ?? shapeIn(scope.config.get('output_shape'));
    const id = this.#builder.node(
      scope.kind,
      inputs.map((v) => v.id),
      {
        id: scope.name,
        domain: KERAS_DOMAIN,
        attributes: attributesOf(scope.config.values),
      },
    );
    scope.warn(
      scope.kind === 'Lambda' ? 'importers/keras-lambda' : 'importers/keras-unknown-layer',
      scope.kind === 'Lambda'
        ? `Layer '${displayName(scope.path)}' is a Lambda, whose Python code the file does not hold in a form to be read: it is shown, but has no cost and cannot be run. Write it with layers, or export the network as ONNX.`
        : `Layer '${displayName(scope.path)}' is a ${displayName(scope.kind)}, which this tool does not know: it is shown, but has no cost and cannot be run. Export the network as ONNX to have it whole.`,
    );
    if (!given) return { id, shape: [], layout: 'keras' };
    return { id, shape: dimsOf(given, scope.name), layout: 'keras' };
  }

  /** Shapes go to the graph too, where they are known; a layer behind one of unknown shape cannot be read. */
  #described(values: readonly Value[]): readonly Value[] {
    for (const v of values)
      if (v.shape.length > 0 && v.shape.slice(1).every((d) => typeof d === 'number') && !this.#builder.typeOf(v.id))
        this.#builder.describe(v.id, tensorShape(v));
    return values;
  }
}

const callKey = ({ layer, call }: TensorReference): string => `${call} ${layer}`;

const INPUT_TYPES: ReadonlyMap<string, DataType> = new Map<string, DataType>([
  ['int32', 'int32'],
  ['int64', 'int64'],
  ['uint8', 'uint8'],
  ['int8', 'int8'],
]);

/** Keras 3 says 'batch_shape', Keras 2 'batch_input_shape', and whoever writes layers by hand 'input_shape' or 'shape'. */
function statedShape(config: JsonObject): (number | null)[] | undefined {
  const whole = shapeIn(member(config, 'batch_shape')) ?? shapeIn(member(config, 'batch_input_shape'));
  if (whole) return whole;
  const sample = shapeIn(member(config, 'shape')) ?? shapeIn(member(config, 'input_shape'));
  if (sample) return [null, ...sample];
  const size = member(config, 'input_dim');
  const length = member(config, 'input_length');
  if (typeof length === 'number') return [null, length];
  return typeof size === 'number' && member(config, 'output_dim') === undefined ? [null, size] : undefined;
}

/** A wrapper (Bidirectional, TimeDistributed) or a model as first layer: the shape is stated inside. */
function nestedInput({ config }: KerasLayer): (number | null)[] | undefined {
  const layers = member(config, 'layers');
  const inner = isList(layers) ? layers[0] : member(config, 'layer');
  const innerConfig = isObject(inner) ? member(inner, 'config') : undefined;
  return isObject(innerConfig) ? statedShape(innerConfig) : undefined;
}

/** Shapes of values that the calls of Keras 3 state where they use them. */
function statedShapes(model: KerasModel): Map<string, readonly (number | null)[]> {
  const shapes = new Map<string, readonly (number | null)[]>();
  for (const layer of model.layers)
    for (const call of layer.calls)
      for (const reference of call.inputs)
        if (reference.shape && reference.tensor === 0) shapes.set(callKey(reference), reference.shape);
  return shapes;
}

const textOf = (config: JsonObject, key: string): string | undefined => {
  const value = member(config, key);
  return typeof value === 'string' ? value : undefined;
};

function readerOf(scope: LayerScope): LayerReader | undefined {
  if (scope.inputs.some((v) => v.shape.length === 0)) throw unknownLayerShape(scope.file, scope.path);
  if (scope.kind === 'TFOpLambda' || scope.kind === 'TensorFlowOpLayer') {
    const name = scope.config.text('function') ?? '';
    return tensorflowOperation(name);
  }
  if (scope.call.separate && Object.hasOwn(sharedNames, scope.kind)) return sharedNames[scope.kind];
  return layerReaders.get(scope.kind);
}

/** Plain settings, as far as an attribute can hold them. */
function attributesOf(config: JsonObject): Record<string, Attribute> {
  const attributes: Record<string, Attribute> = {};
  for (const [key, value] of Object.entries(config)) {
    const attribute = attributeOf(value);
    if (attribute && !['name', 'trainable', 'dtype'].includes(key)) attributes[key] = attribute;
  }
  return attributes;
}

function attributeOf(value: Json): Attribute | undefined {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'boolean') return int(value ? 1 : 0);
  if (typeof value === 'number') return Number.isInteger(value) ? int(value) : float(value);
  if (!isList(value) || value.length === 0) return undefined;
  if (value.every((v): v is number => typeof v === 'number'))
    return value.every(Number.isInteger) ? ints(value) : floats(value);
  return value.every((v): v is string => typeof v === 'string') ? texts(value) : undefined;
}
