import type { Box } from '../../../../src-main/shared/annotation.ts';
import type { ShownMark } from '../marks.svelte.ts';
import { isObject, type ObjectShape } from './shapes.ts';

/** What of an image in a sequence is the same thing in another one: copies that are carried on have the same. */
export function trackOf({ attributes }: ObjectShape): string | null {
  const track = attributes?.track;
  return typeof track === 'string' || typeof track === 'number' ? String(track) : null;
}

/** Laid between two others or carried on from the image before, and not placed by anybody. */
export const isBetween = ({ attributes }: ObjectShape): boolean => attributes?.interpolated === true;

export const withTrack = (shape: ObjectShape, track: string): ObjectShape => ({
  ...shape,
  attributes: { ...shape.attributes, track },
});

export function withoutTrack(shape: ObjectShape): ObjectShape {
  const { track: _, ...attributes } = shape.attributes ?? {};
  return { ...shape, attributes };
}

/** As it was in the image before, until somebody places it. */
export const carried = (shape: ObjectShape, track: string): ObjectShape => ({
  ...copyOf(shape),
  attributes: { ...shape.attributes, track, interpolated: true },
});

/** As placed by a person. */
export function placed(shape: ObjectShape): ObjectShape {
  const { interpolated: _, ...attributes } = shape.attributes ?? {};
  return { ...shape, attributes };
}

/** A copy for another image: what its source called it is not the copy's. */
export function copyOf({ id: _id, extra: _extra, ...shape }: ObjectShape): ObjectShape {
  return shape;
}

/** The marks of a sample that are that thing. */
export const ofTrack = (marks: readonly ShownMark[], track: string): (ShownMark & { shape: ObjectShape })[] =>
  marks.filter(
    (mark): mark is ShownMark & { shape: ObjectShape } => isObject(mark.shape) && trackOf(mark.shape) === track,
  );

/** How far the middles of two boxes are apart. */
const apart = (a: ObjectShape, b: ObjectShape): number =>
  Math.hypot(a.box[0] - b.box[0] + (a.box[2] - b.box[2]) / 2, a.box[1] - b.box[1] + (a.box[3] - b.box[3]) / 2);

/**
 * Where a box's thing was placed in another image: by its track, or of one without a track the nearest box of its class, but for those whose `tracks`
 * are of other things.
 */
export function sameThing(
  marks: readonly ShownMark[],
  { class: its, shape }: { class: number; shape: ObjectShape },
  tracks: ReadonlySet<string | null>,
): (ShownMark & { shape: ObjectShape }) | null {
  const track = trackOf(shape);
  const fitting = marks.filter(
    (mark): mark is ShownMark & { shape: ObjectShape } =>
      isObject(mark.shape) &&
      !mark.suggested &&
      !isBetween(mark.shape) &&
      mark.shape.type === 'box' &&
      (track === null ? mark.class === its && !tracks.has(trackOf(mark.shape)) : trackOf(mark.shape) === track),
  );
  return fitting.sort((a, b) => apart(a.shape, shape) - apart(b.shape, shape))[0] ?? null;
}

/** On the straight way from one box to another; `share` from 0 to 1. To a hundredth of a pixel. */
export function boxOnWay(from: Box, to: Box, share: number): Box {
  const at = (i: 0 | 1 | 2 | 3) => Math.round((from[i] + (to[i] - from[i]) * share) * 100) / 100;
  return [at(0), at(1), at(2), at(3)];
}

/** The box of a thing in an image between two in which it was placed. */
export function shapeBetween(from: ObjectShape, to: ObjectShape, share: number, track: string): ObjectShape {
  const turned = from.rotation !== undefined && to.rotation !== undefined;
  return {
    type: 'box',
    box: boxOnWay(from.box, to.box, share),
    ...(turned ? { rotation: from.rotation! + (to.rotation! - from.rotation!) * share } : {}),
    attributes: { ...from.attributes, track, interpolated: true },
  };
}
