import { nearestEdge, type Point, type Size } from './geometry.ts';
import { boxCorners, type ObjectShape } from './shapes.ts';

/**
 * Where a point is drawn to, no further than `reach` pixels: to a corner of a shape near by; else to an edge of one; else to the edge of the image.
 * The point itself where there is nothing.
 */
export function snapped(point: Point, reach: number, near: readonly ObjectShape[], image: Size): Point {
  let corner: { on: Point; away: number } = { on: point, away: reach };
  let edge: { on: Point; away: number } = { on: point, away: reach };
  for (const shape of near) {
    const rings = shape.polygons && shape.type === 'polygon' ? shape.polygons : [boxCorners(shape).flat()];
    if (shape.type === 'mask' || shape.type === 'keypoints') continue;
    for (const ring of rings) {
      for (let i = 0; i + 1 < ring.length; i += 2) {
        const away = Math.hypot(ring[i] - point[0], ring[i + 1] - point[1]);
        if (away < corner.away) corner = { on: [ring[i], ring[i + 1]], away };
      }
      const found = nearestEdge(point, ring);
      if (found.away < edge.away) edge = found;
    }
  }
  if (corner.away < reach) return corner.on;
  if (edge.away < reach) return edge.on;
  const to = (at: number, most: number): number => (Math.abs(at) < reach ? 0 : Math.abs(at - most) < reach ? most : at);
  return [to(point[0], image.width), to(point[1], image.height)];
}
