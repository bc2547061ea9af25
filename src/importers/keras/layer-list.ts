/** Python text that puts a sequential model together, as papers and tutorials print it, to the configuration Keras would write. */
import { badLayerList } from '../errors.ts';
import type { Json, JsonObject } from '../json.ts';
import { layerReaders } from './layers/index.ts';
import { type PythonValue, parsePython, type Statement } from './python-text.ts';
import { isModelKind } from './topology.ts';
import { snakeCase } from './weights.ts';

/** Names of the arguments that are given by position, per class. */
const POSITIONAL: readonly (readonly [classes: RegExp, names: readonly string[]])[] = [
  [/^(Separable)?Conv(olution)?\dD(Transpose)?$/, ['filters', 'kernel_size', 'strides', 'padding']],
  [/^DepthwiseConv\dD$/, ['kernel_size', 'strides', 'padding']],
  [/^(Max|Average|Avg)Pool(ing)?\dD$/, ['pool_size', 'strides', 'padding']],
  [/^Dense$/, ['units', 'activation', 'use_bias']],
  [/^(LSTM|GRU|SimpleRNN)$/, ['units', 'activation', 'recurrent_activation']],
  [/^Embedding$/, ['input_dim', 'output_dim']],
  [/^Activation$/, ['activation']],
  [/Dropout|GaussianNoise/, ['rate']],
  [/^Reshape$/, ['target_shape']],
  [/^Permute$/, ['dims']],
  [/^RepeatVector$/, ['n']],
  [/^(Batch|Layer|Unit)Normalization$|^Softmax$/, ['axis']],
  [/^GroupNormalization$/, ['groups', 'axis']],
  [/^ZeroPadding\dD$/, ['padding']],
  [/^Cropping\dD$/, ['cropping']],
  [/^UpSampling\dD$/, ['size']],
  [/^(LeakyReLU|ELU)$/, ['alpha']],
  [/^ReLU$/, ['max_value', 'negative_slope', 'threshold']],
  [/^ThresholdedReLU$/, ['theta']],
  [/^Rescaling$/, ['scale', 'offset']],
  [/^(Bidirectional|TimeDistributed)$/, ['layer']],
  [/^(Input|InputLayer)$/, ['shape']],
];

interface ListedModel {
  readonly line: number;
  readonly layers: JsonObject[];
  readonly name: string | undefined;
}

/** The text as `{class_name: 'Sequential', config}`. Throws `importers/keras-layer-list` with the line. */
export function layerListOf(file: string, text: string): JsonObject {
  const statements = parsePython(file, text);
  const reader = new LayerListReader(file, modelNames(statements));
  for (const { line, target, value } of statements) reader.statement(line, target, value);
  return reader.result();
}

const isLayer = (value: PythonValue | undefined): boolean =>
  value?.kind === 'call' && layerReaders.has(lastPart(value.name));

/** What a known layer is added to is a model; `seen.add(name)` fills a set. */
const modelNames = (statements: readonly Statement[]): ReadonlySet<string> =>
  new Set(
    statements.flatMap(({ value }) =>
      value.kind === 'call' && value.name.endsWith(ADDS) && isLayer(value.positional[0])
        ? [value.name.slice(0, -ADDS.length)]
        : [],
    ),
  );

const ADDS = '.add';

class LayerListReader {
  readonly #file: string;
  readonly #variables = new Map<string, PythonValue>();
  readonly #models = new Map<string, ListedModel>();
  readonly #nested = new Set<string>();
  readonly #counts = new Map<string, number>();

  readonly #names: ReadonlySet<string>;

  constructor(file: string, names: ReadonlySet<string>) {
    this.#names = names;
    this.#file = file;
  }

  statement(line: number, target: string, value: PythonValue): void {
    if (value.kind === 'call' && lastPart(value.name) === 'Sequential') this.#begin(line, target || 'model', value);
    else if (value.kind === 'call' && value.name.endsWith(ADDS)) this.#add(line, value);
    else if (target !== '') this.#variables.set(target, value);
    else if (isLayer(value)) this.#append(line, 'model', value);
  }

