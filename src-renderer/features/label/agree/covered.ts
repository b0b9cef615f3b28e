/** A stretch of a text with its class. */
export interface Stretch {
  number: number;
  class: string;
  start: number;
  end: number;
  /** Both passes have it. */
  faint?: boolean;
}

export interface CoveredPiece {
  start: number;
  text: string;
  /** The shortest that lies over it. */
  inner: Stretch | null;
  /** Those that end with it. */
  ends: readonly Stretch[];
  /** Something before it is left out. */
  cut: boolean;
}

/** Of what nothing lies over so much is shown around. */
const around = 400;

/** A text cut where stretches begin and end; long parts that nothing lies over are left out but for their edges. */
export function coveredPieces(text: string, stretches: readonly Stretch[]): CoveredPiece[] {
  const cuts = [...new Set([0, text.length, ...stretches.flatMap(({ start, end }) => [start, end])])]
    .filter((place) => place >= 0 && place <= text.length)
    .sort((a, b) => a - b);
  const open = new Set<Stretch>();
  const byStart = stretches.toSorted((a, b) => a.start - b.start);
  let begun = 0;
  const pieces: CoveredPiece[] = [];
  for (let i = 0; i + 1 < cuts.length; i++) {
    const [start, end] = [cuts[i], cuts[i + 1]];
    for (const one of open) if (one.end <= start) open.delete(one);
    for (; begun < byStart.length && byStart[begun].start <= start; begun++) {
      if (byStart[begun].end > start) open.add(byStart[begun]);
    }
    const inner = [...open].reduce<Stretch | null>(
      (best, one) => (!best || one.end - one.start < best.end - best.start ? one : best),
      null,
    );
    const ends = [...open].filter((one) => one.end === end);
    if (inner || end - start <= 2 * around) {
      pieces.push({ start, text: text.slice(start, end), inner, ends, cut: false });
      continue;
    }
    if (start > 0) pieces.push({ start, text: text.slice(start, start + around), inner, ends, cut: false });
    if (start === 0 || end < text.length)
      pieces.push({
        start: start === 0 && end === text.length ? 0 : end - around,
        text: start === 0 && end === text.length ? text.slice(0, 5 * around) : text.slice(end - around, end),
        inner,
        ends,
        cut: true,
      });
  }
  return pieces;
}
