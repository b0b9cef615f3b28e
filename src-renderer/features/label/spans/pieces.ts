import type { SpanMark } from './span-index.ts';
import type { TextLine } from './text-lines.ts';

/** A stretch of a line that the same spans lie over. */
export interface Piece {
  start: number;
  end: number;
  /** By lane, from the outermost; undefined: free here. */
  lanes: readonly (SpanMark | undefined)[];
  /** The shortest of them: what a click means. */
  innermost: SpanMark | undefined;
  /** Those that begin and end with it; the inner ones end first. */
  begins: readonly SpanMark[];
  ends: readonly SpanMark[];
}

export interface LinePieces {
  pieces: readonly Piece[];
  /** How many spans lie over one another at most; not more than `mostLanes`. */
  lanes: number;
  /** Spans that there was no lane for. */
  hidden: number;
}

/** More lines under a text cannot be told apart. */
export const mostLanes = 8;

/** A line cut wherever a span begins or ends. `spans`: those that touch it, in order. Spans that cross are in lanes of their own. */
export function piecesOf(line: TextLine, spans: readonly SpanMark[]): LinePieces {
  const laneOf = new Map<SpanMark, number>();
  const ends = new Float64Array(mostLanes).fill(-1);
  let lanes = 0;
  for (const span of spans) {
    const lane = ends.findIndex((end) => end <= span.shape.start);
    if (lane < 0) continue;
    ends[lane] = Math.max(span.shape.end, span.shape.start + 1);
    laneOf.set(span, lane);
    lanes = Math.max(lanes, lane + 1);
  }
  const drawn = spans.filter((span) => laneOf.has(span));
  const within = (place: number) => Math.max(line.start, Math.min(line.end, place));
  const cuts = [
    ...new Set([line.start, line.end, ...drawn.flatMap(({ shape }) => [within(shape.start), within(shape.end)])]),
  ].sort((a, b) => a - b);
  const over: (SpanMark | undefined)[] = Array.from({ length: lanes });
  const byEnd = drawn.toSorted((a, b) => a.shape.end - b.shape.end || b.shape.start - a.shape.start);
  let begun = 0;
  let ended = 0;
  const pieces = cuts.slice(0, Math.max(1, cuts.length - 1)).map((start, i): Piece => {
    const end = cuts[i + 1] ?? start;
    over.forEach((span, lane) => {
      if (span && span.shape.end <= start) over[lane] = undefined;
    });
    const begins: SpanMark[] = [];
    for (; begun < drawn.length && drawn[begun].shape.start <= start; begun++) {
      const span = drawn[begun];
      if (span.shape.end > start) over[laneOf.get(span)!] = span;
      if (span.shape.start === start) begins.push(span);
    }
    const finished: SpanMark[] = [];
    // One that takes the line break with it is over where the line is.
    const until = end === line.end ? Math.max(end, line.next) : end;
    for (; ended < byEnd.length && byEnd[ended].shape.end <= until; ended++) finished.push(byEnd[ended]);
    const innermost = over.reduce<SpanMark | undefined>(
      (best, one) => (one && (!best || lengthOf(one) <= lengthOf(best)) ? one : best),
      undefined,
    );
    return { start, end, lanes: [...over], innermost, begins, ends: finished };
  });
  return { pieces, lanes, hidden: spans.length - drawn.length };
}

const lengthOf = ({ shape }: SpanMark): number => shape.end - shape.start;
