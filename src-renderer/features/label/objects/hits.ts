import type { Box } from '../../../../src-main/shared/annotation.ts';
import { distance, grown, overlaps, type Point } from './geometry.ts';
import type { Item, Scene } from './scene.ts';
import { areaOfShape, awayFrom, boundsOfShape, gripsOf, type Grip, type ObjectShape } from './shapes.ts';

/** Shapes whose boxes are within reach of a point. */
export const itemsNear = (scene: Scene, [x, y]: Point, reach: number): Item[] =>
  scene.index.touching(grown([x, y, 0, 0], reach)).flatMap((key) => scene.item(key) ?? []);

/** Keys of visible shapes within reach, the smallest first: what lies in another one can be had. */
export function keysUnder(scene: Scene, point: Point, reach: number): number[] {
  return itemsNear(scene, point, reach)
    .filter((item) => !item.hidden && awayFrom(point, item.shape) <= reach)
    .sort((a, b) => areaOfShape(a.shape) - areaOfShape(b.shape) || b.key - a.key)
    .map(({ key }) => key);
}

/** What of a shape is within reach; corners come before the middles of edges. */
export function gripUnder(shape: ObjectShape, point: Point, reach: number): Grip | null {
  let best: { grip: Grip; away: number } | null = null;
  for (const { grip, point: at } of gripsOf(shape)) {
    const away = distance(point, at) + (grip.at === 'edge' ? reach / 2 : 0);
    if (away <= reach && (!best || away < best.away)) best = { grip, away };
  }
  return best?.grip ?? null;
}

/** Keys of visible shapes that lie in a box as a whole. */
export function keysInside(scene: Scene, [x, y, width, height]: Box): number[] {
  return scene.index.touching([x, y, width, height]).filter((key) => {
    const item = scene.item(key);
    if (!item || item.hidden) return false;
    const its = boundsOfShape(item.shape);
    return (
      overlaps(its, [x, y, width, height]) &&
      its[0] >= x &&
      its[1] >= y &&
      its[0] + its[2] <= x + width &&
      its[1] + its[3] <= y + height
    );
  });
}
