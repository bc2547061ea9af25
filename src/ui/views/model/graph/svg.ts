import { boxTexts, type Drawing, draw } from './draw.ts';
import type { Pen } from './pen.ts';
import { MONO, SANS, shownName } from './texts.ts';

const MARGIN = 16;

/** A text of XML: markup escaped, characters that XML does not allow left out. */
export const escaped = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in the file
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`);

const place = (x: number): string => String(Math.round(x * 100) / 100);

/** Collects what is drawn as elements; colours are those of the theme in use. */
function svgPen(lines: string[]): Pen {
  let opacity = '';
  const style = new Map([
    [MONO, 'm'],
    [SANS, 's'],
  ]);
  return {
    strength: (share) => {
      opacity = share < 1 ? ` opacity="${place(share)}"` : '';
    },
    box: (x, y, width, height, { fill, stroke, width: line = 1, radius, dashed }) => {
      const ring = stroke
        ? ` stroke="${stroke}"${line === 1 ? '' : ` stroke-width="${place(line)}"`}${dashed ? ' stroke-dasharray="4 3"' : ''}`
        : '';
      const corner = radius ? ` rx="${place(radius)}"` : '';
      lines.push(
        `<rect x="${place(x)}" y="${place(y)}" width="${place(width)}" height="${place(height)}"${corner} fill="${fill ?? 'none'}"${ring}${opacity}/>`,
      );
    },
    text: (text, x, y, font, color, align, whole = text) => {
      const anchor = align === 'left' ? '' : ` text-anchor="${align === 'right' ? 'end' : 'middle'}"`;
      const name = shownName(whole) === text ? '' : `<title>${escaped(shownName(whole))}</title>`;
      // Each text its own direction: a right-to-left name must not turn what stands beside it.
      lines.push(
        `<text class="${style.get(font) ?? 'b'}" x="${place(x)}" y="${place(y)}"${anchor} fill="${color}"${opacity}>${name}${escaped(text)}</text>`,
      );
    },
    lines: ({ start, points }, edges, color, width) => {
      const paths = edges.flatMap((e) => {
        const path: string[] = [];
        for (let k = start[e] as number; k < (start[e + 1] as number); k++)
          path.push(`${place(points[2 * k] as number)},${place(points[2 * k + 1] as number)}`);
        return path.length > 1 ? [`M${path.join('L')}`] : [];
      });
      if (paths.length > 0)
        lines.push(
          `<path d="${paths.join('')}" fill="none" stroke="${color}" stroke-width="${place(width)}"${opacity}/>`,
        );
    },
    heads: (tips, color, size) => {
      let path = '';
      for (let k = 0; k < tips.length; k += 2)
        path += `M${place((tips[k] as number) - size)},${place((tips[k + 1] as number) - 1.5 * size)}h${2 * size}L${place(tips[k] as number)},${place(tips[k + 1] as number)}z`;
      if (path) lines.push(`<path d="${path}" fill="${color}"${opacity}/>`);
    },
  };
}

/** The whole drawing as an SVG file of its own: vector, texts as texts, no reference to anything outside. */
export function svgOf(drawing: Drawing, title: string): string {
  const { width, height } = drawing.scene.diagram;
  const lines: string[] = [];
  const texts = boxTexts(drawing.scene, drawing.colours, drawing.texts.measure);
  const seen = { x: -MARGIN, y: -MARGIN, width: width + 2 * MARGIN, height: height + 2 * MARGIN };
  draw(svgPen(lines), { ...drawing, texts, hovered: -1, cursor: -1 }, seen, 1, 'all');
  const [w, h] = [place(seen.width), place(seen.height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="${-MARGIN} ${-MARGIN} ${w} ${h}">`,
    `<title>${escaped(title)}</title>`,
    '<style>text{dominant-baseline:central;unicode-bidi:isolate;font-feature-settings:"tnum","cv05"}' +
      '.m{font:500 12px "JetBrains Mono Variable","JetBrains Mono",monospace}' +
      '.s{font:400 11px "Inter Variable",Inter,sans-serif}.b{font:600 12px "Inter Variable",Inter,sans-serif}</style>',
    `<rect x="${-MARGIN}" y="${-MARGIN}" width="${w}" height="${h}" fill="${drawing.palette.bg}"/>`,
    ...lines,
    '</svg>\n',
  ].join('\n');
}
