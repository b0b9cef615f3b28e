import type { PrecisionScores } from '../shared/object-scores.ts';
import { shared, sizeOf, type Area } from './masks.ts';

/**
 * Mean average precision of boxes or masks by COCO's definition, as pycocotools has it (`cocoeval.py`, iouType "bbox" and "segm"): IoU from .50
 * to .95, three ranges of area, at most 1, 10 and 100 detections an image and class, crowds that may be met many times and count for nothing.
 */

/** x, y, width, height, in pixels. */
export type BoxOf = readonly [number, number, number, number];

export interface TrueBox {
  image: number;
  class: number;
  box: BoxOf;
  /** In pixels, of the thing itself where that is known; of its box, where left out. */
  area?: number;
  crowd?: boolean;
  /** Its pixels, where overlaps are those of masks. */
  mask?: Area;
}

export interface FoundBox {
  image: number;
  class: number;
  box: BoxOf;
  score: number;
  mask?: Area;
}

/** What is laid over one another. */
export type OverlapOf = 'boxes' | 'masks';

export interface DetectionScores extends PrecisionScores {
  /** By class. */
  perClass: { ap: number; ap50: number }[];
}

/** To the last bit as NumPy divides the range: a recall or overlap may lie just there. */
const thresholds = Array.from({ length: 10 }, (_, i) => (i === 9 ? 0.95 : 0.5 + i * ((0.95 - 0.5) / 9)));
const recalls = Array.from({ length: 101 }, (_, i) => (i === 100 ? 1 : i * 0.01));
const ranges = { all: [0, 1e10], small: [0, 32 ** 2], medium: [32 ** 2, 96 ** 2], large: [96 ** 2, 1e10] } as const;
const mostFound = 100;

