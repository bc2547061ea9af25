export type { QuantityKind, QuantityText } from './figures.ts';
export {
  dayText,
  duration,
  factorOf,
  figureText,
  fingerprint,
  fixed,
  inText,
  intervalText,
  middleCut,
  provenanceWords,
  quantity,
  shapeText,
  signed,
  timeLeft,
} from './figures.ts';
