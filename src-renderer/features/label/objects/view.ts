import type { Box } from '../../../../src-main/shared/annotation.ts';
import { clampTo, type Point, type Size } from './geometry.ts';

/** Where an image lies on a canvas, in the canvas's own pixels: `scale` of them to a pixel of the image, its corner at left, top. */
export interface View {
  scale: number;
  left: number;
  top: number;
}

const leastScale = 0.01;
const mostScale = 64;

export const toImage = ({ scale, left, top }: View, [x, y]: Point): Point => [(x - left) / scale, (y - top) / scale];
export const toCanvas = ({ scale, left, top }: View, [x, y]: Point): Point => [left + x * scale, top + y * scale];

/** All of it in the middle, with a margin. */
export function fitted(image: Size, canvas: Size, margin: number): View {
  const room = (size: number) => Math.max(1, size - 2 * margin);
  const scale = Math.min(room(canvas.width) / image.width, room(canvas.height) / image.height, mostScale);
  return centred(image, canvas, scale);
}

export const centred = (image: Size, canvas: Size, scale: number): View => ({
  scale,
  left: Math.round((canvas.width - image.width * scale) / 2),
  top: Math.round((canvas.height - image.height * scale) / 2),
});

/** What lies under a point of the canvas stays there. */
export function zoomed(view: View, by: number, [x, y]: Point): View {
  const scale = clampTo(view.scale * by, leastScale, mostScale);
  const share = scale / view.scale;
  return { scale, left: x - (x - view.left) * share, top: y - (y - view.top) * share };
}

/** Part of the image always stays in sight. */
export function kept(view: View, image: Size, canvas: Size): View {
  const least = 32;
  return {
    scale: view.scale,
    left: clampTo(view.left, least - image.width * view.scale, canvas.width - least),
    top: clampTo(view.top, least - image.height * view.scale, canvas.height - least),
  };
}

/** The part of the image that a canvas shows, and past its edges. */
export function shownBox(view: View, canvas: Size): Box {
  const [x, y] = toImage(view, [0, 0]);
  return [x, y, canvas.width / view.scale, canvas.height / view.scale];
}