  result(): JsonObject {
    const found = [...this.#models].filter(([name, m]) => m.layers.length > 0 && !this.#nested.has(name));
    const [first, second] = found;
    if (!first) throw badLayerList(this.#file, 1, 'no layer is added to a model');
    if (second)
      throw badLayerList(this.#file, second[1].line, `it builds two models, '${first[0]}' and '${second[0]}'`);
    return this.#sequential(first[0], first[1]);
  }

  #begin(line: number, target: string, call: Extract<PythonValue, { kind: 'call' }>): void {
    const name = call.named.get('name');
    const stated = name?.kind === 'literal' && typeof name.value === 'string' ? name.value : undefined;
    this.#models.set(target, { line, layers: [], name: stated });
    const list = call.positional[0] ?? call.named.get('layers');
    if (list?.kind === 'list') for (const item of list.items) this.#append(line, target, item);
  }

  #add(line: number, call: Extract<PythonValue, { kind: 'call' }>): void {
    const target = call.name.slice(0, -ADDS.length);
    const [layer] = call.positional;
    if (!layer || (!this.#models.has(target) && !this.#names.has(target))) return;
    this.#append(line, target, layer);
  }

  #append(line: number, target: string, value: PythonValue): void {
    const model = this.#models.get(target) ?? { line, layers: [], name: undefined };
    this.#models.set(target, model);
    const inner = value.kind === 'name' ? this.#models.get(value.name) : undefined;
    if (inner && value.kind === 'name') {
      this.#nested.add(value.name);
      model.layers.push(this.#sequential(value.name, inner));
      return;
    }
    const resolved = value.kind === 'name' ? (this.#variables.get(value.name) ?? value) : value;
    // Classes begin with a capital; what a function makes is not written out.
    if (resolved.kind !== 'call' || !/^[A-Z]/.test(lastPart(resolved.name)))
      throw badLayerList(this.#file, line, `'${textOf(resolved)}' is no layer that is written out`);
    model.layers.push(this.#layer(line, resolved));
  }

  #sequential(name: string, model: ListedModel): JsonObject {
    return { class_name: 'Sequential', config: { name: model.name ?? name, layers: model.layers } };
  }

  #layer(line: number, call: Extract<PythonValue, { kind: 'call' }>): JsonObject {
    const written = lastPart(call.name);
    const kind = written === 'Input' ? 'InputLayer' : written;
    if (isModelKind(kind)) throw badLayerList(this.#file, line, 'a model inside a layer list needs a name of its own');
    const names = POSITIONAL.find(([classes]) => classes.test(written))?.[1] ?? [];
    const config: Record<string, Json> = {};
    call.positional.forEach((value, i) => {
      const name = names[i];
      if (name === undefined && kind !== 'Lambda')
        throw badLayerList(this.#file, line, `${written} is given ${call.positional.length} arguments by position`);
      if (name !== undefined) config[name] = this.#json(line, value);
    });
    for (const [name, value] of call.named) config[name] = this.#json(line, value);
    const base = snakeCase(kind);
    const count = this.#counts.get(base) ?? 0;
    this.#counts.set(base, count + 1);
    config['name'] ??= count === 0 ? base : `${base}_${count}`;
    return { class_name: kind, config };
  }

  #json(line: number, value: PythonValue): Json {
    if (value.kind === 'literal') return value.value;
    if (value.kind === 'list') return value.items.map((item) => this.#json(line, item));
    if (value.kind === 'other') return value.text;
    if (value.kind === 'call')
      return layerReaders.has(lastPart(value.name)) ? this.#layer(line, value) : `${value.name}(…)`;
    const variable = this.#variables.get(value.name);
    if (variable && variable.kind !== 'name') return this.#json(line, variable);
    // tf.nn.relu, keras.activations.relu: the function's own name.
    return lastPart(value.name);
  }
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

function textOf(value: PythonValue): string {
  if (value.kind === 'name' || value.kind === 'call') return value.name;
  if (value.kind === 'literal') return String(value.value);
  return value.kind === 'other' ? value.text.slice(0, 60) : '[…]';
}
