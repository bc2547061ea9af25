import { type KeyboardEvent, type PointerEvent, type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import { hoverLayer, selectLayer, setMetric } from '../../actions/select.ts';
import { HeatLegend, useSize } from '../../charts/index.ts';
import { inText } from '../../format/index.ts';
import { useApp } from '../../state/store.ts';
import { Button, Panel, Select } from '../../widgets/index.ts';
import type { DisplayGraph } from './display-graph.ts';
import { type Camera, fitted, moved, revealing, zoomedAt } from './graph-camera.ts';
import { type Layout, layeredLayout } from './layered-layout.ts';
import { metrics } from './metrics.ts';
import { Minimap } from './minimap.tsx';
import { type Drawing, paintGraph, paletteOf } from './paint-graph.ts';
import type { LayerData } from './use-layers.ts';

const WIDTH = 188;
const TALL = 38;
const SHORT = 24;
const GAPS = { gapX: 26, gapY: 34 };
const CLICK_PIXELS = 4;

export function GraphPanel({
  data,
  className,
}: {
  readonly data: LayerData;
  readonly className?: string;
}): ReactElement {
  const { view } = data.sources;
  const layers = data.graph.nodes.filter((n) => n.kind === 'layer').length;
  const [fitRequest, requestFit] = useState(0);
  return (
    <Panel
      title="Graph"
      className={className ?? ''}
      scroll={false}
      note={`${view.nodes.length} nodes, ${layers} layers after fusing`}
      actions={
        <>
          <span className="graph-colour secondary">
            Colour by
            <Select
              label="Colour by"
              hideLabel
              small
              value={data.metric.id}
              options={metrics.map((m) => ({ value: m.id, label: m.title }))}
              onChange={setMetric}
            />
          </span>
          <Button small kind="quiet" onClick={() => requestFit((n) => n + 1)}>
            Fit
          </Button>
        </>
      }
    >
      <GraphCanvas key={view.reference.sha256} data={data} fitRequest={fitRequest} />
    </Panel>
  );
}

/** The drawing on a canvas: drag or arrows pan, wheel zooms, a click selects; F fits, + and − zoom, arrows walk along edges. */
function GraphCanvas({ data, fitRequest }: { readonly data: LayerData; readonly fitRequest: number }): ReactElement {
  const [frame, size] = useSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { graph } = data;
  const layout = useMemo(() => layoutOf(graph), [graph]);
  const selected = useApp((s) => boxIn(graph, s.selection.layer));
  const hovered = useApp((s) => boxIn(graph, s.selection.hoveredLayer));
  const [camera, setCamera] = useState<Camera | undefined>();
  const drag = useRef<{ x: number; y: number; far: boolean } | undefined>(undefined);
  const shown = camera ?? fitted(layout, size, 'readable');
  const drawing: Drawing = useMemo(() => {
    let total = 0;
    for (const value of data.values.values()) total += value;
    return { layout, nodes: graph.nodes, edges: graph.edges, data, total, selected, hovered };
  }, [layout, graph, data, selected, hovered]);

  useEffect(() => {
    if (fitRequest > 0) setCamera(fitted(layout, size, 'whole'));
  }, [fitRequest, layout, size]);
  useEffect(() => {
    const box = layout.boxes.find((b) => b.id === selected);
    if (!box || size.width === 0) return;
    setCamera((old) => {
      const now = old ?? fitted(layout, size, 'readable');
      const next = revealing(now, box, size);
      return next.x === now.x && next.y === now.y ? old : next;
    });
  }, [selected, layout, size]);
  useFrame(canvas, drawing, shown, size);
  useWheel(canvas, (factor, at) => setCamera((c) => zoomedAt(c ?? shown, factor, at)));

  const boxAt = (event: PointerEvent): string | undefined => {
    const bounds = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - bounds.left - shown.x) / shown.scale;
    const y = (event.clientY - bounds.top - shown.y) / shown.scale;
    return layout.boxes.find((b) => x >= b.x && x <= b.x + b.width && y >= b.y && y <= b.y + b.height)?.id;
  };
  const layerAt = (event: PointerEvent): string | undefined => layerIn(graph, boxAt(event));

  return (
    <div className="graph-frame">
      <div ref={frame} className="graph-space">
        <div
          className="graph-stage"
          role="application"
          aria-label={`Graph of ${graph.nodes.length} boxes. Arrows walk along edges, plus and minus zoom, F fits. The table beside it holds the same layers.`}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: one tab stop for the whole drawing; the layer table is its text
          tabIndex={0}
          onKeyDown={(event) => onKey(event, { graph, layout, selected, setCamera, shown, size })}
        >
          <canvas
            ref={canvas}
            onPointerDown={(event) => {
              drag.current = { x: event.clientX, y: event.clientY, far: false };
              event.currentTarget.setPointerCapture(event.pointerId);
            }}
            onPointerMove={(event) => {
              const from = drag.current;
              if (!from) {
                hoverLayer(layerAt(event));
                return;
              }
              const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
              if (!from.far && Math.hypot(dx, dy) < CLICK_PIXELS) return;
              drag.current = { x: event.clientX, y: event.clientY, far: true };
              setCamera(moved(shown, dx, dy));
            }}
            onPointerUp={(event) => {
              const clicked = drag.current && !drag.current.far;
              drag.current = undefined;
              if (clicked) selectLayer(layerAt(event));
            }}
            onPointerLeave={() => hoverLayer(undefined)}
          />
        </div>
        {layout.height * shown.scale > size.height && (
          <Minimap drawing={drawing} camera={shown} screen={size} onMove={setCamera} />
        )}
      </div>
      <div className="graph-legend">
        {data.values.size > 0 ? (
          <HeatLegend
            title={data.metric.title}
            scale={data.heat}
            theme={data.theme}
            ticks={[data.heat.domain[0], data.heat.domain[1]]}
            format={(v) => (v === 0 ? '0' : inText(v, data.metric.kind))}
          />
        ) : (
          <p className="caption">{data.metric.missing}</p>
        )}
      </div>
    </div>
  );
}

