import { grown, type Point, type Size } from './geometry.ts';
import { keysUnder } from './hits.ts';
import { bitsOf, maskOf, stroke, strokeBox, withRoom, type Bits } from './mask-bits.ts';
import type { Item, Scene } from './scene.ts';
import type { ObjectShape } from './shapes.ts';
import type { Box } from '../../../../src-main/shared/annotation.ts';

/** What a brush or an eraser has made of a mask so far; `key` null: of a new one. */
export interface MaskDraft {
  kind: 'mask';
  key: number | null;
  bits: Bits;
}

/** The mask that a brush goes on with: the one selected, else a new one; an eraser's is the one under it, without which it does nothing. */
export function strokeBegun(scene: Scene, one: Item | null, point: Point, value: 0 | 1): MaskDraft | null {
  const masked = (item: Item | null | undefined) => (item && !item.locked && item.shape.type === 'mask' ? item : null);
  const under = value === 0 ? keysUnder(scene, point, 0).map((key) => masked(scene.item(key))) : [];
  const item = masked(one) ?? under.find(Boolean) ?? null;
  if (value === 0 && !item) return null;
  const bits = item?.shape.mask ? bitsOf(item.shape.mask) : null;
  return { kind: 'mask', key: item?.key ?? null, bits: withRoom(bits, [point[0], point[1], 0, 0], scene.size) };
}

/** Goes on from one point to the next; the bits may be others then. */
export function strokeOn(
  { key, bits }: MaskDraft,
  [from, to]: readonly [Point, Point],
  { radius, value }: { radius: number; value: 0 | 1 },
  size: Size,
): MaskDraft {
  const room = value === 1 ? strokeBox(from, to, radius) : null;
  const now = room && !contains(bits, room, size) ? withRoom(bits, grown(room, 64), size) : bits;
  stroke(now, from, to, radius, value);
  return { kind: 'mask', key, bits: now };
}

/** Outlines that its source gave besides hold no longer. */
export function remasked(shape: ObjectShape, made: ReturnType<typeof maskOf>): ObjectShape {
  const { polygons: _polygons, flags: _flags, ...rest } = shape;
  return { ...rest, ...made };
}

const contains = ({ left, top, width, height }: Bits, [x, y, across, down]: Box, image: Size): boolean =>
  Math.max(0, x) >= left &&
  Math.max(0, y) >= top &&
  Math.min(image.width, x + across) <= left + width &&
  Math.min(image.height, y + down) <= top + height;
