import type { Box } from '../shared/annotation.ts';
import { AtelierError } from '../shared/errors.ts';
import { measureMask } from '../shared/rle.ts';

/**
 * Pixels of an image, numbered down its columns as COCO numbers them: from, and up to but without, in turn, ascending and apart. Sums and
 * differences of areas take as long as they have runs, however many pixels those are.
 */
export type Area = readonly number[];

/** COCO's run lengths, of nothing and something in turn (see `shared/rle.ts`). */
export function areaOfCounts(counts: readonly number[]): Area {
  const area: number[] = [];
  let at = 0;
  counts.forEach((count, i) => {
    if (i % 2 === 1 && count > 0) {
      if (area[area.length - 1] === at) area[area.length - 1] = at + count;
      else area.push(at, at + count);
    }
    at += count;
  });
  return area;
}

/** Pixels inside of any of these rings x0, y0, x1, y1 …, as pycocotools has them. */
export const areaOfPolygons = (rings: readonly (readonly number[])[], height: number, width: number): Area =>
  rings.map((ring) => areaOfRing(ring, height, width)).reduce((all, ring) => joined(all, ring), []);

/** Outlines are walked in steps of a fifth of a pixel: one of so many is no outline in an image. */
const mostSteps = 20_000_000;

/** github.com/cocodataset/cocoapi, common/maskApi.c, rleFrPoly: the same pixels to the last one. Throws `bad_polygon`. */
function areaOfRing(ring: readonly number[], height: number, width: number): Area {
  const corners = ring.length >> 1;
  const scale = 5;
  const fine = (value: number): number => Math.trunc(scale * value + 0.5);
  const xs: number[] = [];
  const ys: number[] = [];
  let steps = 0;
  const corner = (i: number): [number, number] => [fine(ring[(i % corners) * 2]), fine(ring[(i % corners) * 2 + 1])];
  for (let i = 0; i < corners; i++) {
    let [fromX, fromY, toX, toY] = [...corner(i), ...corner(i + 1)];
    const [dx, dy] = [Math.abs(toX - fromX), Math.abs(toY - fromY)];
    const wide = dx >= dy;
    const length = wide ? dx : dy;
    steps += length + 1;
    if (!(steps <= mostSteps)) {
      throw new AtelierError('bad_polygon', `A polygon's outline reaches far beyond its image of ${width}×${height}.`);
    }
    const turned = wide ? fromX > toX : fromY > toY;
    if (turned) [fromX, fromY, toX, toY] = [toX, toY, fromX, fromY];
    const slope = length === 0 ? 0 : (wide ? toY - fromY : toX - fromX) / length;
    for (let d = 0; d <= length; d++) {
      const t = turned ? length - d : d;
      xs.push(wide ? t + fromX : Math.trunc(fromX + slope * t + 0.5));
      ys.push(wide ? Math.trunc(fromY + slope * t + 0.5) : t + fromY);
    }
  }
  // Where the outline passes the middle of a column, what is below changes from outside to inside or back.
  const turns: number[] = [];
  for (let j = 1; j < xs.length; j++) {
    if (xs[j] === xs[j - 1]) continue;
    const x = ((xs[j] < xs[j - 1] ? xs[j] : xs[j] - 1) + 0.5) / scale - 0.5;
    if (Math.floor(x) !== x || x < 0 || x > width - 1) continue;
    const y = Math.ceil(Math.min(height, Math.max(0, (Math.min(ys[j], ys[j - 1]) + 0.5) / scale - 0.5)));
    turns.push(x * height + y);
  }
  turns.sort((a, b) => a - b);
  const area: number[] = [];
  for (let i = 0; i < turns.length; i += 2) {
    const [from, to] = [turns[i], turns[i + 1] ?? height * width];
    if (from === to) continue;
    if (area[area.length - 1] === from) area[area.length - 1] = to;
    else area.push(from, to);
  }
  return area;
}

/** How many pixels. */
export function sizeOf(area: Area): number {
  let size = 0;
  for (let i = 0; i < area.length; i += 2) size += area[i + 1] - area[i];
  return size;
}

/** The box around it; [0, 0, 0, 0] where it is empty. `height`: the image's. */
export const boxAround = (area: Area, height: number): Box =>
  measureMask(
    area.map((bound, i) => bound - (i > 0 ? area[i - 1] : 0)),
    height,
  ).box;

/** In either. */
export const joined = (a: Area, b: Area): Area => combined(a, b, (inA, inB) => inA || inB);
/** In one of them alone. */
export const differing = (a: Area, b: Area): Area => combined(a, b, (inA, inB) => inA !== inB);
/** How many pixels are in both. */
export function shared(a: Area, b: Area): number {
  let size = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    size += Math.max(0, Math.min(a[i + 1], b[j + 1]) - Math.max(a[i], b[j]));
    if (a[i + 1] < b[j + 1]) i += 2;
    else j += 2;
  }
  return size;
}

function combined(a: Area, b: Area, holds: (inA: boolean, inB: boolean) => boolean): Area {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const area: number[] = [];
  let inside = false;
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const at = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    if (a[i] === at) i++;
    if (b[j] === at) j++;
    // An odd number of bounds has been passed: inside.
    const now = holds(i % 2 === 1, j % 2 === 1);
    if (now !== inside) area.push(at);
    inside = now;
  }
  return area;
}
