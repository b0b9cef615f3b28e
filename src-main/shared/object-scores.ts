import { csvLine } from './csv-line.ts';
import type { SplitName } from './dataset.ts';

/** What predictions of objects in images are worth, by what is marked there: boxes, masks and the areas that they cover. */
export interface ObjectScores {
  images: number;
  /** Of these images those of which nothing was predicted. */
  silent: number;
  /** Marked, and predicted. */
  objects: number;
  found: number;
  /** COCO's average precision and recall; null where predictions have no scores, or one side has no boxes or masks. NaN: nothing to be found. */
  boxes: PrecisionScores | null;
  masks: PrecisionScores | null;
  /** Null where one side has no masks. */
  areas: AreaScores | null;
  /** In the order of the data's classes. */
  classes: ClassObjectScores[];
}

/** COCO's. Each is NaN where there is nothing to be found. */
export interface PrecisionScores {
  /** Means over the classes and IoU thresholds, of at most 100 detections an image. */
  ap: number;
  ap50: number;
  ap75: number;
  apSmall: number;
  apMedium: number;
  apLarge: number;
  /** The most recall that at most so many detections an image reach. */
  ar1: number;
  ar10: number;
  ar100: number;
  arSmall: number;
  arMedium: number;
  arLarge: number;
}

export interface AreaScores {
  /** Over the classes of which there is a pixel on either side; background is none of them. */
  meanIou: number;
  meanDice: number;
  backgroundIou: number;
  backgroundDice: number;
  /** The share of pixels that are of just the classes that they were predicted to be of. */
  pixelAccuracy: number;
}

/** NaN or null: as above. */
export interface ClassObjectScores {
  class: string;
  objects: number;
  found: number;
  boxAp: number | null;
  boxAp50: number | null;
  maskAp: number | null;
  maskAp50: number | null;
  iou: number | null;
  dice: number | null;
}

/** Predictions in a file or folder, by what is marked in a version. */
export interface PredictionReport extends ObjectScores {
  /** What was scored, for people: the file's or folder's name. */
  source: string;
  split: SplitName | null;
  /** Predictions for images of other splits, and files that belong to no image. */
  elsewhere: number;
  strays: number;
  /** Marked things without an outline, where areas were scored. */
  unmasked: number;
}

/** One table of all that was measured: classes, then means; a number that there is none of is left empty. RFC 4180. */
export function objectScoresCsv({ classes, boxes, masks, areas, objects, found }: ObjectScores): string {
  const rows = [
    ['class', 'objects', 'predicted', 'iou', 'dice', 'box_ap', 'box_ap50', 'mask_ap', 'mask_ap50'],
    ...classes.map((one) => [
      ...[one.class, one.objects, one.found, one.iou, one.dice],
      ...[one.boxAp, one.boxAp50, one.maskAp, one.maskAp50],
    ]),
    [
      ...['(mean)', objects, found, areas?.meanIou, areas?.meanDice],
      ...[boxes?.ap, boxes?.ap50, masks?.ap, masks?.ap50],
    ],
    ...(areas ? [['(background)', null, null, areas.backgroundIou, areas.backgroundDice, null, null, null, null]] : []),
  ];
  return rows.map((row) => `${csvLine(row.map((cell) => (Number.isNaN(cell) ? null : cell)))}\r\n`).join('');
}