/** `classes`: how many there are; all are numbered from 0. By masks, a thing without one covers nothing. */
export function detectionScores(
  allTruths: readonly TrueBox[],
  allFound: readonly FoundBox[],
  classes: number,
  by: OverlapOf = 'boxes',
): DetectionScores {
  const truths = allTruths.map((truth) => ({ ...truth, area: truth.area ?? extentOf(truth, by) }));
  const found = allFound.map((one) => ({ ...one, area: extentOf(one, by) }));
  const images = [...new Set([...truths, ...found].map(({ image }) => image))].sort((a, b) => a - b);
  const of = <T extends { image: number; class: number }>(all: readonly T[]): Map<string, T[]> => {
    const groups = new Map<string, T[]>();
    for (const each of all) {
      const key = `${each.image} ${each.class}`;
      const known = groups.get(key);
      if (known) known.push(each);
      else groups.set(key, [each]);
    }
    return groups;
  };
  const [truthsOf, foundOf] = [of(truths), of(found)];
  const pairs = Array.from({ length: classes }, (_, c) =>
    images
      .map((image) => pairOf(truthsOf.get(`${image} ${c}`) ?? [], foundOf.get(`${image} ${c}`) ?? [], by))
      .filter(({ truths: t, found: f }) => t.length + f.length > 0),
  );
  const all = (range: readonly [number, number], most: number): Counted[] =>
    pairs.map((of) =>
      accumulate(
        of.map((pair) => match(pair, range)),
        most,
      ),
    );
  const everything = all(ranges.all, mostFound);
  const [small, medium, large] = [ranges.small, ranges.medium, ranges.large].map((range) => all(range, mostFound));
  const [one, ten] = [1, 10].map((most) => all(ranges.all, most));
  const ap = (counted: readonly Counted[], only?: number): number => mean(counted.flatMap((each) => each.ap(only)));
  const ar = (counted: readonly Counted[]): number => mean(counted.flatMap((each) => each.recalls));
  return {
    ap: ap(everything),
    ap50: ap(everything, 0),
    ap75: ap(everything, 5),
    apSmall: ap(small),
    apMedium: ap(medium),
    apLarge: ap(large),
    ar1: ar(one),
    ar10: ar(ten),
    ar100: ar(everything),
    arSmall: ar(small),
    arMedium: ar(medium),
    arLarge: ar(large),
    perClass: everything.map((each) => ({ ap: mean(each.ap()), ap50: mean(each.ap(0)) })),
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** One class in one image: detections by falling score, and how each overlaps what is there. */
interface Pair {
  truths: readonly Sized<TrueBox>[];
  found: readonly Sized<FoundBox>[];
  overlaps: number[][];
}
/** In pixels. */
type Sized<T> = T & { area: number };

function pairOf(truths: readonly Sized<TrueBox>[], all: readonly Sized<FoundBox>[], by: OverlapOf): Pair {
  // Stable, as pycocotools' merge sort is.
  const found = all.toSorted((a, b) => b.score - a.score).slice(0, mostFound);
  const overlap = by === 'masks' ? overlapOfMasks : overlapOfBoxes;
  return { truths, found, overlaps: found.map((one) => truths.map((truth) => overlap(one, truth))) };
}

/** Intersection over union; with a crowd over the detection alone, which may be a part of it. */
function overlapOfMasks({ mask = [], area }: Sized<FoundBox>, { mask: wanted = [], crowd }: TrueBox): number {
  const both = shared(mask, wanted);
  return both === 0 ? 0 : both / (crowd ? area : area + sizeOf(wanted) - both);
}

function overlapOfBoxes({ box: [x, y, w, h] }: FoundBox, { box: [tx, ty, tw, th], crowd }: TrueBox): number {
  const width = Math.min(x + w, tx + tw) - Math.max(x, tx);
  const height = Math.min(y + h, ty + th) - Math.max(y, ty);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (crowd ? w * h : w * h + tw * th - both);
}

const extentOf = ({ box: [, , w, h], mask = [] }: TrueBox | FoundBox, by: OverlapOf): number =>
  by === 'masks' ? sizeOf(mask) : w * h;

interface Matched {
  scores: number[];
  /** By threshold and detection: 1 right, 0 wrong, -1 not counted. */
  verdicts: Int8Array[];
  /** How many there were to be found. */
  wanted: number;
}

/** Greedily, the surest detection first, each to what it overlaps most of what is left; what counts before what does not. */
function match({ truths, found, overlaps }: Pair, [from, to]: readonly [number, number]): Matched {
  const outside = (area: number): boolean => area < from || area > to;
  const ignored = truths.map((truth) => Boolean(truth.crowd) || outside(truth.area));
  const order = [...truths.keys()].sort((a, b) => Number(ignored[a]) - Number(ignored[b]));
  const verdicts = thresholds.map((threshold) => {
    const taken = new Uint8Array(truths.length);
    return Int8Array.from(found, ({ area }, d) => {
      let best = -1;
      let most = Math.min(threshold, 1 - 1e-10);
      for (const t of order) {
        if (taken[t] && !truths[t].crowd) continue;
        if (best >= 0 && !ignored[best] && ignored[t]) break;
        if (overlaps[d][t] < most) continue;
        most = overlaps[d][t];
        best = t;
      }
      if (best < 0) return outside(area) ? -1 : 0;
      taken[best] = 1;
      return ignored[best] ? -1 : 1;
    });
  });
  return { scores: found.map(({ score }) => score), verdicts, wanted: ignored.filter((each) => !each).length };
}

interface Counted {
  /** By threshold, or at one of them; none where there is nothing to be found. */
  ap(only?: number): number[];
  recalls: number[];
}

/** One class in all images, of each image the first `most` detections. */
function accumulate(images: readonly Matched[], most: number): Counted {
  const wanted = images.reduce((sum, image) => sum + image.wanted, 0);
  if (wanted === 0) return { ap: () => [], recalls: [] };
  const all = images.flatMap(({ scores }, image) => scores.slice(0, most).map((score, d) => ({ score, image, d })));
  all.sort((a, b) => b.score - a.score);
  const curves = thresholds.map((_, t) => {
    const verdicts = all.map(({ image, d }) => images[image].verdicts[t][d]).filter((verdict) => verdict >= 0);
    return interpolated(verdicts, wanted);
  });
  return {
    ap: (only) => (only === undefined ? curves : [curves[only]]).map(({ ap }) => ap),
    recalls: curves.map(({ recall }) => recall),
  };
}

/** Precision made to fall only, read at 101 recalls, 0 beyond what is reached. */
function interpolated(verdicts: readonly number[], wanted: number): { ap: number; recall: number } {
  let right = 0;
  const points = verdicts.map((verdict, i) => {
    right += verdict;
    return { recall: right / wanted, precision: right / (i + 1 + Number.EPSILON) };
  });
  for (let i = points.length - 1; i > 0; i--) {
    points[i - 1].precision = Math.max(points[i - 1].precision, points[i].precision);
  }
  let [at, sum] = [0, 0];
  for (const recall of recalls) {
    while (at < points.length && points[at].recall < recall) at++;
    sum += points[at]?.precision ?? 0;
  }
  return { ap: sum / recalls.length, recall: right / wanted };
}
