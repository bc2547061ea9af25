import { UserError } from '../base/index.ts';
import type { ProgramPort } from '../ir/index.ts';

export const badInputSize = (port: ProgramPort, given: number, wanted: number): UserError =>
  new UserError(
    'emulate/bad-input-size',
    `Input '${port.tensor}' takes ${wanted} values of shape [${port.graphShape.join(', ')}], ${given} were given.`,
    'Give samples of the shape the model was imported with.',
    { tensor: port.tensor, given, wanted },
  );

export const missingInput = (tensor: string, known: readonly string[]): UserError =>
  new UserError(
    'emulate/missing-input',
    `The samples have no values for input '${tensor}'.`,
    `Bind data to '${tensor}'; bound are: ${known.join(', ') || 'none'}.`,
    { tensor, known },
  );
