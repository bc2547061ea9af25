import { type ReactElement, type Ref, useImperativeHandle, useRef } from 'react';
import { useSize } from '../../../charts/index.ts';
import { graphKey } from './keys.ts';
import { Minimap } from './minimap.tsx';
import { pngOf } from './picture.ts';
import { LAYER } from './scene.ts';
import { LayoutStatus, type LayoutStatusProps } from './status.tsx';
import { svgOf } from './svg.ts';
import { type GraphActsInput, useGraphActs } from './use-acts.ts';
import { type DrawingInput, useDrawing } from './use-drawing.ts';
import { membersOf, useChosen, usePicks } from './use-picks.ts';
import { useCamera, useReveal, useStage } from './use-stage.ts';
import { inWords } from './words.ts';

export interface GraphViewProps
  extends LayoutStatusProps,
    Omit<DrawingInput, 'chosen' | 'tensor' | 'hits' | 'marks'>,
    Partial<Pick<DrawingInput, 'hits' | 'marks'>>,
    Pick<GraphActsInput, 'links' | 'onSelect' | 'onHover' | 'onToggle' | 'onEscape'> {
  /** 'Graph of resnet8.onnx', for who does not see it. */
  readonly label: string;
  /** Which graph is drawn: the camera begins anew with another one. */
  readonly subject?: string | undefined;
  /** Node ids. */
  readonly selected: string | undefined;
  readonly hovered: string | undefined;
  readonly control?: Ref<GraphControl>;
  /** Node ids that are set off, or in the block that is selected; a layer that is merely selected is not among them. */
  readonly onChosen?: (nodes: readonly string[]) => void;
}

/** What can be done to a drawing from outside: by buttons, menus, the palette. */
export interface GraphControl {
  fit(): void;
  zoom(factor: number): void;
  /** Sets off all that feeds the selected box, or is fed by it. */
  reach(where: 'upstream' | 'downstream'): void;
  /** Node ids of the last `reach`, else of the selected box. */
  chosenNodes(): readonly string[];
  /** Sets off the way of the first tensor that the selected box makes. */
  follow(): void;
  svg(title: string): string | undefined;
  png(): Promise<Uint8Array | undefined>;
}

const KEYS =
  'Arrows walk along edges, Enter selects, X opens or closes a block, U and D select what feeds it or is fed by it, ' +
  'F fits, plus and minus zoom, slash finds, Escape goes one step out. The table of layers holds the same.';

/** A graph on a canvas: drag pans, wheel and two fingers zoom, a press selects, a sign or a double press opens a block. */
export function GraphView(props: GraphViewProps): ReactElement {
  const { diagram, nodes } = props;
  const [frame, size] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const picks = usePicks(props);
  const { chosen, tensor } = picks.state;
  const drawn = useDrawing({ ...props, hits: props.hits, marks: props.marks, chosen, tensor });
  const acts = useGraphActs({ ...props, picks, scene: drawn?.drawing.scene });
  const stage = useStage(canvas, acts);
  const camera = useCamera({ stage, size, drawn, subject: props.subject, toggled: acts.toggled, ...picks });
  useChosen(props, picks, props.onChosen);
  useReveal(
    props.selected,
    picks.selectedBox,
    diagram?.boxes.kind[picks.selectedBox] === LAYER,
    acts.pressed,
    camera.reveal,
  );
  useImperativeHandle(props.control, () => ({
    fit: camera.fit,
    zoom: camera.zoom,
    reach: acts.reach,
    chosenNodes: () => [...(chosen?.nodes ?? membersOf(diagram, picks.cursorBox))].flatMap((n) => nodes?.[n] ?? []),
    follow: acts.follow,
    svg: (title) => drawn && svgOf({ ...drawn.drawing, selected: picks.selectedBox }, title),
    png: async () => {
      const now = stage.current;
      return drawn && now && (await pngOf({ ...drawn.drawing, selected: picks.selectedBox }, drawn.far, now));
    },
  }));
  const spoken = drawn ? inWords(drawn.drawing, picks) : '';
  return (
    <div ref={frame} className="graph-space">
      <div
        className="graph-stage"
        role="application"
        aria-label={`${props.label}, ${diagram?.boxes.count ?? 0} boxes. ${KEYS}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: one tab stop for the whole drawing; the layer table is its text
        tabIndex={0}
        data-graph
        onKeyDown={(event) => graphKey(event, { ...acts, ...camera, walk: (step) => camera.reveal(acts.walk(step)) })}
      >
        <canvas ref={canvas} />
      </div>
      <p className="sr-only" aria-live="polite">
        {spoken}
      </p>
      {drawn && <Minimap stage={stage} drawing={drawn.drawing} far={drawn.far} />}
      <LayoutStatus {...props} />
    </div>
  );
}
