import type { ImageShape, Manifest } from '../../shared/dataset.ts';
import { bytesOfImage, readPixels } from '../images/pixels.ts';
import { greyOf } from './picture-print.ts';

/** Sides of pictures that are compared, at most: finer than that no two pictures have to be told apart. */
const mostSide = 48;
/** A picture's colours are known of so many fields down and across. */
const fields = 4;
const colourSize = fields * fields * 2;

/** Pictures of a version, small and grey, with their colours beside; read many at once. */
export class WorkingPictures {
  /** Of what is given, one channel. */
  readonly shape: ImageShape;
  readonly #blobs: string;
  readonly #manifest: Manifest;
  readonly #from: ImageShape;
  readonly #factor: number;
  readonly #whole: Float32Array;

  constructor(blobs: string, manifest: Manifest) {
    const from = manifest.image!;
    this.#factor = Math.max(1, Math.ceil(Math.max(from.height, from.width) / mostSide));
    const side = (length: number): number => Math.max(1, Math.floor(length / this.#factor));
    this.shape = { ...from, height: side(from.height), width: side(from.width), channels: 1 };
    this.#from = from;
    this.#whole = new Float32Array(from.height * from.width);
    this.#blobs = blobs;
    this.#manifest = manifest;
  }

  /** Calls with each of these samples' pictures, in this order; they are the visitor's to keep. `colours` are null of grey ones. */
  async each(
    samples: ArrayLike<number>,
    visit: (k: number, grey: Float32Array, colours: Float32Array | null) => void,
  ): Promise<void> {
    const size = bytesOfImage(this.#from);
    const bytes = await readPixels(this.#blobs, this.#manifest, samples);
    for (let k = 0; k < samples.length; k++) {
      const pixels = bytes.subarray(k * size, (k + 1) * size);
      visit(k, this.#grey(pixels), this.#from.channels === 3 ? coloursOf(pixels, this.#from) : null);
    }
  }

  #grey(pixels: Uint8Array): Float32Array {
    const { height, width } = this.shape;
    const small = new Float32Array(height * width);
    if (this.#factor === 1) {
      greyOf(pixels, this.#from, small);
      return small;
    }
    greyOf(pixels, this.#from, this.#whole);
    const factor = this.#factor;
    for (let y = 0; y < height * factor; y++) {
      const row = Math.floor(y / factor) * width;
      for (let x = 0; x < width * factor; x++) {
        small[row + Math.floor(x / factor)] += this.#whole[y * this.#from.width + x] / factor ** 2;
      }
    }
    return small;
  }
}

/** Of each field how much redder and bluer than grey it is, in grey levels: what brightness alone does not tell. */
function coloursOf(pixels: Uint8Array, { height, width }: ImageShape): Float32Array {
  const colours = new Float32Array(colourSize);
  const counts = new Float32Array(fields * fields);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const field = Math.floor((y * fields) / height) * fields + Math.floor((x * fields) / width);
      const at = (y * width + x) * 3;
      const grey = 0.299 * pixels[at] + 0.587 * pixels[at + 1] + 0.114 * pixels[at + 2];
      colours[field * 2] += pixels[at] - grey;
      colours[field * 2 + 1] += pixels[at + 2] - grey;
      counts[field]++;
    }
  }
  for (let i = 0; i < colourSize; i++) colours[i] /= counts[i >> 1] || 1;
  return colours;
}

/** How far two pictures' colours differ, as a root mean square in grey levels; of grey pictures 0. */
export function colourDistance(a: Float32Array | null, b: Float32Array | null): number {
  if (!a || !b) return 0;
  let sum = 0;
  for (let i = 0; i < colourSize; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum / colourSize);
}
