import { pictureGap } from '../../../src-main/shared/run.ts';

/** Pixels, as the file has them. */
export interface Strip {
  width: number;
  /** Of one of the pictures that stand side by side. */
  tile: number;
}

export interface StripLook {
  /** How many parts stand one under another, each of so many columns; the last may have fewer. */
  parts: number;
  columns: number;
  /** Width of a part, unscaled. */
  width: number;
  /** Whole where it enlarges, so that every pixel is as large. */
  scale: number;
}

const mostScale = 6;
/** Up to this size a picture is hard to make out unless it is enlarged. */
const small = 48;
const leastColumns = 4;

function scaleOf(width: number, room: number): number {
  const scale = room / width;
  return scale >= 1 ? Math.min(mostScale, Math.floor(scale)) : scale;
}

/**
 * A strip of pictures as it fits into `room` pixels: broken into parts where its pictures would else be shrunk, or small ones not be enlarged.
 * `whole`: never broken.
 */
export function stripLook({ width, tile }: Strip, room: number, whole: boolean): StripLook {
  const all = Math.max(1, Math.round((width + pictureGap) / (tile + pictureGap)));
  const wanted = tile <= small ? 2 : 1;
  const most = whole ? 1 : Math.max(1, Math.ceil(all / leastColumns));
  for (let parts = 1; ; parts++) {
    const columns = Math.ceil(all / parts);
    const partWidth = columns * (tile + pictureGap) - pictureGap;
    const scale = scaleOf(partWidth, room);
    if (scale >= wanted || parts >= most) return { parts, columns, width: partWidth, scale };
  }
}
