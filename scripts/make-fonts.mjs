/** Makes public/fonts from the packages inter-ui and @fontsource-variable/jetbrains-mono: `node scripts/make-fonts.mjs`. The result is committed. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import subsetFont from 'subset-font';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const fonts = join(root, 'public/fonts');
mkdirSync(fonts, { recursive: true });

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => String.fromCodePoint(from + i)).join('');
// Latin, Latin-1, and the signs that units, axes and ranges need.
const signs =
  '\u2013\u2014\u2018\u2019\u201c\u201d\u2026\u202f\u2190\u2191\u2192\u2193\u2212\u2248\u2264\u2265\u00b1\u00b5\u00d7\u0394\u03c3\u03a9\u03bc\u2080\u2081\u2082\u00b7\u2022\u25b2\u25bc\u2318\u21e7';
// Names in other scripts fall back to the system's font.
const text = range(0x20, 0x7e) + range(0xa0, 0xff) + signs;

const inter = readFileSync(join(root, 'node_modules/inter-ui/variable/InterVariable.woff2'));
writeFileSync(
  join(fonts, 'inter-variable.woff2'),
  await subsetFont(inter, text, {
    targetFormat: 'woff2',
    variationAxes: { wght: { min: 400, max: 600 }, opsz: 14 },
    // Tabular figures, the l with a tail, kerning; one optical size: all forms together are three times as large.
    keepFeatures: ['tnum', 'cv05', 'kern'],
  }),
);
copyFileSync(join(root, 'node_modules/inter-ui/LICENSE.txt'), join(fonts, 'inter-LICENSE.txt'));

const mono = join(root, 'node_modules/@fontsource-variable/jetbrains-mono');
const monoBytes = readFileSync(join(mono, 'files/jetbrains-mono-latin-wght-normal.woff2'));
writeFileSync(
  join(fonts, 'jetbrains-mono-variable.woff2'),
  await subsetFont(monoBytes, `${range(0x20, 0x7e)}\u2026\u2212\u2192\u00d7\u202f`, {
    targetFormat: 'woff2',
    variationAxes: { wght: { min: 400, max: 500 } },
    keepFeatures: [],
  }),
);
copyFileSync(join(mono, 'LICENSE'), join(fonts, 'jetbrains-mono-LICENSE.txt'));
