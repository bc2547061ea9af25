import { decodeWeight, numbersOf, type Tensor, tensorOf } from '../../ir/index.ts';
import { AttributeReader } from '../attributes.ts';
import { given } from '../elements.ts';
import { badAttribute } from '../errors.ts';
import { value } from '../inference.ts';
import type { BoundOp, OpDef } from '../op-def.ts';
import {
  classified,
  inferClasses,
  POST_TRANSFORMS,
  type PostTransform,
  readLabels,
  rowDims,
  rowsOf,
  transformScores,
} from './transforms.ts';

/** Ensembles of decision trees of ai.onnx.ml: classifier, regressor, and the form since version 5 that is both. */

/** A node asks about one feature; a leaf has contributions. */
interface TreeNode {
  readonly feature: number;
  readonly test: (x: number) => boolean;
  readonly missingIsTrue: boolean;
  /** Places of the nodes to go to; of a leaf itself. */
  readonly yes: number;
  readonly no: number;
  readonly leaf: (readonly [target: number, weight: number])[] | undefined;
}

interface Forest {
  readonly nodes: readonly TreeNode[];
  readonly roots: readonly number[];
}

const TESTS: Readonly<Record<string, (x: number, threshold: number) => boolean>> = {
  BRANCH_LEQ: (x, t) => x <= t,
  BRANCH_LT: (x, t) => x < t,
  BRANCH_GTE: (x, t) => x >= t,
  BRANCH_GT: (x, t) => x > t,
  BRANCH_EQ: (x, t) => x === t,
  BRANCH_NEQ: (x, t) => x !== t,
};

function readNumbers(read: AttributeReader, name: string): readonly number[] | undefined {
  const tensor = read.tensor(`${name}_as_tensor`);
  return tensor ? Array.from(numbersOf(decodeWeight(tensor))) : read.floats(name);
}

/** The form of versions 1 to 3: nodes by tree and number, contributions (`class` or `target`) beside them. */
function readForest(op: string, read: AttributeReader, kind: 'class' | 'target'): Forest {
  const ints = (name: string): readonly number[] => {
    const found = read.ints(name);
    if (!found) throw badAttribute(op, name, 'is missing');
    return found;
  };
  const [trees, ids, features] = [ints('nodes_treeids'), ints('nodes_nodeids'), ints('nodes_featureids')];
  const [yes, no] = [ints('nodes_truenodeids'), ints('nodes_falsenodeids')];
  const modes = read.strings('nodes_modes') ?? [];
  const thresholds = readNumbers(read, 'nodes_values') ?? [];
  const missing = read.ints('nodes_missing_value_tracks_true');
  const places = new Map(ids.map((id, i) => [`${trees[i]}:${id}`, i]));
  const place = (tree: number | undefined, id: number | undefined): number => {
    const found = places.get(`${tree}:${id}`);
    if (found === undefined) throw badAttribute(op, 'nodes_nodeids', `has no node ${id} in tree ${tree}`);
    return found;
  };
  const nodes = ids.map((_, i): TreeNode => {
    const mode = modes[i] ?? 'LEAF';
    const isLeaf = mode === 'LEAF';
    const test = TESTS[mode];
    if (!isLeaf && !test) throw badAttribute(op, 'nodes_modes', `is '${mode}'`);
    const threshold = thresholds[i] ?? 0;
    return {
      feature: features[i] ?? 0,
      test: (x) => test?.(x, threshold) ?? false,
      missingIsTrue: (missing?.[i] ?? 0) !== 0,
      yes: isLeaf ? i : place(trees[i], yes[i]),
      no: isLeaf ? i : place(trees[i], no[i]),
      leaf: isLeaf ? [] : undefined,
    };
  });
  const weights = readNumbers(read, `${kind}_weights`) ?? [];
  const targets = ints(`${kind}_ids`);
  ints(`${kind}_nodeids`).forEach((id, i) => {
    nodes[place(ints(`${kind}_treeids`)[i], id)]?.leaf?.push([targets[i] ?? 0, weights[i] ?? 0]);
  });
  const pointedAt = new Set(nodes.flatMap((n) => (n.leaf ? [] : [n.yes, n.no])));
  return { nodes, roots: nodes.map((_, i) => i).filter((i) => !pointedAt.has(i)) };
}

