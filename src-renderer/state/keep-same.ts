/** The list that was there before, where the next one has the very same things in it: what follows from it is not worked out anew. */
export const keepSame = <T>(next: readonly T[], before: readonly T[]): readonly T[] =>
  next.length === before.length && next.every((one, i) => one === before[i]) ? before : next;
