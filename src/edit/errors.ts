import { UserError } from '../base/index.ts';

/** Codes and texts of the room. Every message names the layer or value, every hint the remedy. */

export const illegalEdit = (field: string, wants: string, has: unknown): UserError =>
  new UserError(
    'edit/illegal',
    `This is no edit: '${field}' must be ${wants}, not ${shorten(JSON.stringify(has) ?? 'missing')}.`,
    'Make the edit in the model view again; a link or file that holds it may be damaged or newer than this page.',
    { field, wants },
  );

const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text);
