import type { Box } from '../annotation.ts';

/** x0, y0, x1, y1 …, closed. */
export type Ring = readonly number[];

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export const boxRing = ([x, y, w, h]: Box): Ring => [x, y, x + w, y, x + w, y + h, x, y + h];

export function clippedBox([x, y, w, h]: Box, { left, top, right, bottom }: Rectangle): Box | null {
  const [x0, y0, x1, y1] = [Math.max(x, left), Math.max(y, top), Math.min(x + w, right), Math.min(y + h, bottom)];
  return x1 > x0 && y1 > y0 ? [x0, y0, x1 - x0, y1 - y0] : null;
}

/** Side by side (Sutherland and Hodgman, "Reentrant polygon clipping", 1974). */
export function clipped(ring: Ring, { left, top, right, bottom }: Rectangle): Ring {
  const sides = [
    { axis: 0, sign: 1, at: left },
    { axis: 0, sign: -1, at: right },
    { axis: 1, sign: 1, at: top },
    { axis: 1, sign: -1, at: bottom },
  ];
  let points = ring;
  for (const { axis, sign, at } of sides) {
    const next: number[] = [];
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = [points[i], points[i + 1]];
      const before = (i + points.length - 2) % points.length;
      const [px, py] = [points[before], points[before + 1]];
      const here = sign * ((axis === 0 ? x : y) - at);
      const there = sign * ((axis === 0 ? px : py) - at);
      if (here < 0 !== there < 0)
        next.push(px + ((x - px) * there) / (there - here), py + ((y - py) * there) / (there - here));
      if (here >= 0) next.push(x, y);
    }
    points = next;
  }
  return points;
}

/** The shoelace formula. */
export function areaOf(rings: readonly Ring[]): number {
  let area = 0;
  for (const ring of rings) {
    let twice = 0;
    for (let i = 0; i < ring.length; i += 2) {
      const next = (i + 2) % ring.length;
      twice += ring[i] * ring[next + 1] - ring[next] * ring[i + 1];
    }
    area += Math.abs(twice) / 2;
  }
  return area;
}

export function boundsOf(rings: readonly Ring[]): Box {
  const all = rings.flat();
  const [xs, ys] = [all.filter((_, i) => i % 2 === 0), all.filter((_, i) => i % 2 === 1)];
  const [left, top] = [xs.reduce((a, b) => Math.min(a, b)), ys.reduce((a, b) => Math.min(a, b))];
  return [left, top, xs.reduce((a, b) => Math.max(a, b)) - left, ys.reduce((a, b) => Math.max(a, b)) - top];
}
