import { middleCut } from '../../../format/index.ts';

const LONGEST = 36;

/** A name as it stands in the words of a step: long ones are cut in the middle. */
export const shortName = (name: string): string => middleCut(name, LONGEST);
