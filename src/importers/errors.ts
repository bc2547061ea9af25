import { UserError } from '../base/index.ts';

/** Codes and texts of the room. Every message names the file; what to do next is in the hint. */

export const noFiles = (): UserError =>
  new UserError(
    'importers/no-files',
    'No file was given.',
    'Drop a model file, such as an .onnx or a .keras file.',
    {},
  );

export const noNetwork = (files: readonly string[]): UserError =>
  new UserError(
    'importers/no-network',
    `No network was found in ${files.map((f) => `'${f}'`).join(', ')}.`,
    'Drop the .onnx, .keras or .h5 file that your framework writes.',
    { files },
  );
