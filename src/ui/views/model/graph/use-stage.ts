import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { anchored, fittedReadable, fittedWhole, revealing, type Size, zoomedAt } from './camera.ts';
import { attachPointer, leastOf, type PointerActions } from './pointer.ts';
import { anchorBetween, rectOf, type Scene } from './scene.ts';
import { createStage, type Stage } from './stage.ts';
import type { Drawn } from './use-drawing.ts';

/** The stage on a canvas, as long as it is there. */
export function useStage(
  canvas: RefObject<HTMLCanvasElement | null>,
  actions: PointerActions,
): RefObject<Stage | undefined> {
  const stage = useRef<Stage | undefined>(undefined);
  const latest = useRef(actions);
  latest.current = actions;
  useLayoutEffect(() => {
    if (!canvas.current) return;
    const made = createStage(canvas.current);
    stage.current = made;
    const detach = attachPointer(canvas.current, made, {
      hover: (target) => latest.current.hover(target),
      press: (target) => latest.current.press(target),
      doublePress: (target) => latest.current.doublePress(target),
    });
    return () => {
      detach();
      made.end();
      stage.current = undefined;
    };
  }, [canvas]);
  return stage;
}

interface CameraInput {
  readonly stage: RefObject<Stage | undefined>;
  readonly size: Size;
  readonly drawn: Drawn | undefined;
  /** Which graph is drawn. */
  readonly subject: string | undefined;
  /** Id of the box that was toggled last: it stays where it is when the new layout comes. */
  readonly toggled: RefObject<string | undefined>;
  readonly selectedBox: number;
  readonly hoveredBox: number;
  readonly cursorBox: number;
}

export interface CameraMoves {
  fit(): void;
  zoom(factor: number): void;
  reveal(box: number): void;
}

/** Keeps the stage up to date with what is drawn, and the camera where it was when the layout changes. */
export function useCamera(given: CameraInput): CameraMoves {
  const { stage, size, drawn, subject, toggled, selectedBox, hoveredBox, cursorBox } = given;
  const shown = useRef<Scene | undefined>(undefined);
  const shownSubject = useRef<string | undefined>(undefined);
  useEffect(() => {
    const now = stage.current;
    if (!now) return;
    now.resize(size);
    now.show(drawn && { ...drawn.drawing, selected: selectedBox, hovered: hoveredBox, cursor: cursorBox }, drawn?.far);
  }, [stage, size, drawn, selectedBox, hoveredBox, cursorBox]);
  useEffect(() => {
    const now = stage.current;
    const scene = drawn?.drawing.scene;
    if (!now || !scene || size.width === 0) return;
    const camera = now.camera();
    if (!camera || shownSubject.current !== subject) {
      const first = scene.first < 0 ? undefined : rectOf(scene.diagram, scene.first);
      now.go(fittedReadable(scene.diagram, size, first));
    } else if (shown.current && shown.current !== scene) {
      const anchor = anchorBetween(shown.current, scene, camera, size, toggled.current);
      if (anchor) now.go(anchored(camera, anchor.was, anchor.is));
      toggled.current = undefined;
    }
    shown.current = scene;
    shownSubject.current = subject;
  }, [stage, size, drawn, subject, toggled]);
  return {
    fit: () => {
      const now = stage.current;
      const scene = drawn?.drawing.scene;
      const camera = now?.camera();
      if (!now || !scene || !camera) return;
      const middle = [(size.width / 2 - camera.x) / camera.scale, (size.height / 2 - camera.y) / camera.scale] as const;
      now.go(fittedWhole(scene.diagram, size, middle), 'smooth');
    },
    zoom: (factor) => {
      const now = stage.current;
      const aim = now?.aim();
      if (now && aim) now.go(zoomedAt(aim, factor, [size.width / 2, size.height / 2], leastOf(now)), 'smooth');
    },
    reveal: (box) => {
      const now = stage.current;
      const aim = now?.aim();
      const scene = drawn?.drawing.scene;
      if (!now || !aim || !scene || box < 0) return;
      const next = revealing(aim, rectOf(scene.diagram, box), size);
      if (next.x !== aim.x || next.y !== aim.y) now.go(next, 'smooth');
    },
  };
}

const OWN_MILLISECONDS = 100;

/**
 * A layer selected elsewhere is brought on the screen, and once more when the block that hid it (`isLayer` false) has been
 * opened; one pressed here is there already.
 */
export function useReveal(
  selected: string | undefined,
  box: number,
  isLayer: boolean,
  ownPress: RefObject<number>,
  reveal: (box: number) => void,
): void {
  const done = useRef<string | undefined>(undefined);
  const hidden = useRef(false);
  useEffect(() => {
    const opened = hidden.current && isLayer;
    if ((done.current === selected && !opened) || (selected !== undefined && box < 0)) return;
    done.current = selected;
    hidden.current = selected !== undefined && !isLayer;
    if (selected !== undefined && performance.now() - ownPress.current > OWN_MILLISECONDS) reveal(box);
  });
}
