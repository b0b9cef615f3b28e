/** Relations as arcs above the text, as brat draws them (Stenetorp et al. 2012): where each goes, and how high. */

/** Where a span stands in what is drawn, in pixels: `x` in its first row, `y` that row's upper edge. Or which way it lies out of view. */
export type ArcPlace = { x: number; y: number } | 'above' | 'below';

export interface ArcEnds {
  key: number;
  from: ArcPlace;
  to: ArcPlace;
}

/** A part of an arc, over one row of text. */
export interface ArcPiece {
  key: number;
  /** As SVG has it. */
  path: string;
  /** The arrow's tip, where it has one. */
  tip: { x: number; y: number } | null;
  /** The middle of what the class is written on; null where another part of the arc has it. */
  word: { x: number; y: number } | null;
}

/** More of them over one row lie over one another. */
export const mostLanes = 4;
export const laneHeight = 14;
const lowest = 9;
const corner = 5;

interface Run {
  key: number;
  y: number;
  /** Where it goes up, and where it ends: at the other span, or at an edge of the text. */
  x: number;
  end: number;
  /** It comes down at its end. */
  down: boolean;
  tip: 'x' | 'end' | null;
  named: boolean;
}

/** The parts of all arcs. `edges`: of the text, from left to right. Short ones lie under long ones. */
export function arcPieces(arcs: readonly ArcEnds[], edges: { left: number; right: number }): ArcPiece[] {
  const rows = new Map<number, Run[]>();
  for (const run of arcs.flatMap((arc) => runsOf(arc, edges))) {
    const row = Math.round(run.y);
    const others = rows.get(row);
    if (others) others.push(run);
    else rows.set(row, [run]);
  }
  return [...rows.values()].flatMap((runs) => {
    const lanes: [number, number][][] = [];
    return runs
      .sort((a, b) => Math.abs(a.end - a.x) - Math.abs(b.end - b.x) || a.key - b.key)
      .map((run) => {
        const [left, right] = [Math.min(run.x, run.end), Math.max(run.x, run.end)];
        const free = lanes.findIndex((taken) => taken.every(([from, to]) => right < from || left > to));
        const lane = free >= 0 ? free : lanes.length;
        (lanes[lane] ??= []).push([left, right]);
        return drawn(run, Math.min(lane, mostLanes - 1));
      });
  });
}

function runsOf({ key, from, to }: ArcEnds, { left, right }: { left: number; right: number }): Run[] {
  const [start, end] = [from, to].map((place) => (typeof place === 'string' ? null : place));
  if (start && end && Math.abs(start.y - end.y) < 2) {
    return [{ key, y: start.y, x: start.x, end: end.x, down: true, tip: 'end', named: true }];
  }
  const isBelow = (place: ArcPlace, than: { y: number }): boolean =>
    place === 'below' || (place !== 'above' && place.y > than.y);
  return [
    ...(start ? [{ key, ...start, end: isBelow(to, start) ? right : left, down: false, tip: null, named: true }] : []),
    ...(end
      ? [{ key, ...end, end: isBelow(from, end) ? right : left, down: false, tip: 'x' as const, named: !start }]
      : []),
  ];
}

function drawn({ key, y, x, end, down, tip, named }: Run, lane: number): ArcPiece {
  const top = y - lowest - lane * laneHeight;
  const way = end < x ? -1 : 1;
  const round = Math.min(corner, Math.abs(end - x) / 2);
  const up = `M${x} ${y}V${top + round}Q${x} ${top} ${x + way * round} ${top}`;
  const path = down ? `${up}H${end - way * round}Q${end} ${top} ${end} ${top + round}V${y}` : `${up}H${end}`;
  return {
    key,
    path,
    tip: tip && { x: tip === 'x' ? x : end, y },
    word: named ? { x: (x + end) / 2, y: top } : null,
  };
}

/** How many lanes the arcs of a line of text need, by where they begin and end in it. */
export function lanesFor(stretches: readonly (readonly [number, number])[]): number {
  const edges = stretches.flatMap(([from, to]) => [
    [Math.min(from, to), 1],
    [Math.max(from, to), -1],
  ]);
  let [now, most] = [0, 0];
  for (const [, by] of edges.sort(([a, up], [b, other]) => a - b || other - up)) most = Math.max(most, (now += by));
  return Math.min(mostLanes, most);
}
