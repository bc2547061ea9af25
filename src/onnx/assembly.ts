import type { Diagnostic, NodeId, TensorId } from '../ir/index.ts';
import type { ExternalFiles } from './tensor-proto.ts';

/** What holds for a whole file while its graphs are put together. */
export interface Assembly {
  readonly files: ExternalFiles;
  readonly opsets: ReadonlyMap<string, number>;
  readonly diagnostics: Diagnostic[];
  readonly dims: UnknownDims;
}

/** Whether a name means something in the graphs around this one. */
export type Scope = (id: TensorId) => boolean;

/** Makes names for dimensions that have neither size nor name: '?0', '?1' … past those the file itself uses. */
export class UnknownDims {
  #count = 0;
  next(): string {
    return `?${this.#count++}`;
  }
}

/** Notes something for the user. */
export function say(a: Assembly, code: string, severity: Diagnostic['severity'], message: string, node?: NodeId): void {
  a.diagnostics.push(node === undefined ? { code, severity, message } : { code, severity, message, node });
}
