import { type PointerEvent, type ReactElement, type RefObject, useEffect, useRef } from 'react';
import { type Camera, type Size, visibleRect } from './camera.ts';
import type { Drawing } from './draw.ts';
import { type FarColours, rasterScene } from './paint.ts';
import type { Scene } from './scene.ts';
import type { Stage } from './stage.ts';

const WIDTH = 84;
const HEIGHT = 104;
const PAD = 4;
/** A chain is drawn at least so wide, or a row so high, by stretching: else it would be a line of one px. */
const LEAST = 24;

/** How the drawing lies in the map: px of the map per px of the drawing, both ways. */
interface MapPlace {
  readonly x: number;
  readonly y: number;
  readonly across: number;
  readonly down: number;
}

function placeOf({ width, height }: Size): MapPlace {
  const fit = Math.min((WIDTH - 2 * PAD) / Math.max(1, width), (HEIGHT - 2 * PAD) / Math.max(1, height));
  const across = Math.max(fit, LEAST / Math.max(LEAST, width));
  const down = Math.max(fit, LEAST / Math.max(LEAST, height));
  return { across, down, x: (WIDTH - width * across) / 2, y: (HEIGHT - height * down) / 2 };
}

/** The whole drawing in small, painted once, with the part that is seen; a press or drag goes there. */
export function Minimap({
  stage,
  drawing,
  far,
}: {
  readonly stage: RefObject<Stage | undefined>;
  readonly drawing: Drawing;
  readonly far: FarColours;
}): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const seen = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const { diagram } = drawing.scene;
  useEffect(() => {
    if (canvas.current) paintMap(canvas.current, drawing.scene, far);
  }, [drawing.scene, far]);
  useEffect(() => {
    const show = (camera: Camera, size: Size): void => {
      const whole = diagram.width * camera.scale <= size.width && diagram.height * camera.scale <= size.height;
      if (box.current) box.current.hidden = whole;
      if (seen.current && !whole) placeFrame(seen.current, placeOf(diagram), visibleRect(camera, size));
    };
    const camera = stage.current?.camera();
    if (stage.current && camera) show(camera, stage.current.size());
    return stage.current?.listen(show);
  }, [stage, diagram]);
  const go = (event: PointerEvent<HTMLElement>): void => {
    const now = stage.current;
    const camera = now?.camera();
    if (event.buttons === 0 || !now || !camera) return;
    if (event.type === 'pointerdown') event.currentTarget.setPointerCapture(event.pointerId);
    const bounds = event.currentTarget.getBoundingClientRect();
    const place = placeOf(diagram);
    const { width, height } = now.size();
    now.go({
      scale: camera.scale,
      x: width / 2 - ((event.clientX - bounds.left - 1 - place.x) / place.across) * camera.scale,
      y: height / 2 - ((event.clientY - bounds.top - 1 - place.y) / place.down) * camera.scale,
    });
  };
  return (
    <div ref={box} className="minimap" onPointerDown={go} onPointerMove={go}>
      <canvas ref={canvas} />
      <div ref={seen} className="minimap-seen" />
    </div>
  );
}

function placeFrame(element: HTMLElement, place: MapPlace, seen: Size & { x: number; y: number }): void {
  const left = Math.max(1, place.x + seen.x * place.across);
  const top = Math.max(1, place.y + seen.y * place.down);
  const right = Math.min(WIDTH - 1, place.x + (seen.x + seen.width) * place.across);
  const bottom = Math.min(HEIGHT - 1, place.y + (seen.y + seen.height) * place.down);
  element.style.transform = `translate(${left}px, ${top}px)`;
  element.style.width = `${Math.max(2, right - left)}px`;
  element.style.height = `${Math.max(2, bottom - top)}px`;
}

/** By the raster of the far view, stretched where the drawing is much longer than wide; without edges. */
function paintMap(canvas: HTMLCanvasElement, scene: Scene, far: FarColours): void {
  const ratio = devicePixelRatio || 1;
  const [width, height] = [Math.round(WIDTH * ratio), Math.round(HEIGHT * ratio)];
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d');
  if (!context) return;
  const { across, down, x, y } = placeOf(scene.diagram);
  const stretch = across / down;
  const rect = scene.diagram.boxes.rect.map((v, i) => (i % 2 === 0 ? v * stretch : v));
  const diagram = { ...scene.diagram, boxes: { ...scene.diagram.boxes, rect } };
  const image = context.createImageData(width, height);
  const raster = { width, height, pixels: new Uint32Array(image.data.buffer) };
  const placing = { scale: down * ratio, x: x * ratio, y: y * ratio };
  rasterScene(
    raster,
    { ...scene, diagram },
    { ...far, edges: new Uint32Array(0), strongEdges: undefined },
    placing,
    true,
  );
  context.putImageData(image, 0, 0);
}