/** The leaf a row ends in. A path longer than there are nodes runs in a circle. */
function leafOf(op: string, { nodes }: Forest, root: number, row: Float64Array): NonNullable<TreeNode['leaf']> {
  let at = root;
  for (let steps = 0; steps <= nodes.length; steps++) {
    const node = nodes[at] as TreeNode;
    if (node.leaf) return node.leaf;
    const x = row[node.feature] ?? Number.NaN;
    at = node.test(x) || (node.missingIsTrue && Number.isNaN(x)) ? node.yes : node.no;
  }
  throw badAttribute(op, 'nodes_truenodeids', 'leads in a circle');
}

type Aggregate = 'SUM' | 'AVERAGE' | 'MIN' | 'MAX';

/** Aggregated contributions of all trees, `targets` per row. */
function evaluated(op: string, forest: Forest, x: Tensor, targets: number, base: readonly number[], how: Aggregate) {
  const { rows, width, values } = rowsOf(x);
  const out = new Float64Array(rows * targets);
  for (let r = 0; r < rows; r++) {
    const row = values.subarray(r * width, (r + 1) * width);
    const seen = new Array<boolean>(targets).fill(false);
    const sums = out.subarray(r * targets, (r + 1) * targets);
    for (const root of forest.roots)
      for (const [target, weight] of leafOf(op, forest, root, row)) {
        const before = sums[target] as number;
        if (how === 'MIN' || how === 'MAX') {
          const better = how === 'MIN' ? Math.min(before, weight) : Math.max(before, weight);
          sums[target] = seen[target] ? better : weight;
        } else sums[target] = before + weight;
        seen[target] = true;
      }
    for (let t = 0; t < targets; t++) {
      if (how === 'AVERAGE') sums[t] = (sums[t] as number) / Math.max(1, forest.roots.length);
      sums[t] = (sums[t] as number) + (base[t] ?? 0);
    }
  }
  return { rows, scores: out };
}

/** One comparison per level, as deep as balanced trees of these sizes are; one addition per tree. */
function treeCost({ nodes, roots }: Forest): BoundOp['cost'] {
  const depth = Math.ceil(Math.log2(nodes.length / Math.max(1, roots.length) + 1));
  return ([x]) => {
    const rows = x && x.shape.length > 1 ? (x.shape[0] ?? 1) : 1;
    return { kind: 'elementwise', extraOps: rows * roots.length * (depth + 1) };
  };
}

export const treeEnsembleClassifier = {
  id: 'ai.onnx.ml::TreeEnsembleClassifier',
  sinceOpset: 1,
  bind(attributes) {
    const op = 'TreeEnsembleClassifier';
    const read = new AttributeReader(op, attributes);
    const forest = readForest(op, read, 'class');
    const labels = readLabels(op, read, 'classlabels_strings', 'classlabels_int64s');
    const how = read.oneOf<PostTransform>('post_transform', POST_TRANSFORMS);
    const base = readNumbers(read, 'base_values') ?? [];
    const targets = new Set(read.ints('class_ids'));
    // Two classes and contributions to only one of them: its score decides, as a probability where no weight is negative.
    const isBinary = labels.count === 2 && targets.size === 1;
    const isProbability = (readNumbers(read, 'class_weights') ?? []).every((w) => w >= 0);
    const binary = { threshold: isProbability ? 0.5 : 0, first: isProbability ? 'rest' : 'opposite' } as const;
    return {
      infer: (inputs, outputCount) => inferClasses(inputs, labels, outputCount),
      cost: treeCost(forest),
      run(inputs, outputCount) {
        const { rows, scores } = evaluated(op, forest, given(op, inputs, 0), labels.count, base, 'SUM');
        if (!isBinary) return classified(scores, rows, labels, how).slice(0, outputCount);
        const [only = 0] = targets;
        const deciding = Float64Array.from({ length: rows }, (_, r) => scores[2 * r + only] as number);
        const [chosen, shown] = classified(deciding, rows, labels, how, binary);
        // Contributions to the second class leave the first its own score, 0.
        return [chosen, only === 0 ? shown : classified(scores, rows, labels, how)[1]].slice(0, outputCount);
      },
    };
  },
} as const satisfies OpDef;

/** Regression by a forest that is read as `forestOf` says. */
function regression(
  op: string,
  forest: Forest,
  targets: number,
  base: readonly number[],
  aggregate: Aggregate,
  how: PostTransform,
): BoundOp {
  return {
    infer: ([x]) => [
      value(x?.type === 'float64' && op === 'TreeEnsemble' ? 'float64' : 'float32', [...rowDims(x?.shape), targets]),
    ],
    cost: treeCost(forest),
    run(inputs) {
      const x = given(op, inputs, 0);
      const { rows, scores } = evaluated(op, forest, x, targets, base, aggregate);
      for (let r = 0; r < rows; r++) transformScores(scores.subarray(r * targets, (r + 1) * targets), how);
      return [tensorOf(x.type === 'float64' && op === 'TreeEnsemble' ? 'float64' : 'float32', [rows, targets], scores)];
    },
  };
}

