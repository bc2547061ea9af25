import type { Diagram, DiagramInput } from '../../../../diagram/index.ts';
import { heatScale } from '../../../charts/index.ts';
import { boxColours, type GraphMetric, type Palette } from './colours.ts';
import { boxTexts, type Drawing } from './draw.ts';
import { type EmphasisInput, emphasisOf } from './emphasis.ts';
import { sceneOf } from './scene.ts';

export const palette: Palette = {
  bg: '#fcfcfb',
  sunk: '#f4f4f2',
  ink: '#1b1b19',
  ink2: '#50504b',
  ink3: '#6b6b65',
  control: '#8a8a84',
  accent: '#d55e00',
  accentInk: '#ab4a00',
  line1: '#c9c9c4',
  hover: '#efefec',
  ok: '#0b6b57',
  bad: '#a3134e',
  warn: '#7a5a00',
};

export const latency: GraphMetric = { id: 'latency', title: 'Latency', kind: 'seconds', combine: 'sum' };

/** A drawing for tests, every letter 6 px wide. */
export function drawingFor(
  input: DiagramInput,
  diagram: Diagram,
  values: ReadonlyMap<string, number> = new Map(),
  set: Partial<EmphasisInput> = {},
  metric: GraphMetric = latency,
): Drawing {
  const scene = sceneOf(diagram);
  const nodes = input.nodes.map((node) => node.id);
  const colours = boxColours(nodes, diagram, values, heatScale([...values.values()], 'light'), metric, palette);
  const emphasis = emphasisOf(scene, nodes, {
    hits: undefined,
    chosen: undefined,
    tensor: undefined,
    marks: undefined,
    ...set,
  });
  const texts = boxTexts(scene, colours, (text) => 6 * [...text].length);
  return { scene, colours, emphasis, palette, texts, selected: -1, hovered: -1, cursor: -1 };
}
