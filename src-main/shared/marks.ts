import * as v from 'valibot';
import { annotationFlags, type AnnotationType, type Box, type Extra, type ImageObject } from './annotation.ts';
import type { Relation, Segment, Span } from './annotation.ts';

/** Geometry as annotations have it (see `annotation.ts`: units, corners, visibility), without its class. */
export type MarkShape =
  | Omit<ImageObject, 'class'>
  | Omit<Span, 'class'>
  | Omit<Segment, 'class'>
  /** Between two spans of the same sample, by their numbers. */
  | (Omit<Relation, 'class' | 'from' | 'to'> & { from: number; to: number });

/** One thing marked in a sample. */
export interface Mark {
  sample: number;
  /** Of the sample's marks, from 1; never given twice. Those that the version said come first, in its order. */
  number: number;
  /** A class's id. */
  class: number;
  /** By a model or a rule, and nobody has taken it yet: it goes into no version. */
  suggested: boolean;
  /** Of a suggestion: how probable its maker finds it, 0 to 1. */
  confidence: number | null;
  /** Of a suggestion: what made it, as the log names it. */
  by?: string;
  shape: MarkShape;
}

/** What is done to the marks of one sample, in one edit that is undone as one. Without a number a mark is a new one. */
export type MarkEdit =
  | { act: 'put'; number?: number; class: number; shape: MarkShape }
  | { act: 'remove'; number: number }
  /** Takes a suggestion for a label. */
  | { act: 'accept'; number: number };

/** What became of a mark; null: it is not there any more (undo brings it back). */
export interface MarkOutcome {
  sample: number;
  number: number;
  mark: Mark | null;
}

/** Suggested marks that can be accepted: one place of each list is one mark. */
export interface MarkSuggestions {
  samples: Int32Array;
  /** 0 where their maker says nothing. */
  confidence: Float64Array;
  /** Index into `markTypeList`. */
  types: Uint8Array;
}
export const markTypeList = ['box', 'polygon', 'mask', 'keypoints', 'span', 'relation', 'segment'] as const;

/** Of one sample, those that are gone counted. */
export const mostMarks = 2 ** 20 - 1;
/** So many edits at most are one act, and so many marks are told by an outcome. */
export const mostMarkEdits = 10_000;
/** Marks of so many samples at most are changed by one act. */
export const mostMarkedSamples = 512;
/** Of so many samples marks are asked for at once. */
export const mostMarkedAtOnce = 64;

/** Kinds of labelling whose samples hold marks. */
export type MarkedKind = 'objects' | 'spans' | 'segments';

/** Which annotations are the marks of a labelling of this kind. */
export const markTypes: Record<MarkedKind, readonly AnnotationType[]> = {
  objects: ['box', 'polygon', 'mask', 'keypoints'],
  spans: ['span', 'relation'],
  segments: ['segment'],
};

const finite = v.pipe(v.number(), v.finite());
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1));
const markNumber = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(mostMarks));
const classId = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 31 - 1));
const extra = v.pipe(
  v.custom<object>((given) => typeof given === 'object' && given !== null && !Array.isArray(given)),
  v.transform((given) => given as Extra),
);
const box = v.custom<Box>(
  (given) => Array.isArray(given) && given.length === 4 && given.every((each) => Number.isFinite(each)),
  'A box is x, y, width and height.',
);
const common = {
  id: v.optional(v.union([v.pipe(v.string(), v.maxLength(1000)), finite])),
  attributes: v.optional(extra),
  flags: v.optional(v.record(v.picklist(annotationFlags), v.boolean())),
  extra: v.optional(extra),
};
/** Lists of numbers are checked as a whole: schemas of each would take longest of all where thousands of marks come at once. */
const numbers = (step: number, least: number, words: string) =>
  v.custom<number[]>(
    (given) =>
      Array.isArray(given) &&
      given.length >= least &&
      given.length <= 200_000 &&
      given.length % step === 0 &&
      given.every((each) => Number.isFinite(each)),
    words,
  );
const ring = numbers(2, 6, 'A ring is a list of x and y, of three corners at least.');
const size = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000));

const objectShape = v.object({
  type: v.picklist(['box', 'polygon', 'mask', 'keypoints']),
  box,
  rotation: v.optional(finite),
  polygons: v.optional(v.pipe(v.array(ring), v.minLength(1), v.maxLength(10_000))),
  mask: v.optional(
    v.object({
      height: size,
      width: size,
      counts: v.pipe(v.string(), v.maxLength(1 << 24)),
      listed: v.optional(v.boolean()),
    }),
  ),
  keypoints: v.optional(numbers(3, 3, 'Keypoints are a list of x, y and visibility.')),
  area: v.optional(v.pipe(finite, v.minValue(0))),
  ...common,
});
const spanShape = v.object({ type: v.literal('span'), start: count, end: count, ...common });
const segmentShape = v.object({
  type: v.literal('segment'),
  start: v.pipe(finite, v.minValue(0)),
  end: v.pipe(finite, v.minValue(0)),
  ...common,
});
const relationShape = v.object({ type: v.literal('relation'), from: markNumber, to: markNumber, ...common });

export const markShapeSchema = v.variant('type', [objectShape, spanShape, segmentShape, relationShape]);
/** What is given as a shape, without what no shape has; null where it is none. */
export function readMarkShape(given: unknown): MarkShape | null {
  const { success, output } = v.safeParse(markShapeSchema, given);
  return success ? output : null;
}
export const markEditSchema = v.variant('act', [
  v.object({ act: v.literal('put'), number: v.optional(markNumber), class: classId, shape: markShapeSchema }),
  v.object({ act: v.literal('remove'), number: markNumber }),
  v.object({ act: v.literal('accept'), number: markNumber }),
]);
