import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readResults, readTruths } from '../../src-main/evaluation/coco-results.ts';
import { detectionScores, type DetectionScores } from '../../src-main/evaluation/detection.ts';
import {
  areaOfCounts,
  areaOfPolygons,
  differing,
  joined,
  shared,
  sizeOf,
  type Area,
} from '../../src-main/evaluation/masks.ts';
import { AreaTally, overlapOf, segmentationScores } from '../../src-main/evaluation/segmentation.ts';
import { confusionCounts } from '../../src-main/evaluation/classification.ts';
import { decodeCounts } from '../../src-main/shared/rle.ts';
import { Random } from '../../src-main/shared/random.ts';

/** Made by make-masks.py with pycocotools. */
interface Fixture {
  height: number;
  width: number;
  polygons: { rings: number[][]; counts: string }[];
  truth: unknown;
  found: unknown[];
  stats: Record<'bbox' | 'segm', (number | null)[]>;
  areas: { iou: number[]; dice: number[]; pixelAccuracy: number; backgroundIou: number };
}
const fixture = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/evaluation/masks.json'), 'utf8'),
) as Fixture;
const { height, width } = fixture;

/** By its run lengths. */
function areaWhere(inside: readonly boolean[]): Area {
  const counts = [0];
  inside.forEach((is, p) => {
    if (is === (p > 0 ? inside[p - 1] : false)) counts[counts.length - 1]++;
    else counts.push(1);
  });
  return areaOfCounts(counts);
}

const statsOf = (s: DetectionScores): (number | null)[] =>
  [
    s.ap,
    s.ap50,
    s.ap75,
    s.apSmall,
    s.apMedium,
    s.apLarge,
    s.ar1,
    s.ar10,
    s.ar100,
    s.arSmall,
    s.arMedium,
    s.arLarge,
  ].map((value) => (Number.isNaN(value) ? null : value));

describe('areas', () => {
  it.each(fixture.polygons)("are pycocotools' pixels of a polygon, %#", ({ rings, counts }) => {
    expect(areaOfPolygons(rings, height, width)).toEqual(areaOfCounts(decodeCounts(counts)!));
  });
  it('are added and taken from one another pixel by pixel', () => {
    const draw = new Random(3);
    const some = () => Array.from({ length: 40 }, () => draw.uniform() < 0.4);
    const pixelsOf = (area: Area) =>
      Array.from({ length: 40 }, (_, p) => area.some((from, i) => i % 2 === 0 && from <= p && p < area[i + 1]));
    for (let i = 0; i < 50; i++) {
      const [a, b] = [some(), some()];
      const [areaA, areaB] = [areaWhere(a), areaWhere(b)];
      expect(pixelsOf(areaA)).toEqual(a);
      expect(pixelsOf(joined(areaA, areaB))).toEqual(a.map((is, p) => is || b[p]));
      expect(pixelsOf(differing(areaA, areaB))).toEqual(a.map((is, p) => is !== b[p]));
      expect(shared(areaA, areaB)).toBe(a.filter((is, p) => is && b[p]).length);
      expect(sizeOf(areaA)).toBe(a.filter(Boolean).length);
    }
  });
  it('refuse an outline that reaches without end', () => {
    expect(() => areaOfPolygons([[0, 0, 1e300, 0, 5, 5]], 10, 10)).toThrow(/far beyond its image of 10×10/);
  });
});

describe('predictions of objects, as pycocotools scores them', () => {
  const { classes, truths, ids, images } = readTruths(fixture.truth, 'truth.json');
  const found = readResults(fixture.found, 'found.json', {
    classOf: (id) => ids.get(id as number),
    imageOf: (id) => ({ image: id as number, ...images.get(id as number) }),
  });
  it.each([
    ['boxes', 'bbox'],
    ['masks', 'segm'],
  ] as const)('has AP and AR of %s to 1e-12', (by, kind) => {
    const stats = statsOf(detectionScores(truths, found, classes.length, by));
    stats.forEach((value, i) => {
      const wanted = fixture.stats[kind][i];
      if (wanted === null) expect(value).toBeNull();
      else expect(value).toBeCloseTo(wanted, 12);
    });
  });
  it('has IoU and Dice of each class as counted pixel by pixel', () => {
    const tally = new AreaTally(classes.length);
    const areas = (things: readonly { image: number; class: number; mask?: readonly number[] }[], image: number) => {
      const of = new Map<number, readonly number[]>();
      for (const one of things.filter((thing) => thing.image === image)) {
        of.set(one.class, joined(of.get(one.class) ?? [], one.mask ?? []));
      }
      return of;
    };
    for (const image of images.keys()) tally.add(height * width, areas(truths, image), areas(found, image));
    tally.classes.map(overlapOf).forEach(({ iou, dice }, c) => {
      expect(iou).toBeCloseTo(fixture.areas.iou[c], 12);
      expect(dice).toBeCloseTo(fixture.areas.dice[c], 12);
    });
    expect(tally.pixelAccuracy).toBeCloseTo(fixture.areas.pixelAccuracy, 12);
    expect(overlapOf(tally.background).iou).toBeCloseTo(fixture.areas.backgroundIou, 12);
  });
});

it('agrees with the confusion of pixels where each has one class', () => {
  // 0 is background; 2 × 3 pixels down the columns.
  const [actual, found] = [
    [0, 1, 1, 2, 2, 0],
    [0, 1, 2, 2, 1, 1],
  ];
  const of = (labels: readonly number[]) =>
    new Map([1, 2].map((label) => [label - 1, areaWhere(labels.map((each) => each === label))]));
  const tally = new AreaTally(2);
  tally.add(6, of(actual), of(found));
  const wanted = segmentationScores(confusionCounts(actual, found, 3));
  expect([tally.background, ...tally.classes].map(overlapOf)).toEqual(wanted.perClass);
  expect(tally.pixelAccuracy).toBeCloseTo(wanted.pixelAccuracy, 12);
});
