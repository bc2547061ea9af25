import { type Registry, UserError } from '../base/index.ts';
import { type Attribute, type Attributes, encodeWeight, type Model, tensorOf } from '../ir/index.ts';
import type { BoundOp, OpDef, QuantTraits, Value } from './op-def.ts';

/** What the project knows of one operator: a row of the coverage table. */
export interface OperatorCoverage {
  readonly id: string;
  readonly sinceOpset: number;
  readonly shape: boolean;
  readonly cost: boolean;
  readonly reference: boolean;
  /** Whether shape and cost come from the graphs that it holds. */
  readonly hasGraphs: boolean;
  /** How it behaves in a quantized network; absent: it needs float. */
  readonly quantRole?: QuantTraits['role'];
  /** Whether it has an integer form: kernel calls, a clamp fused into its producer, or nothing at all at the network's end. */
  readonly lowering: boolean;
}

/** The current opset: what the table is made for. */
const CURRENT_OPSET = 24;

const int = (value: number): Attribute => ({ kind: 'int', value });
const scalar: Attribute = { kind: 'tensor', value: encodeWeight('', tensorOf('float32', [1], [1])) };

/** A graph with nothing in it. */
const EMPTY: Model = {
  graph: { version: 1, name: '', opsets: new Map(), inputs: [], outputs: [], tensors: new Map(), nodes: [] },
  weights: new Map(),
};
const graph: Attribute = { kind: 'graph', value: EMPTY };

/** The attributes some operators cannot do without, with harmless values: enough to bind any operator. */
const EXAMPLE_ATTRIBUTES: Attributes = new Map<string, Attribute>([
  ['kernel_shape', { kind: 'ints', value: [1, 1] }],
  ['blocksize', int(1)],
  ['to', int(1)],
  ['value', scalar],
  ['then_branch', graph],
  ['else_branch', graph],
  ['body', graph],
  ['num_scan_inputs', int(1)],
  ['direction', { kind: 'string', value: 'LEFT' }],
  ['pooled_shape', { kind: 'ints', value: [1, 1] }],
]);
const ints = (...value: readonly number[]): Attribute => ({ kind: 'ints', value });
const floats = (...value: readonly number[]): Attribute => ({ kind: 'floats', value });
const strings = (...value: readonly string[]): Attribute => ({ kind: 'strings', value });
const tensor = (...values: readonly number[]): Attribute => ({
  kind: 'tensor',
  value: encodeWeight('', tensorOf('float32', [values.length], values)),
});
/** A tree of one leaf, in the older form. */
const tree = (kind: 'class' | 'target'): Attributes =>
  new Map<string, Attribute>([
    ...['treeids', 'nodeids', 'featureids', 'truenodeids', 'falsenodeids'].map((name): [string, Attribute] => [
      `nodes_${name}`,
      ints(0),
    ]),
    ...['treeids', 'nodeids', 'ids'].map((name): [string, Attribute] => [`${kind}_${name}`, ints(0)]),
    ['nodes_modes', strings('LEAF')],
    ['classlabels_int64s', ints(0, 1)],
  ]);
const EXAMPLES: Readonly<Record<string, Attributes>> = {
  Einsum: new Map([['equation', { kind: 'string', value: 'a,b,c,d,e,f->a' }]]),
  'ai.onnx.ml::LinearClassifier': new Map([
    ['coefficients', floats(1)],
    ['classlabels_ints', ints(0, 1)],
  ]),
  'ai.onnx.ml::LinearRegressor': new Map([['coefficients', floats(1)]]),
  'ai.onnx.ml::LabelEncoder': new Map([['classes_strings', strings('a')]]),
  'ai.onnx.ml::TreeEnsembleClassifier': tree('class'),
  'ai.onnx.ml::TreeEnsembleRegressor': tree('target'),
  'ai.onnx.ml::TreeEnsemble': new Map(['nodes_modes', 'nodes_splits', 'leaf_weights'].map((name) => [name, tensor()])),
  TfIdfVectorizer: new Map<string, Attribute>([
    ['max_gram_length', int(1)],
    ['ngram_counts', ints(0)],
    ['ngram_indexes', ints(0)],
  ]),
  RequantShift: requantExample(),
  'PACTOps::RequantShift': requantExample(),
  Pad: new Map(),
  ...Object.fromEntries(['LSTM', 'GRU', 'RNN', 'GridSample'].map((id) => [id, new Map()])),
};

function requantExample(): Attributes {
  return new Map([
    ['div', int(2)],
    ['n_levels_out', int(256)],
    ['signed', int(0)],
  ]);
}

/** The operator bound with harmless attributes, for the current opset. */
export const boundWithExamples = (def: OpDef): BoundOp =>
  def.bind(EXAMPLES[def.id] ?? EXAMPLE_ATTRIBUTES, CURRENT_OPSET);

/** One row per operator of the registry, in its order. */
export function coverageOf(registry: Registry<OpDef>): readonly OperatorCoverage[] {
  return [...registry].map((def) => {
    const bound = boundWithExamples(def);
    const hasGraphs = bound.inferBodies !== undefined;
    const role = bound.quant?.role;
    return {
      id: def.id,
      sinceOpset: def.sinceOpset,
      shape: hasGraphs || infersOutputs(bound),
      cost: typeof bound.cost === 'function',
      reference: bound.runValues !== undefined || typeof bound.run === 'function',
      hasGraphs,
      ...(role ? { quantRole: role } : {}),
      lowering: bound.lower !== undefined || role === 'clamp' || role === 'dropped',
    };
  });
}

/** Whether anything is said of the output, given whole inputs of one kind or another. */
function infersOutputs(bound: BoundOp): boolean {
  const attempts = [[1, 1, 1], [1, 1, 1, 1], [1], [1, 1], [2, 2], []].map(
    (shape): Value => ({ type: 'float32', shape }),
  );
  return attempts.some((x) => {
    const element: Value = { ...x, element: x };
    try {
      const [y] = bound.infer([element, element, element, element, element, element], 1);
      return y !== undefined && (y.type !== undefined || y.shape !== undefined || y.element !== undefined);
    } catch (thrown) {
      // These inputs do not suit it; the next may.
      if (thrown instanceof UserError) return false;
      throw thrown;
    }
  });
}

const domainOf = (id: string): string => (id.includes('::') ? (id.split('::')[0] ?? '') : 'ai.onnx');
const mark = (has: boolean): string => (has ? 'yes' : '–');

/** The table as Markdown, by domain and name. */
export function coverageTable(registry: Registry<OpDef>): string {
  const rows = [...coverageOf(registry)].sort(
    (a, b) => compareText(domainOf(a.id), domainOf(b.id)) || compareText(a.id, b.id),
  );
  const lines = rows.map((row) => {
    const inside = row.hasGraphs ? 'of its graphs' : undefined;
    const cells = [
      row.id.split('::').at(-1),
      domainOf(row.id),
      `${row.sinceOpset}`,
      inside ?? mark(row.shape),
      inside ?? mark(row.cost),
      mark(row.reference),
      row.quantRole ?? 'float',
      mark(row.lowering),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '# Operators',
    '',
    `${rows.length} operators, made from the registry by \`npx vitest run src/ops/coverage.test.ts -u\`.`,
    '',
    '- since: the oldest opset of its domain whose form is understood; all later ones are.',
    '- shape, cost, reference: whether types and shapes, a cost and a plain implementation are there.',
    "- quantized: its part in a quantized network; 'float' has none.",
    '- integer form: whether integer programs can hold it.',
    '',
    '| operator | domain | since | shape | cost | reference | quantized | integer form |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
  ].join('\n');
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
