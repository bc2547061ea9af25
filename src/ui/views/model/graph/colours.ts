import type { Diagram } from '../../../../diagram/index.ts';
import { type HeatScale, textOn } from '../../../charts/index.ts';
import { inText, type QuantityKind } from '../../../format/index.ts';
import { packedColor } from './raster.ts';
import { FRAME, GROUP, LAYER } from './scene.ts';

/** Colours of the theme, read from the page's tokens. */
export interface Palette {
  readonly bg: string;
  readonly sunk: string;
  readonly ink: string;
  readonly ink2: string;
  readonly ink3: string;
  readonly control: string;
  readonly accent: string;
  readonly accentInk: string;
  readonly line1: string;
  readonly hover: string;
  readonly ok: string;
  readonly bad: string;
  readonly warn: string;
}

export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    bg: token('bg'),
    sunk: token('sunk'),
    ink: token('ink'),
    ink2: token('ink2'),
    ink3: token('ink3'),
    control: token('control'),
    accent: token('accent'),
    accentInk: token('accent-ink'),
    line1: token('line1'),
    hover: token('hover'),
    ok: token('ok'),
    bad: token('bad'),
    warn: token('warn'),
  };
}

/** What a drawing is coloured by. */
export interface GraphMetric {
  readonly id: string;
  readonly title: string;
  readonly kind: QuantityKind;
  /** How layers of a group count together: a group of layers has their sum, or only their largest (intensity, bits). */
  readonly combine: 'sum' | 'largest';
}

/** Fill, ink and figure of each box, made once per diagram, metric and theme. */
export interface BoxColours {
  /** CSS colours that `fill` points into, by step of the scale (steps that no box has are empty); entry 0 is the background. */
  readonly fills: readonly string[];
  /** Ink on each of `fills`. */
  readonly inks: readonly string[];
  /** Index in `fills` per box. */
  readonly fill: Uint16Array;
  /** Packed colours per box, for far zoom; frames have 0: nothing. */
  readonly packed: Uint32Array;
  /** NaN: unknown. */
  readonly value: Float64Array;
  /** Of all layers; undefined where shares make no sense. */
  readonly total: number | undefined;
  readonly metric: GraphMetric;
  /** `BoxKind` per box. */
  readonly kind: Uint8Array;
}

/** So many steps of the heat scale are told apart; the first value in a step gives its colour. */
const STEPS = 64;

/** `nodes`: id by index; `values` by node id, what is not in it is unknown. */
export function boxColours(
  nodes: readonly string[],
  diagram: Diagram,
  values: ReadonlyMap<string, number>,
  heat: HeatScale,
  metric: GraphMetric,
  palette: Palette,
): BoxColours {
  const perNode = Float64Array.from(nodes, (id) => values.get(id) ?? Number.NaN);
  const value = valuesOfBoxes(diagram, perNode, metric.combine);
  const unknown = packedColor(palette.line1);
  const { count, kind } = diagram.boxes;
  const fills = [palette.bg];
  const packedFills = [unknown];
  const fill = new Uint16Array(count);
  const packed = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    if (kind[i] === FRAME) continue;
    if (!Number.isNaN(value[i])) {
      const step = 1 + Math.round(clamped(heat.share(value[i] as number)) * (STEPS - 1));
      fill[i] = step;
      if (fills[step] === undefined) {
        fills[step] = heat.color(value[i] as number);
        packedFills[step] = packedColor(fills[step]);
      }
    }
    packed[i] = packedFills[fill[i] as number] as number;
  }
  const inks = fills.map((color, step) => (step === 0 ? palette.ink : textOn(color)));
  const total = metric.combine === 'sum' ? perNode.reduce((sum, v) => sum + (Number.isNaN(v) ? 0 : v), 0) : undefined;
  return { fills, inks, fill, packed, value, total: total === 0 ? undefined : total, metric, kind };
}

const clamped = (share: number): number => (share > 0 ? Math.min(1, share) : 0);

/** Sum or largest of the members that have a figure; NaN if none has. */
export function valuesOfBoxes(
  { boxes }: Diagram,
  perNode: Float64Array,
  combine: GraphMetric['combine'],
): Float64Array {
  const value = new Float64Array(boxes.count).fill(Number.NaN);
  for (let i = 0; i < boxes.count; i++) {
    if ((boxes.kind[i] as number) < LAYER) continue;
    let all = Number.NaN;
    for (let k = boxes.memberStart[i] as number; k < (boxes.memberStart[i + 1] as number); k++) {
      const own = perNode[boxes.members[k] as number] as number;
      if (Number.isNaN(own)) continue;
      all = Number.isNaN(all) ? own : combine === 'sum' ? all + own : Math.max(all, own);
    }
    value[i] = all;
  }
  return value;
}

/** '79.7 ms' and '37 %' of a box; '' where unknown. */
export function figureOf(colours: BoxColours, box: number): { readonly value: string; readonly share: string } {
  const value = colours.value[box] as number;
  if (Number.isNaN(value)) return { value: '', share: '' };
  const share = colours.total === undefined ? '' : `${shareText((100 * value) / colours.total)}\u202f%`;
  const most = colours.metric.combine === 'largest' && (colours.kind[box] as number) >= GROUP ? 'max ' : '';
  return { value: most + inText(value, colours.metric.kind), share };
}

const shareText = (percent: number): string =>
  percent === 0 ? '0' : percent < 0.01 ? '< 0.01' : percent >= 99.5 ? '100' : percent.toPrecision(2);
