import { describe, expect, it } from 'vitest';
import { detectionScores, type FoundBox, type TrueBox } from '../../src-main/evaluation/detection.ts';

const truth = (box: TrueBox['box'], more: Partial<TrueBox> = {}): TrueBox => ({ image: 0, class: 0, box, ...more });
const found = (box: FoundBox['box'], score: number, more: Partial<FoundBox> = {}): FoundBox => ({
  ...{ image: 0, class: 0, box, score },
  ...more,
});
/** 100 pixels: small. Far apart from each other. */
const at = (place: number): TrueBox['box'] => [100 * place, 0, 10, 10];

// Worked by hand after the definition: precision made to fall only, read at recall 0, 0.01 … 1.
describe('mean average precision, worked by hand', () => {
  it('is 1 where each box is found, and has nothing to say of ranges without one', () => {
    const scores = detectionScores([truth(at(0)), truth(at(1))], [found(at(0), 0.9), found(at(1), 0.8)], 1);
    const { ap, ap50, ap75, apSmall, ar100, ar10, ar1 } = scores;
    // Precision has the least float added below, as in pycocotools: 1 is a bit less.
    for (const value of [ap, ap50, ap75, apSmall]) expect(value).toBeCloseTo(1, 12);
    expect([ar100, ar10, ar1]).toEqual([1, 1, 0.5]);
    expect([scores.apMedium, scores.apLarge, scores.arLarge]).toEqual([NaN, NaN, NaN]);
  });
  it('counts an overlap of 0.62 at the thresholds 0.5, 0.55 and 0.6', () => {
    const scores = detectionScores([truth([0, 0, 100, 10])], [found([0, 0, 62, 10], 0.5)], 1);
    expect(scores.ap).toBeCloseTo(0.3, 12);
    expect(scores.ap50).toBeCloseTo(1, 12);
    expect(scores.ap75).toBe(0);
    expect(scores.ar100).toBeCloseTo(0.3, 12);
  });
  it('reads right, wrong, right as 51 recalls of precision 1 and 50 of 2/3', () => {
    const boxes = [found(at(0), 0.9), found(at(5), 0.8), found(at(1), 0.7)];
    const { ap, perClass } = detectionScores([truth(at(0)), truth(at(1))], boxes, 1);
    expect(ap).toBeCloseTo((51 + 50 * (2 / 3)) / 101, 12);
    expect(perClass[0].ap).toBeCloseTo(ap, 12);
  });
  it('takes a second box on the same thing for wrong, the surer one first', () => {
    const boxes = [found(at(0), 0.9), found([0, 0, 10, 10], 0.95)];
    expect(detectionScores([truth(at(0))], boxes, 1).ap).toBeCloseTo(1, 12);
    const twoThings = detectionScores([truth(at(0)), truth(at(1))], boxes, 1);
    expect(twoThings.ap).toBeCloseTo(51 / 101, 12);
  });
  it('gives each detection what it overlaps most', () => {
    const truths = [truth([0, 0, 10, 10]), truth([2, 0, 10, 10])];
    // Both overlap the first by more than a half: 8 of 12, and all.
    const scores = detectionScores(truths, [found([2, 0, 10, 10], 0.9), found([0, 0, 10, 10], 0.8)], 1);
    expect(scores.ap).toBeCloseTo(1, 12);
  });
  it('holds nothing against detections within a crowd, however many, and does not want the crowd found', () => {
    const truths = [truth(at(0)), truth([500, 0, 100, 100], { crowd: true })];
    const inside = [found([510, 10, 10, 10], 0.99), found([530, 30, 10, 10], 0.98)];
    expect(detectionScores(truths, [found(at(0), 0.5), ...inside], 1).ap).toBeCloseTo(1, 12);
    // Half outside: 50 of its own 100 pixels lie in the crowd; right at 0.5, wrong above.
    const half = detectionScores(truths, [found(at(0), 0.5), found([595, 0, 10, 10], 0.9)], 1);
    expect(half.ap50).toBeCloseTo(1, 12);
    expect(half.ap).toBeCloseTo((1 + 9 * 0.5) / 10, 12);
  });
  it('neither wants nor counts what is of another size, but what is wrong and of that size', () => {
    const large: TrueBox['box'] = [1000, 1000, 200, 200];
    const truths = [truth(at(0)), truth(large)];
    const boxes = [found(large, 0.9), found(at(0), 0.8), found([3000, 0, 200, 200], 0.99)];
    const scores = detectionScores(truths, boxes, 1);
    expect(scores.apSmall).toBeCloseTo(1, 12);
    expect(scores.apMedium).toBeNaN();
    expect(scores.apLarge).toBeCloseTo(0.5, 12);
    // By the area of the thing itself, where it is known.
    expect(detectionScores([truth(at(0), { area: 2000 })], [found(at(0), 1)], 1).apMedium).toBeCloseTo(1, 12);
  });
  it('takes at most 1, 10 and 100 detections of an image', () => {
    const truths = Array.from({ length: 120 }, (_, i) => truth(at(i)));
    const scores = detectionScores(
      truths,
      truths.map(({ box }, i) => found(box, 1 - i / 1000)),
      1,
    );
    expect(scores.ar1).toBeCloseTo(1 / 120, 12);
    expect(scores.ar10).toBeCloseTo(10 / 120, 12);
    expect(scores.ar100).toBeCloseTo(100 / 120, 12);
  });
  it('keeps images and classes apart, and leaves a class without boxes out of the mean', () => {
    const truths = [truth(at(0)), truth(at(0), { image: 1, class: 1 })];
    const boxes = [found(at(0), 0.9), found(at(0), 0.8, { image: 1 }), found(at(0), 0.7, { class: 2 })];
    const scores = detectionScores(truths, boxes, 3);
    expect(scores.perClass.map(({ ap }) => Math.round(1e12 * ap) / 1e12)).toEqual([1, 0, NaN]);
    expect(scores.ap).toBeCloseTo(0.5, 12);
  });
  it('orders detections over all images, equal scores by image', () => {
    const truths = [truth(at(0)), truth(at(0), { image: 1 })];
    const tied = [found(at(3), 0.5), found(at(0), 0.5, { image: 1 })];
    // Wrong, right: precision 1/2 up to recall 1/2.
    expect(detectionScores(truths, tied, 1).ap).toBeCloseTo((51 * 0.5) / 101, 12);
  });
  it('says nothing of nothing', () => {
    expect(detectionScores([], [], 1).ap).toBeNaN();
    expect(detectionScores([truth(at(0))], [], 1)).toMatchObject({ ap: 0, ar100: 0 });
  });
});
