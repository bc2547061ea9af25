import type { DataSettings } from '../explore/index.ts';
import type { SourceFile } from '../jobs/protocol.ts';
import type { CommandHost, CommandOption, Invocation } from './command.ts';
import { badUsage } from './errors.ts';

/** Flags of every command that reads samples: how they are read. */
export const SETTINGS_OPTIONS: readonly CommandOption[] = [
  { name: 'scale', value: 'X', help: 'Normalization (value · scale − mean) / deviation: 1/255 maps bytes to 0 … 1' },
  { name: 'mean', value: 'X[,X…]', help: 'Of the normalization: one, or one per channel' },
  { name: 'deviation', value: 'X[,X…]', help: 'Of the normalization: one, or one per channel' },
  { name: 'layout', value: 'NCHW|NHWC', help: 'Where the channels of pictures lie; default: told from the shape' },
  { name: 'resize', help: 'Pictures of other sizes are resized to the input' },
];

/** Files of a list 'a,b'; a folder stands for all files in it (pictures, one folder per class). */
export const filesOf = (list: string | undefined, host: Pick<CommandHost, 'read' | 'folder'>): SourceFile[] =>
  (list ?? '')
    .split(',')
    .filter(Boolean)
    .flatMap<SourceFile>((path) => host.folder(path) ?? [host.read(path)]);

/** What the flags say of how samples are read. Nothing said: nothing done. */
export function settingsOf(call: Invocation): DataSettings {
  const scale = numbers(call, 'scale');
  const mean = numbers(call, 'mean');
  const deviation = numbers(call, 'deviation');
  if (scale && scale.length !== 1) throw badUsage('--scale takes one number.');
  const layout = call.text('layout');
  if (layout !== undefined && layout !== 'NCHW' && layout !== 'NHWC') throw badUsage('--layout is NCHW or NHWC.');
  const preprocessing = {
    ...(scale?.[0] === undefined ? {} : { scale: scale[0] }),
    ...(mean && { mean }),
    ...(deviation && { deviation }),
  };
  return {
    ...(Object.keys(preprocessing).length > 0 ? { preprocessing } : {}),
    ...(layout === undefined ? {} : { layout }),
    ...(call.flag('resize') ? { resize: true } : {}),
  };
}

/** Numbers and fractions: '0.485,0.456', '1/255'. */
function numbers(call: Invocation, name: string): number[] | undefined {
  const text = call.text(name);
  return text?.split(',').map((part) => {
    const [above = '', below = '1', ...rest] = part.split('/');
    const value = Number(above) / Number(below);
    if (above === '' || below === '' || rest.length > 0 || !Number.isFinite(value))
      throw badUsage(`--${name} takes numbers such as 0.5 or 1/255, not '${part}'.`);
    return value;
  });
}
