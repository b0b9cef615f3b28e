import { wholeView, type FigureSpan, type FigureView } from '../../src-main/shared/chart/figure.ts';

/** As much of an axis is seen at the least. */
const least = 1e-4;

function within({ from, to }: FigureSpan, whole: FigureSpan): FigureSpan {
  const size = Math.min(whole.to - whole.from, Math.max(least, to - from));
  const start = Math.min(whole.to - size, Math.max(whole.from, from));
  return { from: start, to: start + size };
}

const isWhole = ({ x, y }: FigureView): boolean =>
  [
    [x, wholeView.x],
    [y, wholeView.y],
  ].every(([span, all]) => span.to - span.from > (all.to - all.from) * 0.999);

/** null: all of it. */
export const viewOf = (view: FigureView): FigureView | null => (isWhole(view) ? null : view);

/** Nearer by a factor about a place, given as shares of what is in sight, from the left and from the bottom. */
export function zoomed(view: FigureView, at: { x: number; y: number }, factor: number): FigureView {
  const about = (span: FigureSpan, share: number, whole: FigureSpan) => {
    const middle = span.from + share * (span.to - span.from);
    const size = (span.to - span.from) / factor;
    return within({ from: middle - share * size, to: middle + (1 - share) * size }, whole);
  };
  return { x: about(view.x, at.x, wholeView.x), y: about(view.y, at.y, wholeView.y) };
}

/** What lies between two corners, given as shares of what is in sight. A stretch of one direction leaves the other as it is. */
export function boxed(view: FigureView, a: { x: number; y: number }, b: { x: number; y: number }): FigureView {
  const between = (span: FigureSpan, p: number, q: number, whole: FigureSpan) => {
    if (Math.abs(p - q) < 0.02) return span;
    const at = (share: number) => span.from + Math.min(1, Math.max(0, share)) * (span.to - span.from);
    return within({ from: at(Math.min(p, q)), to: at(Math.max(p, q)) }, whole);
  };
  return { x: between(view.x, a.x, b.x, wholeView.x), y: between(view.y, a.y, b.y, wholeView.y) };
}
