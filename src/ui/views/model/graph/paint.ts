import { type Camera, type Size, visibleRect } from './camera.ts';
import type { BoxColours, Palette } from './colours.ts';
import { type Drawing, draw } from './draw.ts';
import type { Emphasis } from './emphasis.ts';
import { canvasPen } from './pen.ts';
import { mixedColor, packedColor, type Raster, rasterBoxes, rasterLines } from './raster.ts';
import { edgesIn, FRAME, type Scene } from './scene.ts';

/** Boxes lower than this, in device px, are merged on a raster of pixels; drawing then costs by pixels, not by boxes. */
const MERGED_BELOW = 3;
const LOW_BOX = 24;
/** More edges than this on one screen are drawn on the raster too. */
const MOST_EDGES = 3000;
/** Pixels of the raster at most: larger screens get coarser ones. */
const MOST_PIXELS = 3_000_000;
const DIMMED = 0.72;

/** Packed colours per box and edge in layers that lie on each other; made once per metric, theme and emphasis. */
export interface FarColours {
  readonly ground: number;
  readonly frames: Uint32Array | undefined;
  readonly edges: Uint32Array;
  /** Set-off edges, drawn over the others. */
  readonly strongEdges: Uint32Array | undefined;
  readonly boxes: Uint32Array;
  readonly strongBoxes: Uint32Array | undefined;
}

export function farColours(scene: Scene, colours: BoxColours, emphasis: Emphasis, palette: Palette): FarColours {
  const { kind, count } = scene.diagram.boxes;
  const ground = packedColor(palette.bg);
  const sunk = packedColor(palette.sunk);
  const line = mixedColor(packedColor(palette.control), ground, emphasis.dims ? 0.8 : 0.4);
  const [strong, followed] = [packedColor(palette.ink), packedColor(palette.accentInk)];
  const edges = new Uint32Array(scene.diagram.edges.count).fill(line);
  if (!emphasis.dims) {
    const frames = kind.includes(FRAME) ? Uint32Array.from(kind, (k) => (k === FRAME ? sunk : 0)) : undefined;
    return { ground, frames, edges, strongEdges: undefined, boxes: colours.packed, strongBoxes: undefined };
  }
  const boxes = new Uint32Array(count);
  const strongBoxes = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const own = colours.packed[i] as number;
    if (emphasis.strong[i]) strongBoxes[i] = own;
    else if (own !== 0) boxes[i] = mixedColor(own, ground, DIMMED);
  }
  return {
    ground,
    frames: Uint32Array.from(kind, (k) => (k === FRAME ? sunk : 0)),
    edges,
    strongEdges: Uint32Array.from(emphasis.edge, (e) => (e === 0 ? 0 : e === 1 ? strong : followed)),
    boxes,
    strongBoxes,
  };
}

/** Paints one frame. The raster it may need is kept between frames. */
export function painter(context: CanvasRenderingContext2D) {
  const raster = keptRaster();
  return (drawing: Drawing, far: FarColours, camera: Camera, screen: Size, ratio: number): void => {
    const at = {
      scale: camera.scale,
      x: Math.round(camera.x * ratio) / ratio,
      y: Math.round(camera.y * ratio) / ratio,
    };
    const seen = visibleRect(at, screen);
    const merged = LOW_BOX * at.scale * ratio < MERGED_BELOW;
    const crowded = merged || edgesIn(drawing.scene.edgeBounds, seen).length > MOST_EDGES;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.globalAlpha = 1;
    context.fillStyle = drawing.palette.bg;
    if (crowded) raster.paint(context, drawing.scene, far, at, screen, ratio, merged);
    else context.fillRect(0, 0, screen.width, screen.height);
    context.setTransform(ratio * at.scale, 0, 0, ratio * at.scale, ratio * at.x, ratio * at.y);
    draw(canvasPen(context, seen), drawing, seen, at.scale, merged ? 'rings' : crowded ? 'boxes' : 'all');
  };
}

interface KeptRaster {
  paint(
    context: CanvasRenderingContext2D,
    scene: Scene,
    far: FarColours,
    camera: Camera,
    screen: Size,
    ratio: number,
    withBoxes: boolean,
  ): void;
}

function keptRaster(): KeptRaster {
  const canvas = document.createElement('canvas');
  const own = canvas.getContext('2d', { willReadFrequently: true });
  let image: ImageData | undefined;
  return {
    paint(context, scene, far, camera, screen, ratio, withBoxes) {
      const fine = Math.min(ratio, Math.sqrt(MOST_PIXELS / Math.max(1, screen.width * screen.height)));
      const width = Math.max(1, Math.round(screen.width * fine));
      const height = Math.max(1, Math.round(screen.height * fine));
      if (!image || image.width !== width || image.height !== height) {
        [canvas.width, canvas.height] = [width, height];
        image = new ImageData(width, height);
      }
      const raster = { width, height, pixels: new Uint32Array(image.data.buffer) };
      rasterScene(
        raster,
        scene,
        far,
        { ...camera, x: camera.x * fine, y: camera.y * fine, scale: camera.scale * fine },
        withBoxes,
      );
      own?.putImageData(image, 0, 0);
      context.drawImage(canvas, 0, 0, screen.width, screen.height);
    },
  };
}

/** The scene by pixels: frames, edges, boxes, and over each what is set off. */
export function rasterScene(raster: Raster, scene: Scene, far: FarColours, camera: Camera, withBoxes: boolean): void {
  const { rect } = scene.diagram.boxes;
  raster.pixels.fill(far.ground);
  if (far.frames) rasterBoxes(raster, rect, far.frames, camera);
  rasterLines(raster, scene.start, scene.points, far.edges, camera);
  if (far.strongEdges) rasterLines(raster, scene.start, scene.points, far.strongEdges, camera);
  if (!withBoxes) return;
  rasterBoxes(raster, rect, far.boxes, camera);
  if (far.strongBoxes) rasterBoxes(raster, rect, far.strongBoxes, camera);
}
