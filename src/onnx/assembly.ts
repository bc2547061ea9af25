import type { Diagnostic, FunctionDef, NodeId, TensorId } from '../ir/index.ts';
import type { ModelFiles } from './tensor-proto.ts';

/** What holds for a whole file while its graphs are put together; for the body of a function, what holds in it. */
export interface Assembly {
  readonly files: ModelFiles;
  readonly opsets: ReadonlyMap<string, number>;
  readonly notes: Notes;
  readonly dims: UnknownDims;
  /** Filled once all functions are read: their bodies share the table they are in. Absent: the file defines none. */
  readonly functions?: ReadonlyMap<string, FunctionDef>;
  /** Key of the function whose body this is. Absent: the network itself. */
  readonly inside?: string;
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

/** Diagnostics of one code that are kept; the rest is counted. */
const EACH = 20;

/** What the user is told of a file that could be read. A file with a thousand like faults does not bury the others. */
export class Notes {
  readonly #kept: Diagnostic[] = [];
  readonly #counts = new Map<string, { count: number; severity: Diagnostic['severity'] }>();

  add(code: string, severity: Diagnostic['severity'], message: string, node?: NodeId): void {
    const known = this.#counts.get(code) ?? { count: 0, severity };
    this.#counts.set(code, { ...known, count: known.count + 1 });
    if (known.count < EACH)
      this.#kept.push(node === undefined ? { code, severity, message } : { code, severity, message, node });
  }

  all(): Diagnostic[] {
    const more = [...this.#counts].filter(([, { count }]) => count > EACH);
    const rest = more.map(([code, { count, severity }]) => {
      const message = `${count - EACH} more of the same kind as the last ${EACH} (${code}) are not listed.`;
      return { code, severity, message };
    });
    return [...this.#kept, ...rest];
  }
}

/** Notes something for the user. */
export function say(a: Assembly, code: string, severity: Diagnostic['severity'], message: string, node?: NodeId): void {
  a.notes.add(code, severity, message, node);
}
