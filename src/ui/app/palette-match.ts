/** How well an entry matches: 0 not at all; every word must be there, starts of words count more. */
export function matchOf(entry: { readonly title: string; readonly detail?: string }, words: string): number {
  if (words === '') return 1;
  const text = `${entry.title} ${entry.detail ?? ''}`.toLowerCase();
  let score = 0;
  for (const word of words.toLowerCase().split(/\s+/)) {
    const at = text.indexOf(word);
    if (at < 0) return 0;
    score += at === 0 ? 3 : /[\s_:]/.test(text[at - 1] ?? '') ? 2 : 1;
  }
  return score + (text === words.toLowerCase() ? 3 : 0);
}
