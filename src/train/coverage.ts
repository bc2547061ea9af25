import type { Registry } from '../base/index.ts';
import { type OpDef, ops } from '../ops/index.ts';
import type { GradientRule } from './gradients/rule.ts';

const spelled = (id: string): string => id.split('::').at(-1) ?? id;
const listed = (ids: readonly string[]): string => ids.map((id) => `\`${id}\``).join(', ');

/** Which operators gradients pass, as a page in Markdown. */
export function gradientTable(rules: Registry<GradientRule>, registry: Registry<OpDef> = ops): string {
  const byName = (a: string, b: string) =>
    spelled(a) < spelled(b) ? -1 : spelled(a) > spelled(b) ? 1 : a < b ? -1 : 1;
  const withRule = rules.ids().sort(byName);
  const without = registry
    .ids()
    .filter((id) => !rules.tryGet(id))
    .sort(byName);
  return `# Gradients

Made from the lists by \`npx vitest run src/train/coverage.test.ts -u\`.

${withRule.length} operators have a gradient. Rules refuse forms that have none by \`train/no-gradient\`, with the reason.

${listed(withRule)}

${without.length} have none: they pick, count, compare, round or hold whole numbers, or nobody trains through them yet. What needs no gradient (between
the network's input and its first trained layer, arithmetic on shapes) may be any of them.

${listed(without)}
`;
}
