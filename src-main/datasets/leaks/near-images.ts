import type { ImageShape, Manifest } from '../../shared/dataset.ts';
import type { LeakPair } from '../../shared/leaks.ts';
import { bytesOfImage, readPixels } from '../images/pixels.ts';
import { Details } from './picture-detail.ts';
import { PlaneIndex } from './plane-index.ts';
import { greyOf, picturePrint, printSize, views } from './picture-print.ts';

/** Held-out images looked at, and images that they are compared with: more are thinned out evenly. */
const mostHeld = 50_000;
const mostImages = 500_000;
/** So many of the prints nearest to one are looked at closely. */
const lookAt = 8;
/** Prints less alike than this are of other pictures. */
const leastPrint = 0.5;
const blockImages = 512;

/** Copies' details agree at least so much … */
const leastLikeness = 0.9;
/** … and differ at most by this part of what the details of the nearest other picture do: in a set of look-alikes that says more. */
const apart = 0.45;

/**
 * Pairs of images that are one picture, a little blurred, cropped, scaled or brightened: each of a `rank` above 0 with those of a lower one (its
 * split, where copies in two splits are looked for). `progress`: of all images, how
 * many were looked at. `isExact` ones are not among them.
 */
export async function nearImages(
  blobs: string,
  manifest: Manifest,
  rank: ArrayLike<number>,
  isExact: (a: number, b: number) => boolean,
  progress: (done: number, total: number) => void,
  pause: () => Promise<void>,
  mostLookedAt = mostHeld,
): Promise<{ pairs: LeakPair[]; checked: number; compared: number }> {
  const stride = Math.max(1, Math.ceil(manifest.samples / mostImages));
  const samples = Int32Array.from({ length: Math.ceil(manifest.samples / stride) }, (_, i) => i * stride);
  const prints = await readPrints(blobs, manifest, samples, progress, pause);
  const standard = standardOf(prints, samples.length);
  for (let i = 0; i < samples.length; i++) standard(prints, i * printSize);
  const index = new PlaneIndex(prints, samples.length);
  const held: number[] = [];
  samples.forEach((sample, i) => {
    if (rank[sample] > 0) held.push(i);
  });
  const step = Math.max(1, Math.ceil(held.length / mostLookedAt));
  const pictures = new Pictures(blobs, manifest);
  const pairs: LeakPair[] = [];
  let checked = 0;
  for (let h = 0; h < held.length; h += step) {
    const i = held[h];
    checked++;
    const near = index.nearest(i, await pictures.prints(samples[i], standard), lookAt, leastPrint);
    if (near.some((j) => rank[samples[j]] < rank[samples[i]])) {
      const own = await pictures.detail(samples[i]);
      const scored: { sample: number; likeness: number }[] = [];
      for (const j of near) {
        if (isExact(samples[i], samples[j])) continue;
        scored.push({
          sample: samples[j],
          likeness: pictures.details.likeness(own, await pictures.detail(samples[j])),
        });
      }
      for (const { sample, likeness } of copiesAmong(scored)) {
        if (rank[sample] < rank[samples[i]]) pairs.push({ other: sample, held: samples[i], likeness });
      }
    }
    if (checked % 32 === 0) {
      progress(manifest.samples + h, manifest.samples + held.length);
      await pause();
    }
  }
  return { pairs, checked, compared: samples.length };
}

/** Those that stand out from the others: alike by themselves, and far more so than the best that is no copy. */
function copiesAmong(scored: { sample: number; likeness: number }[]): { sample: number; likeness: number }[] {
  scored.sort((a, b) => b.likeness - a.likeness);
  const copies: typeof scored = [];
  for (let k = Math.min(scored.length, lookAt - 1) - 1; k >= 0; k--) {
    // With k+1 copies the next one below is the nearest picture that is none; there is one, unless no other comes near.
    const other = scored[k + 1]?.likeness ?? 0;
    if (scored[k].likeness >= leastLikeness && 1 - scored[k].likeness <= apart * (1 - Math.max(0, other))) {
      copies.push(...scored.slice(0, k + 1));
      break;
    }
  }
  return copies;
}

async function readPrints(
  blobs: string,
  manifest: Manifest,
  samples: Int32Array,
  progress: (done: number, total: number) => void,
  pause: () => Promise<void>,
): Promise<Float32Array> {
  const shape = manifest.image!;
  const size = bytesOfImage(shape);
  const prints = new Float32Array(samples.length * printSize);
  const grey = new Float32Array(shape.height * shape.width);
  for (let from = 0; from < samples.length; from += blockImages) {
    const some = samples.subarray(from, from + blockImages);
    const bytes = await readPixels(blobs, manifest, some);
    for (let k = 0; k < some.length; k++) {
      greyOf(bytes.subarray(k * size, (k + 1) * size), shape, grey);
      picturePrint(grey, shape, prints, (from + k) * printSize);
    }
    progress(Math.round((manifest.samples * from) / samples.length), 2 * manifest.samples);
    await pause();
  }
  return prints;
}

/** What all pictures of a set share (a garment in the middle, black around it) says nothing: taken away, and each number scaled to its spread. */
function standardOf(prints: Float32Array, count: number): (print: Float32Array, at: number) => void {
  const means = new Float64Array(printSize);
  const spreads = new Float64Array(printSize);
  for (let i = 0; i < count * printSize; i++) {
    means[i % printSize] += prints[i] / count;
    spreads[i % printSize] += prints[i] ** 2 / count;
  }
  spreads.forEach((squares, k) => (spreads[k] = Math.sqrt(Math.max(0, squares - means[k] ** 2)) || 1));
  return (print, at) => {
    let length = 0;
    for (let k = 0; k < printSize; k++) {
      const value = (print[at + k] - means[k]) / spreads[k];
      print[at + k] = value;
      length += value * value;
    }
    const scale = length > 0 ? 1 / Math.sqrt(length) : 0;
    for (let k = 0; k < printSize; k++) print[at + k] *= scale;
  };
}

const keptDetails = 4096;

/** Images' details, read as they are asked for. */
class Pictures {
  readonly details: Details;
  readonly #blobs: string;
  readonly #manifest: Manifest;
  readonly #shape: ImageShape;
  readonly #kept = new Map<number, Float32Array>();

  constructor(blobs: string, manifest: Manifest) {
    this.#shape = manifest.image!;
    this.details = new Details(this.#shape.height, this.#shape.width);
    this.#blobs = blobs;
    this.#manifest = manifest;
  }

  /** Of every view of it, made comparable by `standard`. */
  async prints(sample: number, standard: (print: Float32Array, at: number) => void): Promise<Float32Array> {
    const grey = await this.#grey(sample);
    const prints = new Float32Array(views.length * printSize);
    views.forEach((view, v) => {
      picturePrint(grey, this.#shape, prints, v * printSize, view);
      standard(prints, v * printSize);
    });
    return prints;
  }

  async #grey(sample: number): Promise<Float32Array> {
    const bytes = await readPixels(this.#blobs, this.#manifest, [sample]);
    const grey = new Float32Array(this.#shape.height * this.#shape.width);
    greyOf(bytes, this.#shape, grey);
    return grey;
  }

  async detail(sample: number): Promise<Float32Array> {
    const known = this.#kept.get(sample);
    if (known) return known;
    const detail = this.details.of(await this.#grey(sample));
    if (this.#kept.size >= keptDetails) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(sample, detail);
    return detail;
  }
}
