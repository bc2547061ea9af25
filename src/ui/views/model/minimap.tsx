import { type PointerEvent, type ReactElement, useEffect, useRef } from 'react';
import type { Camera, Size } from './graph-camera.ts';
import { type Drawing, paletteOf } from './paint-graph.ts';

const WIDTH = 84;
const HEIGHT = 104;
const PAD = 4;

interface MinimapProps {
  readonly drawing: Drawing;
  readonly camera: Camera;
  readonly screen: Size;
  readonly onMove: (camera: Camera) => void;
}

/** The whole drawing in small, with the part that is seen; a press or drag goes there. */
export function Minimap({ drawing, camera, screen, onMove }: MinimapProps): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { layout, data, nodes } = drawing;
  const scale = Math.min(
    (WIDTH - 2 * PAD) / Math.max(1, layout.width),
    (HEIGHT - 2 * PAD) / Math.max(1, layout.height),
  );
  const left = (WIDTH - layout.width * scale) / 2;
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return;
    const ratio = devicePixelRatio || 1;
    element.width = WIDTH * ratio;
    element.height = HEIGHT * ratio;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const palette = paletteOf(element);
    context.clearRect(0, 0, WIDTH, HEIGHT);
    layout.boxes.forEach((box, i) => {
      const value = nodes[i]?.kind === 'layer' ? data.values.get(box.id) : undefined;
      context.fillStyle = value === undefined ? palette.line1 : data.heat.color(value);
      context.fillRect(
        left + box.x * scale,
        PAD + box.y * scale,
        Math.max(2, box.width * scale),
        Math.max(1, box.height * scale),
      );
    });
    context.strokeStyle = palette.ink;
    const x = Math.max(1, left + (-camera.x / camera.scale) * scale);
    const y = Math.max(1, PAD + (-camera.y / camera.scale) * scale);
    const right = Math.min(WIDTH - 1, left + ((screen.width - camera.x) / camera.scale) * scale);
    const bottom = Math.min(HEIGHT - 1, PAD + ((screen.height - camera.y) / camera.scale) * scale);
    context.strokeRect(x, y, Math.max(2, right - x), Math.max(2, bottom - y));
  }, [layout, nodes, data, camera, screen, left, scale]);
  const go = (event: PointerEvent<HTMLCanvasElement>): void => {
    if (event.buttons === 0) return;
    const bounds = event.currentTarget.getBoundingClientRect();
    const worldX = (event.clientX - bounds.left - left) / scale;
    const worldY = (event.clientY - bounds.top - PAD) / scale;
    onMove({ ...camera, x: screen.width / 2 - worldX * camera.scale, y: screen.height / 2 - worldY * camera.scale });
  };
  return <canvas ref={canvas} className="minimap" onPointerDown={go} onPointerMove={go} />;
}