const boxIn = (graph: DisplayGraph, layer: string | undefined): string | undefined =>
  layer === undefined ? undefined : graph.boxOf.get(layer);

const layerIn = (graph: DisplayGraph, box: string | undefined): string | undefined =>
  graph.nodes.find((n) => n.id === box && n.kind === 'layer')?.id;

function layoutOf(graph: DisplayGraph): Layout {
  const boxes = graph.nodes.map((n) => ({
    id: n.id,
    width: n.kind === 'layer' ? WIDTH : 132,
    height: n.operator ? TALL : SHORT,
  }));
  return layeredLayout(boxes, graph.edges, GAPS);
}

/** Paints at most once per frame. */
function useFrame(
  canvas: { readonly current: HTMLCanvasElement | null },
  drawing: Drawing,
  camera: Camera,
  size: { width: number; height: number },
): void {
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context || size.width === 0) return;
    const id = requestAnimationFrame(() => {
      const ratio = devicePixelRatio || 1;
      const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
      if (element.width !== width || element.height !== height) {
        element.width = width;
        element.height = height;
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      paintGraph(context, drawing, camera, size, paletteOf(element));
    });
    return () => cancelAnimationFrame(id);
  }, [canvas, drawing, camera, size]);
}

/** The wheel zooms at the pointer; React's own listener is passive and could not keep the page from scrolling. */
function useWheel(
  canvas: { readonly current: HTMLCanvasElement | null },
  zoom: (factor: number, at: readonly [number, number]) => void,
): void {
  const latest = useRef(zoom);
  latest.current = zoom;
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const bounds = element.getBoundingClientRect();
      latest.current(Math.exp(-event.deltaY * 0.0015), [event.clientX - bounds.left, event.clientY - bounds.top]);
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [canvas]);
}

interface KeyState {
  readonly graph: DisplayGraph;
  readonly layout: Layout;
  readonly selected: string | undefined;
  readonly shown: Camera;
  readonly size: { readonly width: number; readonly height: number };
  readonly setCamera: (camera: Camera) => void;
}

function onKey(event: KeyboardEvent, state: KeyState): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const center = [state.size.width / 2, state.size.height / 2] as const;
  const done = ((): boolean => {
    switch (event.key) {
      case 'f':
      case 'F':
        state.setCamera(fitted(state.layout, state.size, 'whole'));
        return true;
      case '+':
      case '=':
        state.setCamera(zoomedAt(state.shown, 1.25, center));
        return true;
      case '-':
        state.setCamera(zoomedAt(state.shown, 0.8, center));
        return true;
      case 'ArrowDown':
      case 'ArrowUp':
      case 'ArrowLeft':
      case 'ArrowRight':
        selectLayer(neighbour(state, event.key));
        return true;
      default:
        return false;
    }
  })();
  if (done) {
    event.preventDefault();
    event.stopPropagation();
  }
}

/** The layer an arrow leads to: along an edge up or down, beside it in the same rank left or right. */
function neighbour({ graph, layout, selected }: KeyState, key: string): string | undefined {
  const layers = graph.nodes.filter((n) => n.kind === 'layer').map((n) => n.id);
  if (selected === undefined) return layers[0];
  const isLayer = new Set(layers);
  if (key === 'ArrowDown') return graph.edges.find((e) => e.from === selected && isLayer.has(e.to))?.to ?? selected;
  if (key === 'ArrowUp') return graph.edges.find((e) => e.to === selected && isLayer.has(e.from))?.from ?? selected;
  const own = layout.boxes.find((b) => b.id === selected);
  const row = layout.boxes.filter((b) => b.rank === own?.rank && isLayer.has(b.id)).sort((a, b) => a.x - b.x);
  const at = row.findIndex((b) => b.id === selected) + (key === 'ArrowRight' ? 1 : -1);
  return row[at]?.id ?? selected;
}
