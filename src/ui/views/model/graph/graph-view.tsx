import { type ReactElement, type Ref, useImperativeHandle, useMemo, useRef, useState } from 'react';
import type { Diagram, DiagramInput } from '../../../../diagram/index.ts';
import { type HeatScale, type Theme, useSize } from '../../../charts/index.ts';
import type { GraphMetric } from './colours.ts';
import type { Mark } from './emphasis.ts';
import { type GraphAct, graphKey } from './keys.ts';
import { Minimap } from './minimap.tsx';
import { pngOf, wholeRatio } from './picture.ts';
import type { Target } from './pointer.ts';
import { FRAME, GROUP, LAYER } from './scene.ts';
import { LayoutStatus, type LayoutStatusProps } from './status.tsx';
import { svgOf } from './svg.ts';
import { useDrawing } from './use-drawing.ts';
import { useCamera, useReveal, useStage } from './use-stage.ts';
import { reachOf, type Step, stepFrom } from './walk.ts';
import { boxInWords } from './words.ts';

export interface GraphViewProps extends LayoutStatusProps {
  /** 'Graph of resnet8.onnx', for who does not see it. */
  readonly label: string;
  readonly input: DiagramInput | undefined;
  readonly diagram: Diagram | undefined;
  /** By node id; a node without the figure is absent. */
  readonly values: ReadonlyMap<string, number>;
  readonly heat: HeatScale;
  readonly metric: GraphMetric;
  readonly theme: Theme;
  /** Node ids. */
  readonly selected: string | undefined;
  readonly hovered: string | undefined;
  /** Node indices a search found; undefined: no search. */
  readonly hits?: ReadonlySet<number> | undefined;
  readonly marks?: ReadonlyMap<string, Mark> | undefined;
  readonly onSelect: (node: string | undefined) => void;
  readonly onHover: (node: string | undefined) => void;
  /** `expanded`: what the group is now. */
  readonly onToggle: (group: string, expanded: boolean) => void;
  /** Escape where there is nothing left to undo in the drawing; true if it was used. */
  readonly onEscape?: (() => boolean) | undefined;
  readonly control?: Ref<GraphControl>;
}

/** What can be done to a drawing from outside: by buttons, menus, the palette. */
export interface GraphControl {
  fit(): void;
  zoom(factor: number): void;
  /** All that feeds the selected box, or is fed by it. */
  reach(where: 'upstream' | 'downstream'): void;
  /** Node ids of the last `reach`, or of the selected box. */
  chosenNodes(): readonly string[];
  /** Shows the way of a tensor; undefined ends it. */
  follow(tensor: string | undefined): void;
  /** The first tensor the selected box makes. */
  tensorOfSelected(): string | undefined;
  /** Whether a picture would hold the whole drawing. */
  pictureHoldsAll(): boolean;
  svg(title: string): string | undefined;
  png(): Promise<Uint8Array | undefined>;
}

const KEYS =
  'Arrows walk along edges, Enter selects, X opens or closes a block, U and D select what feeds it or is fed by it, ' +
  'F fits, plus and minus zoom, slash finds, Escape goes one step out. The table of layers holds the same.';

