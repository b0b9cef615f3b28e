/** What is seen of a recording, in seconds. */
export interface TimeView {
  from: number;
  to: number;
}

/** Closer than this nothing more is to be seen. */
const closest = 0.005;

/** Larger or smaller about a place, which stays where it is; never beyond the recording. */
export function zoomed({ from, to }: TimeView, about: number, factor: number, length: number): TimeView {
  const span = Math.min(length, Math.max(Math.min(closest, length), (to - from) * factor));
  const share = to > from ? (about - from) / (to - from) : 0.5;
  return fitted({ from: about - share * span, to: about + (1 - share) * span }, length);
}

export const panned = ({ from, to }: TimeView, by: number, length: number): TimeView =>
  fitted({ from: from + by, to: to + by }, length);

/** So that a place is in view, with a little before and after it: by as little as that takes. */
export function showing(view: TimeView, place: number, length: number): TimeView {
  const margin = (view.to - view.from) * 0.05;
  if (place < view.from + margin) return panned(view, place - margin - view.from, length);
  if (place > view.to - margin) return panned(view, place + margin - view.to, length);
  return view;
}

function fitted({ from, to }: TimeView, length: number): TimeView {
  const span = Math.min(length, to - from);
  const start = Math.max(0, Math.min(length - span, from));
  return { from: start, to: start + span };
}

/** A step of 1, 2 or 5 times a power of ten, of which about `wanted` fit. */
export function tickStep({ from, to }: TimeView, wanted: number): number {
  const rough = Math.max(1e-6, (to - from) / Math.max(1, wanted));
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= rough)!;
}
