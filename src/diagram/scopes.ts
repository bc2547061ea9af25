import type { DiagramInput, GroupingKind } from './diagram.ts';

/** Share of names that must have a separator for it to mean something. */
const SEPARATED = 0.3;

/**
 * Where names of layers place them: '/features/features.0/conv/Conv' → 'features/features.0/conv', 'model.layer1.0.conv1'
 * → 'layer1/0', 'conv1' → ''. The last part is the layer's own name. Without what is common to all, without scopes that
 * hold one layer, or nothing but one other scope. In the order of `names`.
 */
export function scopesOf(names: readonly string[]): string[] {
  const separator = separatorOf(names);
  if (separator === '') return names.map(() => '');
  const paths = names.map((name) => pathOf(name, separator));
  return shortened(paths).map((path) => path.join('/'));
}

/** A scope whose layers lie in more pieces than this, on average, says nothing of where they stand. */
const MOST_PIECES = 2;

/**
 * 'scope' where names tell enough: most layers have one, no single one holds most of them, and the outermost ones follow each other
 * rather than alternate (converters name layers by where their weights came from). Else 'blocks'.
 */
export function suggestedGrouping(nodes: DiagramInput['nodes']): GroupingKind {
  const outermost = nodes.map(({ scope }) => scope.split('/', 1)[0] as string);
  const pieces = outermost.filter((scope, i) => scope !== outermost[i - 1]).length;
  if (pieces > MOST_PIECES * new Set(outermost).size) return 'blocks';
  const times = new Map<string, number>();
  for (const { scope } of nodes) times.set(scope, (times.get(scope) ?? 0) + 1);
  const most = Math.max(0, ...times.values());
  return times.size > 2 && 2 * most <= nodes.length ? 'scope' : 'blocks';
}

function separatorOf(names: readonly string[]): string {
  const least = Math.max(1, SEPARATED * names.length);
  const with_ = (separator: string): number =>
    names.filter((name) => firstName(name).replace(/^\//, '').includes(separator)).length;
  if (with_('/') >= least) return '/';
  // A dot before digits alone is a counter or a version, not a place.
  return names.filter((name) => /[^.]\.[^.]*[a-z_]/i.test(firstName(name))).length >= least ? '.' : '';
}

/** Converters join the names of fused layers with ';'. */
const firstName = (name: string): string => name.split(';', 1)[0]!;

function pathOf(name: string, separator: string): string[] {
  const parts = firstName(name).split(separator).filter(Boolean);
  parts.pop();
  return parts;
}

interface Scope {
  readonly parent: Scope | undefined;
  readonly name: string;
  readonly children: Map<string, Scope>;
  direct: number;
  layers: number;
}

function shortened(paths: readonly (readonly string[])[]): string[][] {
  const root: Scope = { parent: undefined, name: '', children: new Map(), direct: 0, layers: 0 };
  const leaves = paths.map((path) => {
    let scope = root;
    scope.layers++;
    for (const name of path) {
      let child = scope.children.get(name);
      if (!child) {
        child = { parent: scope, name, children: new Map(), direct: 0, layers: 0 };
        scope.children.set(name, child);
      }
      scope = child;
      scope.layers++;
    }
    scope.direct++;
    return scope;
  });
  const top = commonTop(root);
  const known = new Map<Scope, string[]>();
  return leaves.map((leaf) => {
    let path = known.get(leaf);
    if (!path) {
      path = kept(leaf, top);
      known.set(leaf, path);
    }
    return path;
  });
}

/** The scope that holds everything with a scope. */
function commonTop(root: Scope): Scope {
  let top = root;
  // Layers beside a single scope of the root (inputs, the last operator) do not make it worth a frame.
  while (top.children.size === 1 && (top === root || top.direct === 0)) {
    const [only] = top.children.values();
    if (only!.children.size === 0) break;
    top = only!;
  }
  return top;
}

/** Names from below `top` down to a scope, without scopes of one layer and without the only child of a scope. */
function kept(leaf: Scope, top: Scope): string[] {
  const names: string[] = [];
  for (let scope: Scope | undefined = leaf; scope?.parent && scope !== top; scope = scope.parent) {
    const onlyChild = scope.parent !== top && scope.parent.children.size === 1 && scope.parent.direct === 0;
    if (scope.layers > 1 && !onlyChild) names.push(counted(scope));
  }
  return names.reverse();
}

/** 'layer1.0' for the first of 'layer1': a bare number says nothing. */
const counted = (scope: Scope): string =>
  /^\d+$/.test(scope.name) && scope.parent?.name ? `${scope.parent.name}.${scope.name}` : scope.name;
