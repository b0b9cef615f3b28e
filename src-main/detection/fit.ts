import type { PictureFit } from '../shared/marker.ts';
import type { Found } from './found.ts';

export interface Size {
  width: number;
  height: number;
}

/** Where a picture lies in what goes into a model: scaled to `width` × `height`, its corner at `left`, `top`. */
export interface Placing extends Size {
  left: number;
  top: number;
  /** Pixels there for one of the picture. */
  scaleX: number;
  scaleY: number;
}

export function placed(picture: Size, input: Size, fit: PictureFit): Placing {
  if (fit === 'stretch') {
    const { width, height } = input;
    return { width, height, left: 0, top: 0, scaleX: width / picture.width, scaleY: height / picture.height };
  }
  const scale = Math.min(input.width / picture.width, input.height / picture.height);
  const whole = (side: number, most: number): number => Math.min(most, Math.max(1, Math.round(side * scale)));
  const width = whole(picture.width, input.width);
  const height = whole(picture.height, input.height);
  const middle = fit === 'middle';
  return {
    width,
    height,
    // A pixel that cannot be shared goes to the right and below, as in Ultralytics' LetterBox.
    left: middle ? Math.floor((input.width - width) / 2) : 0,
    top: middle ? Math.floor((input.height - height) / 2) : 0,
    // Of what was really scaled, whole pixels, and not of what was meant.
    scaleX: width / picture.width,
    scaleY: height / picture.height,
  };
}

/** A box of the model's in pixels of the picture: x, y, width, height, as far as the picture goes; to a hundredth. Null where nothing is left of it. */
export function boxInPicture(
  [left, top, right, bottom]: Found['box'],
  { left: atX, top: atY, scaleX, scaleY }: Placing,
  picture: Size,
): [number, number, number, number] | null {
  const within = (value: number, most: number): number => Math.round(Math.min(most, Math.max(0, value)) * 100) / 100;
  const x0 = within((left - atX) / scaleX, picture.width);
  const y0 = within((top - atY) / scaleY, picture.height);
  const x1 = within((right - atX) / scaleX, picture.width);
  const y1 = within((bottom - atY) / scaleY, picture.height);
  const far = (to: number, from: number): number => Math.round((to - from) * 100) / 100;
  return x1 > x0 && y1 > y0 ? [x0, y0, far(x1, x0), far(y1, y0)] : null;
}
