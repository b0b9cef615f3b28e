import * as v from 'valibot';
import type { Box, ImageObject, Mask } from './annotation.ts';
import type { Manifest } from './dataset.ts';
import type { LabelOutcome } from './labels.ts';

/** Models made elsewhere that mark what is in a picture: detectors and segmenters. What goes in and what comes out is told from the file where it can be. */

/**
 * What comes out. `yolo`: rows of box and class scores (v8, v11); `objectness`: the same with an objectness before the scores (v5, v7);
 * `grids`: the same as offsets from the cells of grids (YOLOX); `end-to-end`: rows of corners, score and class (v10); `detr`: boxes and logits with
 * "nothing" last; `detr-sigmoid`: without it (RT-DETR); `boxes-scores`: corners and scores; `detections`: boxes, scores and labels after the
 * model's own suppression; `semantic`: a map of scores for each class; `class-map`: the class of each pixel.
 */
export const markerLayouts = [
  'yolo',
  'objectness',
  'grids',
  'end-to-end',
  'detr',
  'detr-sigmoid',
  'boxes-scores',
  'detections',
  'semantic',
  'class-map',
] as const;
export type MarkerLayout = (typeof markerLayouts)[number];

/** How a picture comes to the model's size: whole in the middle, whole in the upper left corner, or stretched. What is left over is grey. */
export const pictureFits = ['middle', 'corner', 'stretch'] as const;
export type PictureFit = (typeof pictureFits)[number];

/** What a pixel of 0 … 255 becomes: 0 … 1, the same, −1 … 1, or less ImageNet's means and divided by its deviations. */
export const pixelScales = ['unit', 'bytes', 'signed', 'imagenet'] as const;
export type PixelScale = (typeof pixelScales)[number];

export const channelOrders = ['rgb', 'bgr'] as const;
export type ChannelOrder = (typeof channelOrders)[number];

export const markShapes = ['box', 'mask'] as const;
export type MarkedShape = (typeof markShapes)[number];

/** Sides of the picture that goes in, where the file leaves them open. */
export const sideRange = { least: 32, most: 4096 } as const;

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const name = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200));

/** What is wished; what is left out is as the file says, or else as is usual for such models. */
export const markerWishSchema = v.object({
  layout: v.optional(v.picklist(markerLayouts)),
  fit: v.optional(v.picklist(pictureFits)),
  scale: v.optional(v.picklist(pixelScales)),
  channels: v.optional(v.picklist(channelOrders)),
  /** Only where the file leaves it open. */
  side: v.optional(v.pipe(v.number(), v.integer(), v.minValue(sideRange.least), v.maxValue(sideRange.most))),
  /** In the model's order. */
  classes: v.optional(v.pipe(v.array(name), v.minLength(1), v.maxLength(10_000))),
  /** The number that the model gives the first of them. */
  first: v.optional(v.picklist([0, 1])),
  /** Less sure ones are left out. */
  score: v.optional(share),
  /** Of two of a class that overlap by more than this, the less sure one is left out. */
  overlap: v.optional(share),
  /** Also of two of different classes. */
  across: v.optional(v.boolean()),
  shape: v.optional(v.picklist(markShapes)),
});
export type MarkerWish = v.InferOutput<typeof markerWishSchema>;

/** As it is done. */
export type MarkerSettings = Required<Omit<MarkerWish, 'classes' | 'side'>>;
/** From where a setting is: a person, the file, or what is usual for such models. */
export type SettingSource = 'wish' | 'file' | 'guess';

/** What a file was found to be. */
export interface MarkerFacts {
  /** The file's name. */
  name: string;
  input: { name: string; shape: (number | string)[]; type: string; width: number; height: number; open: boolean };
  outputs: { name: string; shape: number[]; type: string }[];
  /** How many it tells apart; null where only what it finds shows that. */
  count: number | null;
  /** In its order; null where neither the file nor the wish says them. */
  classes: string[] | null;
  classSource: SettingSource;
  settings: MarkerSettings;
  sources: Record<keyof MarkerSettings, SettingSource>;
  /** Shapes that it can give. */
  shapes: MarkedShape[];
}

/** One thing that was found in a picture, in the picture's own pixels. */
export interface FoundObject {
  /** Index into `classes`. */
  class: number;
  score: number | null;
  shape: Omit<ImageObject, 'class'>;
}

/** What a model has suggested. */
export interface SuggestedMarks extends LabelOutcome {
  facts: MarkerFacts;
  suggestions: number;
  /** In so many samples. */
  pictures: number;
  /** Classes of its that are not here: how many of each were left out. */
  unknown: { name: string; count: number }[];
  /** Pictures that could not be read. */
  unread: { sample: number; message: string }[];
}

/** A click in a picture: x, y in its pixels, and whether what is there is meant or not. */
export type MaskClick = readonly [x: number, y: number, inside: boolean];
export const mostClicks = 64;
const place = v.pipe(v.number(), v.finite());
export const maskClicksSchema = v.pipe(v.array(v.strictTuple([place, place, v.boolean()])), v.maxLength(mostClicks));

/** What a pair of models (encoder and decoder, in any order; absolute paths) says that clicks mean. Without clicks they are only opened. */
export interface ClickQuestion {
  paths: string[];
  threads: number;
  blobs: string;
  manifest: Manifest;
  newest?: Manifest;
  sample: number;
  clicks: readonly MaskClick[];
}
export interface ClickMask {
  mask: Mask;
  box: Box;
  area: number;
  /** How well the model finds it to fit, 0 to 1. */
  score: number | null;
}

/** A file, or a pair of them, that the window knows by this name only. */
export interface ChosenModel {
  file: string;
  name: string;
}
