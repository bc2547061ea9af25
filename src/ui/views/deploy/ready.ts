import type { PackageState } from '../../state/types.ts';

/** The reply of a package that is ready. */
export const readyOf = (state: PackageState | undefined): Extract<PackageState, { status: 'ready' }> | undefined =>
  state?.status === 'ready' ? state : undefined;
