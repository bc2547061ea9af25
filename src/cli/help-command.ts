import type { Command } from './command.ts';
import { GLOBAL_OPTIONS } from './invocation.ts';

/** `help --json`: every command and registry, from their entries. Given the list, so that the registry can hold it too. */
export const helpCommand = (others: () => Iterable<Command>, overview: () => string): Command => ({
  id: 'help',
  summary: 'Commands, options and registries',
  usage: '',
  options: [],
  async run(_call, host) {
    const catalog = await host.client().run('catalog', {});
    const commands = [...others()].map(({ id, summary, usage, options }) => ({ id, summary, usage, options }));
    return { json: { commands, globalOptions: GLOBAL_OPTIONS, ...catalog }, text: overview() };
  },
});
