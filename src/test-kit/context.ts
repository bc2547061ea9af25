import { Random } from '../base/index.ts';
import type { Diagnostic, StageContext } from '../ir/index.ts';

/** A stage context for tests: keeps what was warned, never cancels unless told. */
export function testContext(
  seed = 1,
  signal: AbortSignal = new AbortController().signal,
): StageContext & { readonly diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  return {
    signal,
    random: new Random(seed),
    diagnostics,
    progress() {},
    warn(diagnostic) {
      diagnostics.push(diagnostic);
    },
  };
}
