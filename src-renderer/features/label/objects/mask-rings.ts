import { distance, insideRing, nearestOnLine, signedArea, type Point, type Ring } from './geometry.ts';
import type { Bits } from './mask-bits.ts';

/**
 * The outlines of a mask along the edges of its pixels, one ring for each part; a hole is joined to the ring around it by a line there and back.
 * `away`: corners that lie no further than so many pixels from the line without them are left out (Douglas and Peucker, 1973); with 0 the rings
 * hold exactly the same pixels.
 */
export function ringsOfBits(bits: Bits, away: number): number[][] {
  const traced = outlines(bits);
  const thinned = (ring: Ring): number[] => (away > 0 ? simplified(ring, away) : [...ring]);
  const outer = traced.filter((ring) => signedArea(ring) > 0).map((ring) => ({ ring, out: thinned(ring) }));
  for (const hole of traced.filter((ring) => signedArea(ring) < 0)) {
    const [x, y] = hole;
    // The smallest ring around it: a part may lie in a hole of another one. Half a pixel inwards is surely not on an edge.
    const around = outer
      .filter(({ ring }) => insideRing([x + 0.5, y - 0.5], ring) || insideRing([x - 0.5, y + 0.5], ring))
      .sort((a, b) => signedArea(a.ring) - signedArea(b.ring))[0];
    const its = thinned(hole);
    if (around && its.length >= 6) around.out = joined(around.out, its);
  }
  return outer.map(({ out }) => out).filter((ring) => ring.length >= 6);
}

/** Right, down, left, up. */
const steps = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;

/** Follows the cracks between pixels with the mask on the right hand; only corners are kept. */
function outlines({ left, top, width, height, pixels }: Bits): number[][] {
  const stride = width + 1;
  /** By the crack's beginning: which ways lead on, as bits. */
  const ways = new Map<number, number>();
  const on = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && pixels[y * width + x] === 1;
  const lead = (x: number, y: number, way: number): void => {
    const at = y * stride + x;
    ways.set(at, (ways.get(at) ?? 0) | (1 << way));
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (pixels[y * width + x] !== 1) continue;
      if (!on(x, y - 1)) lead(x, y, 0);
      if (!on(x + 1, y)) lead(x + 1, y, 1);
      if (!on(x, y + 1)) lead(x + 1, y + 1, 2);
      if (!on(x - 1, y)) lead(x, y + 1, 3);
    }
  }
  const rings: number[][] = [];
  for (const begin of ways.keys()) {
    while ((ways.get(begin) ?? 0) !== 0) {
      const ring: number[] = [];
      let [at, way] = [begin, -1];
      do {
        const open = ways.get(at)!;
        // Where two pixels touch by a corner they are two parts: right comes before straight on and left.
        const next = way < 0 ? lowest(open) : [(way + 1) % 4, way, (way + 3) % 4].find((each) => open & (1 << each))!;
        if (next !== way) ring.push((at % stride) + left, Math.floor(at / stride) + top);
        ways.set(at, open & ~(1 << next));
        way = next;
        at += steps[way][1] * stride + steps[way][0];
      } while (at !== begin);
      rings.push(ring);
    }
  }
  return rings;
}

const lowest = (bits: number): number => 31 - Math.clz32(bits & -bits);

/** A hole spliced in where it is nearest to a corner of the ring around it. */
function joined(ring: Ring, hole: Ring): number[] {
  let best = { ring: 0, hole: 0, away: Infinity };
  for (let i = 0; i < ring.length; i += 2) {
    for (let k = 0; k < hole.length; k += 2) {
      const away = distance([ring[i], ring[i + 1]], [hole[k], hole[k + 1]]);
      if (away < best.away) best = { ring: i, hole: k, away };
    }
  }
  const its = [...hole.slice(best.hole), ...hole.slice(0, best.hole + 2)];
  return [...ring.slice(0, best.ring + 2), ...its, ...ring.slice(best.ring)];
}

/** Between the two corners that are furthest apart from each other, each way. */
export function simplified(ring: Ring, away: number): number[] {
  const count = ring.length / 2;
  const point = (i: number): Point => [ring[2 * (i % count)], ring[2 * (i % count) + 1]];
  let far = 0;
  for (let i = 1; i < count; i++) if (distance(point(0), point(i)) > distance(point(0), point(far))) far = i;
  const keep = new Set([0, far]);
  const waiting: [number, number][] = [
    [0, far],
    [far, count],
  ];
  for (let part = waiting.pop(); part; part = waiting.pop()) {
    const [from, to] = part;
    let [most, at] = [away, -1];
    for (let i = from + 1; i < to; i++) {
      const off = distance(point(i), nearestOnLine(point(i), point(from), point(to)));
      if (off > most) [most, at] = [off, i];
    }
    if (at < 0) continue;
    keep.add(at);
    waiting.push([from, at], [at, to]);
  }
  return [...keep].sort((a, b) => a - b).flatMap((i) => [...point(i)]);
}