/** A graph on a canvas: drag pans, wheel and two fingers zoom, a press selects, a sign or a double press opens a block. */
export function GraphView(props: GraphViewProps): ReactElement {
  const { input, diagram } = props;
  const [frame, size] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  // What is picked or pointed at here and is no layer: groups, inputs, outputs; by box id.
  const [picked, setPicked] = useState<string | undefined>();
  const [cursor, setCursor] = useState<string | undefined>();
  const [pointed, setPointed] = useState<string | undefined>();
  const [chosen, setChosen] = useState<ReadonlySet<number> | undefined>();
  const [tensor, setTensor] = useState<string | undefined>();
  const toggled = useRef<string | undefined>(undefined);
  const quiet = useRef(0);
  const drawn = useDrawing({ ...props, hits: props.hits, chosen, tensor, marks: props.marks });
  const scene = drawn?.drawing.scene;

  const indexOf = useMemo(() => new Map(input?.nodes.map((node, i) => [node.id, i])), [input]);
  const boxOf = (node: string | undefined): number =>
    node === undefined ? -1 : (diagram?.boxOfNode[indexOf.get(node) ?? -1] ?? -1);
  const boxById = (id: string | undefined): number => (id === undefined ? -1 : (scene?.boxOfId.get(id) ?? -1));
  const selectedBox = props.selected === undefined ? boxById(picked) : boxOf(props.selected);
  const hoveredBox = pointed === undefined ? boxOf(props.hovered) : boxById(pointed);
  const cursorBox = cursor === undefined ? selectedBox : boxById(cursor);

  const select = (box: number): void => {
    if (!diagram || !input) return;
    quiet.current = performance.now();
    setCursor(undefined);
    setChosen(undefined);
    const node = diagram.boxes.kind[box] === LAYER ? input.nodes[diagram.boxes.node[box] ?? -1] : undefined;
    setPicked(node || box < 0 ? undefined : diagram.boxes.id[box]);
    props.onSelect(node?.id);
  };
  const toggle = (box: number): void => {
    const kind = diagram?.boxes.kind[box];
    const group = diagram?.groups[diagram.boxes.group[box] ?? -1];
    if (!diagram || !group || (kind !== GROUP && kind !== FRAME)) return;
    toggled.current = diagram.boxes.id[box];
    quiet.current = performance.now();
    props.onToggle(group.id, kind === FRAME);
  };
  const reach = (where: 'upstream' | 'downstream'): void => {
    if (diagram && input && cursorBox >= 0) setChosen(reachOf(input, membersOf(diagram, cursorBox), where));
  };
  const walk = (step: Step): void => {
    if (!scene) return;
    const next = stepFrom(scene, cursorBox, step);
    setCursor(scene.diagram.boxes.id[next]);
    camera.reveal(next);
  };
  const stepOut = (): boolean => {
    if (tensor !== undefined) setTensor(undefined);
    else if (chosen) setChosen(undefined);
    else if (cursor !== undefined) setCursor(undefined);
    else if (props.onEscape?.()) return true;
    else if (selectedBox >= 0) select(-1);
    else return false;
    return true;
  };
  const press = (target: Target): void => {
    if (target.kind === 'toggle') toggle(target.box);
    else if (target.kind === 'box') select(target.box);
    else if (target.kind === 'edge') setTensor(diagram?.edges.tensor[target.edge]);
    else if (tensor !== undefined || chosen) stepOut();
    else select(-1);
  };
  const stage = useStage(canvas, {
    press,
    hover: (target) => {
      const box = target.kind === 'box' && diagram ? target.box : -1;
      const node = diagram && box >= 0 && diagram.boxes.kind[box] === LAYER ? (diagram.boxes.node[box] ?? -1) : -1;
      setPointed(box < 0 || node >= 0 ? undefined : diagram?.boxes.id[box]);
      props.onHover(input?.nodes[node]?.id);
      if (canvas.current) canvas.current.style.cursor = target.kind === 'ground' ? '' : 'pointer';
    },
    doublePress: (target) => target.kind === 'box' && toggle(target.box),
  });
  const camera = useCamera({ stage, size, drawn, toggled, selectedBox, hoveredBox, cursorBox });
  useReveal(props.selected, selectedBox, quiet, camera.reveal);
  useImperativeHandle(props.control, () => ({
    fit: camera.fit,
    zoom: camera.zoom,
    reach,
    chosenNodes: () =>
      [...(chosen ?? (diagram ? membersOf(diagram, cursorBox) : []))].flatMap((n) => input?.nodes[n]?.id ?? []),
    follow: setTensor,
    tensorOfSelected: () => {
      const e = diagram ? diagram.edges.from.indexOf(cursorBox) : -1;
      return diagram?.edges.tensor[e];
    },
    pictureHoldsAll: () => diagram !== undefined && wholeRatio(diagram) !== undefined,
    svg: (title) => drawn && svgOf({ ...drawn.drawing, selected: selectedBox }, title),
    png: async () => {
      const now = stage.current;
      return drawn && now && (await pngOf({ ...drawn.drawing, selected: selectedBox }, drawn.far, now));
    },
  }));

  const toggleNear = (): void => {
    if (!diagram || cursorBox < 0) return;
    const kind = diagram.boxes.kind[cursorBox] as number;
    toggle(kind >= GROUP ? cursorBox : (diagram.boxes.parent[cursorBox] ?? -1));
  };
  const act: GraphAct = {
    ...camera,
    walk,
    reach,
    toggle: toggleNear,
    select: () => select(cursorBox),
    escape: stepOut,
  };
  const spoken = drawn && cursorBox >= 0 ? boxInWords(drawn.drawing, cursorBox) : '';
  return (
    <div ref={frame} className="graph-space">
      <div
        className="graph-stage"
        role="application"
        aria-label={`${props.label}, ${diagram?.boxes.count ?? 0} boxes. ${KEYS}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: one tab stop for the whole drawing; the layer table is its text
        tabIndex={0}
        data-graph
        onKeyDown={(event) => graphKey(event, act)}
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

const membersOf = ({ boxes }: Diagram, box: number): number[] =>
  box < 0 ? [] : [...boxes.members.subarray(boxes.memberStart[box], boxes.memberStart[box + 1])];