export const treeEnsembleRegressor = {
  id: 'ai.onnx.ml::TreeEnsembleRegressor',
  sinceOpset: 1,
  bind(attributes) {
    const read = new AttributeReader('TreeEnsembleRegressor', attributes);
    return regression(
      'TreeEnsembleRegressor',
      readForest('TreeEnsembleRegressor', read, 'target'),
      read.int('n_targets') ?? 1,
      readNumbers(read, 'base_values') ?? [],
      read.oneOf<Aggregate>('aggregate_function', ['SUM', 'AVERAGE', 'MIN', 'MAX']),
      read.oneOf<PostTransform>('post_transform', POST_TRANSFORMS),
    );
  },
} as const satisfies OpDef;

const MODES = ['BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GTE', 'BRANCH_GT', 'BRANCH_EQ', 'BRANCH_NEQ'] as const;
const MEMBER = 6;

/** The form of version 5: leaves are a list of their own, behind the nodes here. */
function readFlatForest(read: AttributeReader): Forest {
  const op = 'TreeEnsemble';
  const tensor = (name: string): readonly number[] => {
    const stored = read.tensor(name);
    if (!stored) throw badAttribute(op, name, 'is missing');
    return Array.from(numbersOf(decodeWeight(stored)));
  };
  const ints = (name: string): readonly number[] => read.ints(name) ?? [];
  const [modes, splits, features] = [tensor('nodes_modes'), tensor('nodes_splits'), ints('nodes_featureids')];
  const weights = tensor('leaf_weights');
  const members = memberSets(read);
  const missing = ints('nodes_missing_value_tracks_true');
  const go = (to: readonly number[], leafs: readonly number[], i: number) =>
    (leafs[i] ? modes.length : 0) + (to[i] ?? 0);
  const branches = modes.map((mode, i): TreeNode => {
    const set = mode === MEMBER ? (members.shift() ?? new Set<number>()) : undefined;
    const test = TESTS[MODES[mode] ?? ''];
    if (!set && !test) throw badAttribute(op, 'nodes_modes', `contains ${mode}`);
    return {
      feature: features[i] ?? 0,
      test: set ? (x) => set.has(x) : (x) => test?.(x, splits[i] ?? 0) ?? false,
      missingIsTrue: (missing[i] ?? 0) !== 0,
      yes: go(ints('nodes_truenodeids'), ints('nodes_trueleafs'), i),
      no: go(ints('nodes_falsenodeids'), ints('nodes_falseleafs'), i),
      leaf: undefined,
    };
  });
  const leaves = ints('leaf_targetids').map((target, i): TreeNode => {
    const place = branches.length + i;
    return {
      feature: 0,
      test: () => false,
      missingIsTrue: false,
      yes: place,
      no: place,
      leaf: [[target, weights[i] ?? 0]],
    };
  });
  const nodes = [...branches, ...leaves];
  if (branches.some((n) => !nodes[n.yes] || !nodes[n.no])) throw badAttribute(op, 'nodes_truenodeids', 'leads nowhere');
  return { nodes, roots: ints('tree_roots').map((root) => (modes.length === 0 ? branches.length + root : root)) };
}

/** Sets of values, one per node that tests for membership: behind each other, with not-a-number after each. */
function memberSets(read: AttributeReader): Set<number>[] {
  const stored = read.tensor('membership_values');
  const sets: Set<number>[] = [];
  let current = new Set<number>();
  for (const v of stored ? numbersOf(decodeWeight(stored)) : []) {
    if (Number.isNaN(v)) {
      sets.push(current);
      current = new Set();
    } else current.add(v);
  }
  if (current.size > 0) sets.push(current);
  return sets;
}

export const treeEnsemble = {
  id: 'ai.onnx.ml::TreeEnsemble',
  sinceOpset: 5,
  bind(attributes) {
    const read = new AttributeReader('TreeEnsemble', attributes);
    const aggregate = (['AVERAGE', 'SUM', 'MIN', 'MAX'] as const)[read.int('aggregate_function') ?? 1];
    const how = POST_TRANSFORMS[read.int('post_transform') ?? 0];
    if (!aggregate || !how) throw badAttribute('TreeEnsemble', 'aggregate_function', 'or post_transform is not known');
    return regression('TreeEnsemble', readFlatForest(read), read.int('n_targets') ?? 1, [], aggregate, how);
  },
} as const satisfies OpDef;
