import { decodeLink, encodeLink, readParetoscope } from '../explore/index.ts';
import type { Command } from './command.ts';
import { badUsage, missingArgument } from './errors.ts';

export const share: Command = {
  id: 'share',
  summary: 'A link from a saved exploration, and back',
  usage: 'encode E.paretoscope | decode LINK',
  options: [{ name: 'base', value: 'URL', help: 'Address of the page the link opens', default: '' }],
  async run(call, host) {
    const [what, argument] = call.positionals;
    if (what !== 'encode' && what !== 'decode') throw badUsage("share takes 'encode' or 'decode'.");
    if (argument === undefined)
      throw missingArgument(what === 'encode' ? 'The file' : 'The link', `share ${share.usage}`);
    if (what === 'decode') {
      const state = decodeLink(argument);
      return { json: state, text: JSON.stringify(state, null, 2) };
    }
    const file = host.read(argument);
    const { exploration, view } = readParetoscope(file.bytes, file.name);
    const link = `${call.text('base') ?? ''}#${encodeLink({ exploration, view })}`;
    return { json: { link, bytes: link.length }, text: link };
  },
};
