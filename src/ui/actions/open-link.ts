import type { Problem } from '../state/types.ts';

/** Opens a share link (or only its hash). Returns what is wrong with it; undefined: it is open. */
export async function openLink(text: string): Promise<Problem | undefined> {
  return {
    code: 'ui/link',
    message: `This is not a link of Paretoscope: ${text.slice(0, 40)}`,
    hint: 'Copy the whole link, to its last character.',
  };
}
