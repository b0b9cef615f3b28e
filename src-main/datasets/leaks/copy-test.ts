import type { ImageShape } from '../../shared/dataset.ts';
import { PictureFits, type Picture } from './picture-fit.ts';
import { colourDistance } from './working-pictures.ts';

/** What is left over of a copy beside its detail is at most this … */
const mostUnlike = 0.45;
/** … and at most this part of what is left over of the nearest other picture: in a set of look-alikes that says more. */
const beside = 0.4;
/** At half the size those are fitted first that leave no more, as far as quickly told. */
const mostUnlikeSmall = 2;
const fittedFirst = 5;
/** Where one of these is a copy, others are fitted too: copies, and what they are compared with. */
const mostFitted = 9;
/** Copies are brightened by no more than this. */
const contrasts = [0.5, 2] as const;
/** Their colours differ by no more than this, as a root mean square in grey levels. */
const mostColours = 14;
/** Below this a picture is not halved. */
const leastHalved = 20;
const steps = 5;

export interface TestedPicture {
  whole: Picture;
  half: Picture | null;
  colours: Float32Array | null;
}

export interface Copy<Item> {
  item: Item;
  /** 1: nothing is left over of its detail; 0: as much as it has. */
  likeness: number;
}

/** Which pictures of one size are copies of another, told by how well one is made from the other. Not to be used by two at once. */
export class CopyTest {
  readonly #fits: PictureFits;
  readonly #small: PictureFits | null;
  readonly #shape: ImageShape;

  /** `shape`: of one channel. */
  constructor(shape: ImageShape) {
    const { height, width } = shape;
    this.#shape = shape;
    this.#fits = new PictureFits(height, width);
    const halved = Math.min(height, width) >= leastHalved;
    this.#small = halved ? new PictureFits(Math.floor(height / 2), Math.floor(width / 2)) : null;
  }

  picture(grey: Float32Array, colours: Float32Array | null): TestedPicture {
    const half = this.#small?.picture(halved(grey, this.#shape)) ?? null;
    return { whole: this.#fits.picture(grey), half, colours };
  }

  /** Those of `others`, the nearest pictures, that are copies of `one`, most alike first. `all`: there are no others that come near. */
  copies<Item>(
    one: TestedPicture,
    others: readonly { item: Item; picture: TestedPicture }[],
    all: boolean,
  ): Copy<Item>[] {
    const changes = this.#small?.changes(one.half!);
    const begun = others.map(({ item, picture }) => {
      return { item, picture, small: changes ? this.#small!.unlikeChanged(changes, picture.half!) : 0 };
    });
    begun.sort((a, b) => a.small - b.small);
    const fit = (some: typeof begun) =>
      some.map(({ item, picture }) => ({ item, picture, ...this.#fits.fit(one.whole, picture.whole, steps) }));
    const first = begun.slice(0, fittedFirst).filter(({ small }) => small <= mostUnlikeSmall);
    const fitted = fit(first);
    if (!fitted.some(({ unlike }) => unlike <= mostUnlike)) return [];
    fitted.push(...fit(begun.slice(first.length, mostFitted)));
    fitted.sort((a, b) => a.unlike - b.unlike);
    const compared = all && fitted.length === others.length ? fitted.length : fitted.length - 1;
    for (let k = compared - 1; k >= 0; k--) {
      // With k+1 copies the next one is the nearest picture that is none; there is one, unless no other comes near.
      const limit = Math.min(mostUnlike, beside * (fitted[k + 1]?.unlike ?? Infinity));
      if (fitted[k].unlike > limit) continue;
      return fitted
        .slice(0, k + 1)
        .filter(({ contrast }) => contrast >= contrasts[0] && contrast <= contrasts[1])
        .filter(({ picture }) => colourDistance(one.colours, picture.colours) <= mostColours)
        .map(({ item, unlike }) => ({ item, likeness: 1 - unlike }));
    }
    return [];
  }
}

/** The mean of two by two pixels each. */
function halved(grey: Float32Array, { height, width }: ImageShape): Float32Array {
  const [tall, wide] = [Math.floor(height / 2), Math.floor(width / 2)];
  const half = new Float32Array(tall * wide);
  for (let y = 0; y < tall * 2; y++) {
    for (let x = 0; x < wide * 2; x++) half[(y >> 1) * wide + (x >> 1)] += grey[y * width + x] / 4;
  }
  return half;
}
