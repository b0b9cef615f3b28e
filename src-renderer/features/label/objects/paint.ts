import { bitsOf, type Bits } from './mask-bits.ts';
import { boxCorners, type ObjectShape } from './shapes.ts';
import type { View } from './view.ts';

export type Pen = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export interface Look {
  colour: string;
  /** In pixels of the canvas. */
  line: number;
  /** Nobody has said it yet. */
  dashed: boolean;
  /** Of its inside, 0 to 1. */
  fill: number;
  /** Pairs of its keypoints that are joined, counted from 1. */
  skeleton: readonly (readonly number[])[];
}

const paths = new WeakMap<ObjectShape, Path2D>();

/** In pixels of the image: made once, whatever the zoom. */
function pathOf(shape: ObjectShape): Path2D {
  const known = paths.get(shape);
  if (known) return known;
  const path = new Path2D();
  const rings = shape.type === 'polygon' && shape.polygons ? shape.polygons : [boxCorners(shape).flat()];
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i += 2) {
      if (i === 0) path.moveTo(ring[0], ring[1]);
      else path.lineTo(ring[i], ring[i + 1]);
    }
    path.closePath();
  }
  paths.set(shape, path);
  return path;
}

/** Draws one shape; the pen's transform is that of the canvas before and after. */
export function drawShape(pen: Pen, shape: ObjectShape, view: View, look: Look): void {
  const { scale, left, top } = view;
  const [x, y, width, height] = shape.box;
  pen.strokeStyle = pen.fillStyle = look.colour;
  if (shape.type === 'mask' && shape.mask) {
    const bits = bitsOf(shape.mask);
    if (bits) drawBits(pen, bits, view, look.colour, Math.max(0.25, look.fill * 2));
    if (look.line > 2) {
      pen.lineWidth = 1;
      pen.strokeRect(left + x * scale, top + y * scale, width * scale, height * scale);
    }
  } else if (shape.type !== 'keypoints') {
    // What has no area is still to be seen.
    if (width * scale < 3 && height * scale < 3) {
      pen.fillRect(left + x * scale - 1.5, top + y * scale - 1.5, 3, 3);
      return;
    }
    pen.setTransform(scale, 0, 0, scale, left, top);
    pen.lineWidth = look.line / scale;
    pen.setLineDash(look.dashed ? [(4 * look.line) / scale, (3 * look.line) / scale] : []);
    const path = pathOf(shape);
    if (look.fill > 0) {
      pen.globalAlpha = look.fill;
      pen.fill(path);
      pen.globalAlpha = 1;
    }
    pen.stroke(path);
    pen.setLineDash([]);
    pen.setTransform(1, 0, 0, 1, 0, 0);
  }
  if (shape.keypoints) drawPoints(pen, shape.keypoints, view, look);
}

function drawPoints(pen: Pen, points: readonly number[], { scale, left, top }: View, look: Look): void {
  pen.lineWidth = look.line;
  pen.setLineDash(look.dashed ? [4 * look.line, 3 * look.line] : []);
  for (const [from, to] of look.skeleton) {
    const [a, b] = [(from - 1) * 3, (to - 1) * 3];
    if (!(points[a + 2] > 0 && points[b + 2] > 0)) continue;
    pen.beginPath();
    pen.moveTo(left + points[a] * scale, top + points[a + 1] * scale);
    pen.lineTo(left + points[b] * scale, top + points[b + 1] * scale);
    pen.stroke();
  }
  pen.setLineDash([]);
  for (let i = 0; i + 2 < points.length; i += 3) {
    if (points[i + 2] === 0) continue;
    pen.beginPath();
    pen.arc(left + points[i] * scale, top + points[i + 1] * scale, 1 + look.line * 1.5, 0, 2 * Math.PI);
    // One that is hidden is hollow.
    if (points[i + 2] === 1) pen.stroke();
    else pen.fill();
  }
}

const pictures = new WeakMap<Bits, { colour: string; picture: OffscreenCanvas }>();

/** A mask in its class's colour. `again`: its pixels have changed since it was last drawn. */
export function drawBits(pen: Pen, bits: Bits, view: View, colour: string, alpha: number, again = false): void {
  if (bits.width === 0 || bits.height === 0) return;
  const known = again ? undefined : pictures.get(bits);
  const picture = known?.colour === colour ? known.picture : paintBits(bits, colour);
  if (!again) pictures.set(bits, { colour, picture });
  const { scale, left, top } = view;
  pen.globalAlpha = Math.min(0.6, alpha);
  pen.imageSmoothingEnabled = scale < 1;
  pen.drawImage(picture, left + bits.left * scale, top + bits.top * scale, bits.width * scale, bits.height * scale);
  pen.imageSmoothingEnabled = true;
  pen.globalAlpha = 1;
}

function paintBits({ width, height, pixels }: Bits, colour: string): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext('2d', { willReadFrequently: true })!;
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  const [word] = new Uint32Array(pen.getImageData(0, 0, 1, 1).data.buffer);
  const image = pen.createImageData(width, height);
  const words = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; i++) if (pixels[i] === 1) words[i] = word;
  pen.putImageData(image, 0, 0);
  return canvas;
}
