import type { Annotation, ImageObject } from '../../../src-main/shared/annotation.ts';
import { maskPixels } from '../../../src-main/shared/rle.ts';

/** Where the original's pixels lie on the canvas. */
export interface View {
  scale: number;
  left: number;
  top: number;
}

export interface Mark {
  object: ImageObject;
  colour: string;
  /** Pairs of its keypoints, counted from 1. */
  skeleton?: readonly (readonly number[])[];
}

export const imageObjects = (annotations: readonly Annotation[]): ImageObject[] =>
  annotations.filter((mark): mark is ImageObject => 'box' in mark);

/** How an image of one size lies inside another one: whole, in the middle. */
export function contained(width: number, height: number, into: { width: number; height: number }): View {
  const scale = Math.min(into.width / width, into.height / height);
  return { scale, left: (into.width - width * scale) / 2, top: (into.height - height * scale) / 2 };
}

/** Draws all marks; `bold` is the place of the one pointed at. Lines are `line` wide, in the canvas's own pixels. */
export function drawMarks(
  pen: CanvasRenderingContext2D,
  marks: readonly Mark[],
  view: View,
  line: number,
  bold = -1,
): void {
  const { scale, left, top } = view;
  const x = (value: number): number => left + value * scale;
  const y = (value: number): number => top + value * scale;
  marks.forEach(({ object, colour, skeleton }, i) => {
    const { box, polygons, mask, keypoints, rotation, flags } = object;
    const faint = bold >= 0 && bold !== i;
    pen.save();
    pen.globalAlpha = faint ? 0.25 : 1;
    pen.strokeStyle = pen.fillStyle = colour;
    pen.lineWidth = i === bold ? line * 2 : line;
    // Dashed is what should be looked at.
    if (flags?.outside || flags?.duplicate) pen.setLineDash([line * 3, line * 2]);
    if (mask) {
      const picture = maskPicture(object, colour);
      if (picture) {
        pen.globalAlpha = faint ? 0.1 : 0.45;
        pen.drawImage(picture, left, top, mask.width * scale, mask.height * scale);
      }
    } else if (polygons) {
      pen.beginPath();
      for (const ring of polygons) {
        for (let k = 0; k + 1 < ring.length; k += 2) {
          if (k === 0) pen.moveTo(x(ring[0]), y(ring[1]));
          else pen.lineTo(x(ring[k]), y(ring[k + 1]));
        }
        pen.closePath();
      }
      pen.stroke();
      pen.globalAlpha = faint ? 0.05 : 0.2;
      pen.fill();
    }
    if (!polygons && !mask) {
      pen.translate(x(box[0]), y(box[1]));
      if (rotation !== undefined) pen.rotate((rotation * Math.PI) / 180);
      // What has no area is still to be seen.
      const least = object.type === 'keypoints' ? 0 : line * 5;
      pen.strokeRect(0, 0, Math.max(least, box[2] * scale), Math.max(least, box[3] * scale));
    }
    pen.restore();
    if (keypoints) drawPoints(pen, keypoints, skeleton ?? [], colour, x, y, i === bold ? line * 2 : line);
  });
}

function drawPoints(
  pen: CanvasRenderingContext2D,
  points: readonly number[],
  skeleton: readonly (readonly number[])[],
  colour: string,
  x: (value: number) => number,
  y: (value: number) => number,
  line: number,
): void {
  pen.strokeStyle = pen.fillStyle = colour;
  pen.lineWidth = line;
  for (const [from, to] of skeleton) {
    const [a, b] = [(from - 1) * 3, (to - 1) * 3];
    if (!(points[a + 2] > 0 && points[b + 2] > 0)) continue;
    pen.beginPath();
    pen.moveTo(x(points[a]), y(points[a + 1]));
    pen.lineTo(x(points[b]), y(points[b + 1]));
    pen.stroke();
  }
  for (let i = 0; i + 2 < points.length; i += 3) {
    if (points[i + 2] === 0) continue;
    pen.beginPath();
    pen.arc(x(points[i]), y(points[i + 1]), line * 2, 0, 2 * Math.PI);
    // One that is hidden is hollow.
    if (points[i + 2] === 1) pen.stroke();
    else pen.fill();
  }
}

const pictures = new WeakMap<ImageObject, { colour: string; picture: OffscreenCanvas | null }>();

/** A mask as a picture in its class's colour; made once. */
function maskPicture(object: ImageObject, colour: string): OffscreenCanvas | null {
  const known = pictures.get(object);
  if (known?.colour === colour) return known.picture;
  const picture = object.mask ? paintMask(object.mask, colour) : null;
  pictures.set(object, { colour, picture });
  return picture;
}

function paintMask(mask: NonNullable<ImageObject['mask']>, colour: string): OffscreenCanvas | null {
  const pixels = maskPixels(mask);
  if (!pixels) return null;
  const canvas = new OffscreenCanvas(mask.width, mask.height);
  const pen = canvas.getContext('2d');
  if (!pen) return null;
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
  const image = pen.createImageData(mask.width, mask.height);
  for (let i = 0; i < pixels.length; i++) {
    if (pixels[i] === 1) image.data.set([red, green, blue, 255], i * 4);
  }
  pen.putImageData(image, 0, 0);
  return canvas;
}
