import { dirname, join } from 'node:path';
import { UserError } from '../base/index.ts';
import type { ModelChange } from '../explore/index.ts';
import type { DiskFile, OpenReply, ShapeSettings } from '../jobs/protocol.ts';
import type { CommandHost, CommandOption } from './command.ts';
import { badUsage } from './errors.ts';

export const SHAPE_OPTION: CommandOption = {
  name: 'shape',
  value: 'name=1,3,224,224',
  help: "Sizes of an input, or of a symbolic dimension ('height=224'); several separated by ';'",
};

/** `input=1,3,8,8;height=160` → settings. One number names a dimension unless the input has one axis: both are given. */
export function parseShapes(list: string | undefined): ShapeSettings {
  const symbols: Record<string, number> = {};
  const inputs: Record<string, readonly number[]> = {};
  for (const part of (list ?? '').split(';').filter(Boolean)) {
    const at = part.lastIndexOf('=');
    const name = part.slice(0, at);
    // `state=` gives a scalar: no sizes at all.
    const text = part.slice(at + 1);
    const sizes = text === '' ? [] : text.split(',').map((n) => (/^\d+$/.test(n.trim()) ? Number(n) : Number.NaN));
    if (at < 1 || sizes.some(Number.isNaN)) throw badUsage(`--shape takes name=1,3,224,224, not '${part}'.`);
    if (sizes.length === 1) symbols[name] = sizes[0] as number;
    inputs[name] = sizes;
  }
  return { symbols, inputs };
}

/** Names a model to the pool, with external data files that it names and that lie beside it, and opens it there, changed as asked. */
export async function openModel(
  path: string,
  shapes: ShapeSettings,
  host: CommandHost,
  changes: readonly ModelChange[] = [],
): Promise<OpenReply> {
  const files: DiskFile[] = [host.find(path)];
  const sha256 = host.sha256(path);
  for (;;) {
    const id = changes.length > 0 ? `${sha256} ${JSON.stringify(changes)}` : sha256;
    const source = { id, files, shapes, changes, sha256 };
    try {
      const reply = await host
        .client()
        .run('open', { source }, { onWarning: (d) => host.note(`${d.severity}: ${d.message}`) });
      host.client().hold('model', reply.modelId, source);
      return reply;
    } catch (thrown) {
      const missing =
        thrown instanceof UserError && thrown.code === 'onnx/missing-external-data' ? thrown.facts.wanted : undefined;
      if (typeof missing !== 'string' || files.some((f) => f.name === missing)) throw thrown;
      // Only a plain name beside the model: the file must not be able to read elsewhere.
      if (/[/\\]/.test(missing)) throw thrown;
      try {
        files.push(host.find(join(dirname(path), missing)));
      } catch {
        throw thrown; // the message about the missing data says more than "cannot be read"
      }
    }
  }
}
