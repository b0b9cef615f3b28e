import type { Manifest } from '../../shared/dataset.ts';
import type { LeakPair } from '../../shared/leaks.ts';
import { CopyTest, type TestedPicture } from './copy-test.ts';
import { PlaneIndex } from './plane-index.ts';
import { allPrints, Prints, printSize, searched } from './picture-print.ts';
import { TangentDistance } from './tangent-distance.ts';
import { WorkingPictures } from './working-pictures.ts';

/** So many of the prints nearest to one by their cosine are ranked by what no small shift or scale explains … */
const ranked = 128;
/** … and so many of these are compared closely. */
const lookAt = 10;
/** Prints less alike than this are of other pictures. */
const leastPrint = 0.5;
const blockImages = 256;

export interface NearImages {
  pairs: LeakPair[];
  /** Of those with a rank, how many were looked at. */
  checked: number;
}

export interface NearSearch {
  /** Of each sample: those above 0 are compared with those of a lower one (its split, where copies in two splits are looked for). */
  rank: ArrayLike<number>;
  isExact(a: number, b: number): boolean;
  progress(done: number, total: number): void;
  /** Lets a cancel in. */
  pause(): Promise<void>;
  /** Samples with a rank that are looked at, and all that they are compared with: more are thinned out evenly. */
  mostHeld?: number;
  mostImages?: number;
}

/**
 * Pairs of images that are one picture, a little blurred, cropped, scaled, brightened or compressed; exact ones are not among them. Prints are found by
 * the side of planes on which they lie, so that time grows with the number of images alone; 240 bytes an image are held.
 */
export async function nearImages(blobs: string, manifest: Manifest, search: NearSearch): Promise<NearImages> {
  const { rank, isExact, progress, pause, mostHeld = Infinity, mostImages = Infinity } = search;
  const stride = Math.max(1, Math.ceil(manifest.samples / mostImages));
  const samples = Int32Array.from({ length: Math.ceil(manifest.samples / stride) }, (_, i) => i * stride);
  const held: number[] = [];
  samples.forEach((sample, i) => {
    if (rank[sample] > 0) held.push(i);
  });
  const step = Math.max(1, Math.ceil(held.length / mostHeld));
  const looked = held.filter((_, h) => h % step === 0);
  // To take a print costs a tenth of comparing it.
  const total = samples.length + 10 * looked.length;

  const pictures = new WorkingPictures(blobs, manifest);
  const printer = new Prints(pictures.shape);
  const prints = new Float32Array(samples.length * printSize);
  for (let from = 0; from < samples.length; from += blockImages) {
    await pictures.each(samples.subarray(from, from + blockImages), (k, grey) =>
      printer.whole(grey, prints, (from + k) * printSize),
    );
    progress(from, total);
    await pause();
  }
  const standard = standardOf(prints, samples.length);
  for (let i = 0; i < samples.length; i++) standard(prints, i * printSize);
  const index = new PlaneIndex(prints, samples.length);

  const test = new CopyTest(pictures.shape);
  const distance = new TangentDistance(prints);
  const own = new Float32Array(allPrints * printSize);
  const pairs: LeakPair[] = [];
  for (let from = 0; from < looked.length; from += blockImages) {
    const some = looked.slice(from, from + blockImages);
    const near: number[][] = [];
    await pictures.each(samplesOf(some, samples), (k, grey) => {
      printer.all(grey, own);
      for (let v = 0; v < allPrints; v++) standard(own, v * printSize);
      distance.from(own);
      const found = index.nearest(some[k], own.subarray(0, searched * printSize), ranked, leastPrint);
      const others = found.filter(({ item }) => !isExact(samples[some[k]], samples[item]));
      const closest = distance.nearest(others, lookAt);
      const hopeful = closest.some((item) => rank[samples[item]] < rank[samples[some[k]]]);
      near.push(hopeful ? closest : []);
    });
    const needed = [...new Set(near.flatMap((items, k) => (items.length > 0 ? [some[k], ...items] : [])))];
    needed.sort((a, b) => a - b);
    const known = new Map<number, TestedPicture>();
    await pictures.each(samplesOf(needed, samples), (k, grey, colours) => {
      known.set(needed[k], test.picture(grey, colours));
    });
    near.forEach((items, k) => {
      if (items.length === 0) return;
      const held = samples[some[k]];
      const others = items.map((item) => ({ item: samples[item], picture: known.get(item)! }));
      for (const { item: other, likeness } of test.copies(known.get(some[k])!, others, items.length < lookAt)) {
        if (rank[other] < rank[held]) pairs.push({ other, held, likeness });
      }
    });
    progress(samples.length + 10 * (from + some.length), total);
    await pause();
  }
  return { pairs, checked: looked.length };
}

const samplesOf = (items: readonly number[], samples: Int32Array): Int32Array =>
  Int32Array.from(items, (item) => samples[item]);

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
