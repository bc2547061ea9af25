import { middleCut } from '../../../format/index.ts';

/** Fonts of the drawing. */
export const MONO = '500 12px "JetBrains Mono Variable", ui-monospace, monospace';
export const SANS = '400 11px "Inter Variable", system-ui, sans-serif';
export const STRONG = '600 12px "Inter Variable", system-ui, sans-serif';

/** Longer names are cut to this before they are measured. */
const MOST_LETTERS = 80;
/** Controls, zero-width and direction-changing characters: a name must not hide what it is, nor turn what stands beside it. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A name as it is drawn: what cannot be seen is shown as '·'. */
export const shownName = (name: string): string =>
  (name.length > 4 * MOST_LETTERS ? middleCut(name, 4 * MOST_LETTERS) : name).replace(HIDDEN, '·');

/** Width of a text in a font, px at zoom 1. */
export type Measure = (text: string, font: string) => number;

/** A canvas that is part of the page, but not seen: only such a one takes the page's features of fonts (figures of one width). */
export function hiddenCanvas(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.hidden = true;
  document.body.append(canvas);
  return canvas;
}

/** Measures on a canvas, each text once. */
export function measurer(context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D): Measure {
  let widths = new Map<string, number>();
  // What was measured before a font came is too narrow or too wide.
  document.fonts.addEventListener('loadingdone', () => {
    widths = new Map();
  });
  return (text, font) => {
    const key = `${font}\n${text}`;
    const known = widths.get(key);
    if (known !== undefined) return known;
    context.font = font;
    const { width } = context.measureText(text);
    widths.set(key, width);
    return width;
  };
}

/** The text cut in the middle so that it is at most `room` px wide; '' where not even one letter fits. */
export function cutTo(text: string, room: number, font: string, measure: Measure): string {
  const shown = shownName(text);
  let letters = [...shown];
  if (letters.length > MOST_LETTERS) letters = [...letters.slice(0, 40), '…', ...letters.slice(-39)];
  const whole = letters.join('');
  const width = measure(whole, font);
  if (width <= room) return whole;
  let keep = Math.min(letters.length - 1, Math.floor((letters.length * room) / width) + 1);
  for (; keep > 0; keep--) {
    const head = Math.ceil(keep / 2);
    const cut = `${letters.slice(0, head).join('')}…${letters.slice(letters.length - (keep - head)).join('')}`;
    if (measure(cut, font) <= room) return cut;
  }
  return '';
}
