import { figureOf } from './colours.ts';
import type { Drawing } from './draw.ts';
import { FRAME, GROUP, INPUT, LAYER, OUTPUT } from './scene.ts';
import { shownName } from './texts.ts';
import type { Picks } from './use-picks.ts';

const MOST_NAMED = 3;

/** The box at the cursor in words, and what is set off around it. */
export function inWords(drawing: Drawing, { state, cursorBox }: Picks): string {
  const { chosen, tensor } = state;
  const layers = chosen ? `${chosen.nodes.size} layers set off ${chosen.where}` : '';
  const followed = tensor === undefined ? '' : `Following ${shownName(tensor)}`;
  return [cursorBox < 0 ? '' : boxInWords(drawing, cursorBox), layers, followed].filter(Boolean).join('. ');
}

/** A box in words, for who does not see the drawing: what it is, its figure, what it is joined to. */
export function boxInWords({ scene, colours }: Drawing, box: number): string {
  const { boxes, groups } = scene.diagram;
  const kind = boxes.kind[box];
  const title = shownName(boxes.title[box] ?? '');
  const subtitle = shownName(boxes.subtitle[box] ?? '');
  const group = groups[boxes.group[box] ?? -1];
  const { value, share } = figureOf(colours, box);
  const figure = value ? `${colours.metric.title} ${value}${share ? `, ${share}` : ''}` : '';
  const what =
    kind === INPUT
      ? 'Input'
      : kind === OUTPUT
        ? 'Output'
        : kind === GROUP || kind === FRAME
          ? `${kind === GROUP ? 'Closed' : 'Open'} block of ${group?.layers ?? 0} layers`
          : '';
  const joined = kind === FRAME ? [] : [namesOf(scene.diagram, box, 'from'), namesOf(scene.diagram, box, 'to')];
  return [title, what, kind === LAYER || kind === GROUP ? subtitle : '', figure, ...joined].filter(Boolean).join('. ');
}

function namesOf({ boxes, edges }: Drawing['scene']['diagram'], box: number, where: 'from' | 'to'): string {
  const [here, there] = where === 'from' ? [edges.to, edges.from] : [edges.from, edges.to];
  const others = new Set<number>();
  for (let e = 0; e < edges.count; e++) if (here[e] === box) others.add(there[e] as number);
  if (others.size === 0) return '';
  const named = [...others].slice(0, MOST_NAMED).map((b) => shownName(boxes.title[b] ?? ''));
  const more = others.size > MOST_NAMED ? ` and ${others.size - MOST_NAMED} more` : '';
  return `${where === 'from' ? 'From' : 'To'} ${named.join(', ')}${more}`;
}
