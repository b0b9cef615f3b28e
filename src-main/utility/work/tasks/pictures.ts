import type { PictureRange } from '../../../export/pictures.ts';
import type { ImageShape } from '../../../shared/dataset.ts';

/** A net's pictures, [n, channels, height, width], as brightness 0 … 255 with the channels last; what lies outside is cut off. */
export function brightness(shape: ImageShape, pictures: Float32Array, { from, to }: PictureRange): Float32Array {
  const { height, width, channels } = shape;
  const area = height * width;
  const result = new Float32Array(pictures.length);
  for (let i = 0; i < pictures.length; i++) {
    const [plane, place] = [Math.floor(i / area), i % area];
    const [n, channel] = [Math.floor(plane / channels), plane % channels];
    const level = ((pictures[i] - from) / (to - from)) * 255;
    result[(n * area + place) * channels + channel] = Math.min(255, Math.max(0, level));
  }
  return result;
}
