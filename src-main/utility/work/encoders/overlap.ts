/** A part of a row of tokens: [from, to). */
export interface Part {
  from: number;
  to: number;
}

/** Parts of so many at most, each of which begins in the middle of the one before: so each token is seen with what is around it. */
export function overlapping(count: number, room: number): Part[] {
  const parts: Part[] = [{ from: 0, to: Math.min(count, room) }];
  const step = Math.max(1, Math.floor(room / 2));
  while (parts[parts.length - 1].to < count) {
    const from = parts[parts.length - 1].from + step;
    parts.push({ from, to: Math.min(count, from + room) });
  }
  return parts;
}

/** The part in which a token has most on its poorer side (Devlin et al. 2019); of equal ones the first. */
export function mostAround(place: number, parts: readonly Part[]): number {
  let [best, most] = [0, -1];
  for (const [i, { from, to }] of parts.entries()) {
    const around = Math.min(place - from, to - 1 - place);
    if (around > most) [best, most] = [i, around];
  }
  return best;
}
