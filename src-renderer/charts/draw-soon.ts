/**
 * Charts are drawn in turn, with the next frame: of many that change at once some in this one and the rest in those after it, so that the
 * window answers meanwhile. One that changes again before its turn is drawn once, as it is then, and keeps its turn.
 */
const waiting = new Map<object, () => void>();
/** Milliseconds of a frame that may go into drawing, but for one chart. */
const budget = 10;
let frame = 0;

export function drawSoon(owner: object, draw: () => void): void {
  waiting.set(owner, draw);
  frame ||= requestAnimationFrame(work);
}

export const drawNoMore = (owner: object): boolean => waiting.delete(owner);

function work(): void {
  frame = 0;
  const begun = performance.now();
  for (const [owner, draw] of waiting) {
    waiting.delete(owner);
    draw();
    if (performance.now() - begun > budget) break;
  }
  if (waiting.size > 0) frame = requestAnimationFrame(work);
}
