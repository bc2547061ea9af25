import type { Exporter } from '../package.ts';

/** The program as portable C11 with its own self-check. */
export const c: Exporter = {
  id: 'c',
  name: 'C11',
  description: 'Portable C11 sources without heap, floating point or libraries; needs any C compiler.',
  options: [
    {
      id: 'vectors',
      label: 'Test vectors',
      help: 'How many recorded samples the self-check replays, at most; fewer make a smaller package.',
      type: 'number',
      range: [1, 10_000],
      default: 100,
    },
    {
      id: 'weights',
      label: 'Weights below 8 bits',
      help: 'packed: as few bytes of flash as their bits need, unpacked while computing. plain: one value per byte, faster.',
      type: 'choice',
      choices: ['packed', 'plain'],
      default: 'packed',
    },
  ],
  load: async () => (await import('./print-package.ts')).exportC,
};
