import type { AreaScores, ObjectScores, PrecisionScores } from '../shared/object-scores.ts';
import { detectionScores, type DetectionScores, type FoundBox, type OverlapOf, type TrueBox } from './detection.ts';
import { joined, type Area } from './masks.ts';
import { AreaTally, meanOverlap, overlapOf } from './segmentation.ts';

export interface ObjectAnswers {
  classes: readonly string[];
  truths: readonly TrueBox[];
  /** A score that is NaN was not told; nothing can be said of precision then. */
  found: readonly FoundBox[];
  /** How many pixels each image has, by its number; of unknown sizes NaN. */
  images: ReadonlyMap<number, number>;
  /** Predictions are areas of pixels, not things one by one. */
  areasOnly?: boolean;
}

export function objectScores({ classes, truths, found, images, areasOnly = false }: ObjectAnswers): ObjectScores {
  const masked = truths.some(({ mask }) => mask) && (areasOnly || found.some(({ mask }) => mask));
  const sure = !areasOnly && found.every(({ score }) => !Number.isNaN(score));
  const precision = (by: OverlapOf): DetectionScores | null =>
    sure ? detectionScores(truths, found, classes.length, by) : null;
  const boxes = precision('boxes');
  const masks = masked ? precision('masks') : null;
  const tally = masked ? tallyAreas({ classes, truths, found, images }) : null;
  const overlaps = tally?.classes.map(overlapOf);
  const spoken = new Set(found.map(({ image }) => image));
  return {
    images: images.size,
    silent: [...images.keys()].filter((image) => !spoken.has(image)).length,
    objects: truths.length,
    found: found.length,
    boxes: boxes && metricsOf(boxes),
    masks: masks && metricsOf(masks),
    areas: tally && areaScores(tally),
    classes: classes.map((name, c) => ({
      class: name,
      objects: truths.filter((one) => one.class === c).length,
      found: found.filter((one) => one.class === c).length,
      boxAp: boxes?.perClass[c].ap ?? null,
      boxAp50: boxes?.perClass[c].ap50 ?? null,
      maskAp: masks?.perClass[c].ap ?? null,
      maskAp50: masks?.perClass[c].ap50 ?? null,
      iou: overlaps?.[c].iou ?? null,
      dice: overlaps?.[c].dice ?? null,
    })),
  };
}

function areaScores({ classes, background, pixelAccuracy }: AreaTally): AreaScores {
  const { iou: meanIou, dice: meanDice } = meanOverlap(classes.map(overlapOf));
  const { iou: backgroundIou, dice: backgroundDice } = overlapOf(background);
  return { meanIou, meanDice, backgroundIou, backgroundDice, pixelAccuracy };
}

const metricsOf = ({ perClass: _perClass, ...metrics }: DetectionScores): PrecisionScores => metrics;

/** Images of unknown size count for their classes, and leave what is said of all pixels unknown. */
function tallyAreas({ classes, truths, found, images }: Omit<ObjectAnswers, 'areasOnly'>): AreaTally {
  const tally = new AreaTally(classes.length);
  const [actual, predicted] = [areasByImage(truths), areasByImage(found)];
  const none = new Map<number, Area>();
  for (const [image, pixels] of images) tally.add(pixels, actual.get(image) ?? none, predicted.get(image) ?? none);
  return tally;
}

/** Of each image what each class covers. */
function areasByImage(things: readonly (TrueBox | FoundBox)[]): Map<number, Map<number, Area>> {
  const all = new Map<number, Map<number, Area>>();
  for (const { image, class: of, mask } of things) {
    if (!mask) continue;
    let areas = all.get(image);
    if (!areas) all.set(image, (areas = new Map<number, Area>()));
    areas.set(of, joined(areas.get(of) ?? [], mask));
  }
  return all;
}
