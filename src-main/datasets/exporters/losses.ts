import type { ImageObject } from '../../shared/annotation.ts';
import type { Losses } from './exporter.ts';

const flags = ['crowd', 'difficult', 'occluded', 'truncated'] as const;
/** What a format may have room for of an image's object besides its box and class. */
type Room = 'ids' | 'attributes' | 'polygons' | 'masks' | 'keypoints' | 'rotations' | 'other fields' | 'flags';

/** Counts what an object has that its format has no room for. */
export function countLost(object: ImageObject, room: readonly Room[], losses: Losses): void {
  const has: [Room, boolean][] = [
    ['ids', object.id !== undefined],
    ['attributes', object.attributes !== undefined],
    ['polygons', object.polygons !== undefined],
    ['masks', object.mask !== undefined],
    ['keypoints', object.keypoints !== undefined],
    ['rotations', object.rotation !== undefined],
    ['other fields', object.extra !== undefined],
  ];
  for (const [what, is] of has) if (is && !room.includes(what)) losses.add(what);
  if (room.includes('flags')) return;
  for (const flag of flags) if (object.flags?.[flag]) losses.add(`"${flag}" marks`);
}
