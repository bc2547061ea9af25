import type { ModelView } from '../../../../explore/index.ts';

/** What the two models of a comparison are called; changes tell two states of one file apart. */
export function namesOf(before: ModelView, after: ModelView): { readonly before: string; readonly after: string } {
  const sameFile = before.reference.sha256 === after.reference.sha256;
  return { before: nameOf(before, sameFile), after: nameOf(after, sameFile) };
}

function nameOf({ reference, changes }: ModelView, sameFile: boolean): string {
  if (changes.length > 0) return `${reference.name}, ${changes.length} ${changes.length === 1 ? 'change' : 'changes'}`;
  return sameFile ? `${reference.name} as read` : reference.name;
}
