const mac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The word on the key that goes with letters: Cmd on a Mac, Ctrl elsewhere. */
export const commandKey = mac ? '⌘' : 'Ctrl';

/** All keys, for the `?` layer. Views add theirs here in words; they listen for them themselves. */
export const keyList: readonly { readonly group: string; readonly keys: readonly (readonly [string, string])[] }[] = [
  {
    group: 'Everywhere',
    keys: [
      ['1 – 8', 'places'],
      [`${commandKey} K`, 'command; > actions, @ layers, # points'],
      [`${commandKey} Z`, 'undo'],
      [`Shift ${commandKey} Z`, 'redo'],
      ['O', 'open files'],
      ['?', 'all keys'],
      ['P', 'pause the job that can be, or go on with it'],
      ['Esc', 'one step out'],
      ['F6', 'next panel'],
    ],
  },
  {
    group: 'Tables and charts',
    keys: [
      ['Arrows', 'move between rows, nodes, points'],
      ['Enter', 'select'],
      ['Space', 'add to compare'],
      ['T', 'table of this chart'],
      ['E', 'export this chart'],
      ['/', 'find'],
    ],
  },
  {
    group: 'Model and Explore',
    keys: [
      ['[ and ]', 'previous, next layer'],
      ['X', 'open or close a block'],
      ['Delete', 'remove the selected layer, or what is set off'],
      ['U and D', 'in a graph: what feeds it, what it feeds'],
      ['F', 'fit'],
      ['+ and −', 'zoom'],
      ['B', 'brush'],
    ],
  },
];

/** Whether a key press belongs to a field being typed in. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'range', 'button'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}
