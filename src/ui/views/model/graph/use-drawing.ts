import { useMemo } from 'react';
import type { Diagram } from '../../../../diagram/index.ts';
import type { HeatScale, Theme } from '../../../charts/index.ts';
import { boxColours, type GraphMetric, type Palette, paletteOf } from './colours.ts';
import { boxTexts, type Drawing } from './draw.ts';
import { type Chosen, emphasisOf, type Mark } from './emphasis.ts';
import { type FarColours, farColours } from './paint.ts';
import { sceneOf } from './scene.ts';
import { hiddenCanvas, type Measure, measurer } from './texts.ts';

export interface DrawingInput {
  /** Id of each node, by index. */
  readonly nodes: readonly string[] | undefined;
  readonly diagram: Diagram | undefined;
  /** By node id; a node without the figure is absent. */
  readonly values: ReadonlyMap<string, number>;
  readonly heat: HeatScale;
  readonly metric: GraphMetric;
  readonly theme: Theme;
  /** Node indices a search found; undefined: no search. */
  readonly hits: ReadonlySet<number> | undefined;
  readonly chosen: Chosen | undefined;
  readonly tensor: string | undefined;
  readonly marks: ReadonlyMap<string, Mark> | undefined;
}

export interface Drawn {
  readonly drawing: Drawing;
  readonly far: FarColours;
}

/** The steps from a diagram to what is painted, each made again only when what it rests on changes. */
export function useDrawing(given: DrawingInput): Drawn | undefined {
  const { nodes, diagram, values, heat, theme, hits, chosen, tensor, marks } = given;
  const { id, title, kind, combine } = given.metric;
  // By its members: whoever makes it anew in each rendering must not have 20 000 boxes coloured anew.
  const metric = useMemo<GraphMetric>(() => ({ id, title, kind, combine }), [id, title, kind, combine]);
  const scene = useMemo(() => diagram && sceneOf(diagram), [diagram]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tokens change with the theme
  const palette = useMemo<Palette>(() => paletteOf(document.documentElement), [theme]);
  const colours = useMemo(
    () => nodes && diagram && boxColours(nodes, diagram, values, heat, metric, palette),
    [nodes, diagram, values, heat, metric, palette],
  );
  const texts = useMemo(() => scene && colours && boxTexts(scene, colours, measure), [scene, colours]);
  const emphasis = useMemo(
    () => scene && nodes && emphasisOf(scene, nodes, { hits, chosen, tensor, marks }),
    [scene, nodes, hits, chosen, tensor, marks],
  );
  return useMemo(() => {
    if (!scene || !colours || !texts || !emphasis) return undefined;
    const drawing = { scene, colours, emphasis, palette, texts, selected: -1, hovered: -1, cursor: -1 };
    return { drawing, far: farColours(scene, colours, emphasis, palette) };
  }, [scene, colours, texts, emphasis, palette]);
}

let measureOnPage: Measure | undefined;

/** One measuring canvas for all drawings of the page. */
const measure: Measure = (text, font) => {
  if (!measureOnPage) {
    const context = hiddenCanvas().getContext('2d');
    measureOnPage = context ? measurer(context) : (short) => 7 * short.length;
  }
  return measureOnPage(text, font);
};
