import { UserError } from '../base/index.ts';

/** The target cannot express a call of the program. `layer` is the graph node it is shown under. */
export const cannotExpress = (target: string, layer: string, what: string): UserError =>
  new UserError(
    'exporters/cannot-express',
    `The target '${target}' cannot express layer '${layer}': ${what}.`,
    'Choose other bit widths for this layer, or another target.',
    { target, layer },
  );

/** A package must be able to prove itself. */
export const noVectors = (target: string): UserError =>
  new UserError(
    'exporters/no-vectors',
    `The package for '${target}' has no test vectors, so it could not check itself.`,
    'Export with at least one sample: calibration data or the generated data set will do.',
    { target },
  );

export const badOption = (target: string, option: string, what: string): UserError =>
  new UserError(
    'exporters/bad-option',
    `Option '${option}' of '${target}': ${what}.`,
    'See the options of the target.',
    {
      target,
      option,
    },
  );
