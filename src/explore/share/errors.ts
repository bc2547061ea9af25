import { UserError } from '../../base/index.ts';

const ASK_AGAIN = 'Copy the whole link again from where it was made, or ask the sender for a .paretoscope file.';

export const notALink = () =>
  new UserError(
    'share/not-a-link',
    'This text is not a link to an exploration.',
    'Paste the whole address, with everything after the # sign.',
  );

export const cutLink = (expected: number, got: number) =>
  new UserError(
    'share/cut',
    `The link was cut off: ${got} of ${expected} characters arrived.`,
    `Some mail and chat programs shorten long links. ${ASK_AGAIN}`,
    { expected, got },
  );

export const damagedLink = (what: string) =>
  new UserError('share/damaged', `The link is damaged: ${what}.`, ASK_AGAIN, { what });

export const newerVersion = (what: 'link' | 'file', version: number, known: number) =>
  new UserError(
    'share/newer-version',
    `The ${what} is of version ${version}; this program knows versions up to ${known}.`,
    'Open it with a newer version of Paretoscope.',
    { version, known },
  );

export const unknownVersion = (version: number) =>
  new UserError('share/unknown-version', `There is no version ${version} of links.`, ASK_AGAIN, { version });

export const tooLarge = (limit: number) =>
  new UserError(
    'share/too-large',
    `The content unpacks to more than ${limit} bytes, which no exploration needs.`,
    'Do not open it unless you trust where it is from.',
    { limit },
  );

export const badContent = (path: string, expected: string) =>
  new UserError(
    'share/content',
    `The exploration is not understood at '${path}': expected ${expected}.`,
    'It was not written by this program, or was changed afterwards; get it again from its source.',
    { path },
  );

export const notAFile = (name: string) =>
  new UserError(
    'share/not-a-file',
    `${name} is not a .paretoscope file.`,
    'Choose a file saved by Paretoscope, or drop an ONNX model to start.',
    { name },
  );

export const damagedFile = (name: string, what: string) =>
  new UserError('share/damaged-file', `${name} is damaged: ${what}.`, 'Get the file again from its source.', {
    name,
    what,
  });
