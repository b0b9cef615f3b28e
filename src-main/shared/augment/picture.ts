import { Random, streams } from '../random.ts';
import { blur } from './blur.ts';
import { drawColours } from './colour.ts';
import { erase } from './erase.ts';
import type { Augmentation } from './kinds.ts';
import { addNoise } from './noise.ts';
import type { Picture, PictureShape } from './pixels.ts';
import { withRandom } from './rand-augment.ts';
import { drawnMovement, warp, type Affine } from './warp.ts';

/** Changes pictures of one size in place, by what (seed, epoch, sample) say and nothing else. */
export class PictureAugmenter {
  readonly #shape: PictureShape;
  readonly #amounts: Augmentation;
  readonly #seed: number;
  readonly #room: Uint8Array;

  constructor(shape: PictureShape, amounts: Augmentation, seed: number) {
    this.#shape = shape;
    this.#amounts = amounts;
    this.#seed = seed;
    this.#room = new Uint8Array(shape.width * shape.height * shape.channels);
  }

  /** How `apply` moves the pixels, for what is marked in them; undefined: not at all. */
  movement(epoch: number, sample: number): Affine | undefined {
    return this.#draw(epoch, sample).movement;
  }

  #draw(epoch: number, sample: number): { random: Random; amounts: Augmentation; movement: Affine | undefined } {
    const random = new Random(this.#seed, streams.augment + 256 * epoch, sample);
    const { random: magnitude = 0 } = this.#amounts;
    const amounts = magnitude > 0 ? withRandom(random, this.#amounts, magnitude) : this.#amounts;
    return { random, amounts, movement: drawnMovement(random, this.#shape, amounts) };
  }

  /** `epoch` and `sample` are counted from 0. */
  apply(pixels: Uint8Array, epoch: number, sample: number): void {
    const { random, amounts, movement } = this.#draw(epoch, sample);
    const picture: Picture = { ...this.#shape, pixels };
    if (movement) {
      this.#room.set(pixels);
      warp({ ...this.#shape, pixels: this.#room }, pixels, movement);
    }
    drawColours(random, picture, amounts);
    if (amounts.blur) blur(picture, amounts.blur * random.uniform(), this.#room);
    if (amounts.noise) addNoise(pixels, 255 * amounts.noise * random.uniform(), random.uint32());
    if (amounts.erase) erase(random, picture, amounts.erase);
  }
}
