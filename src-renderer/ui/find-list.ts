/** One line of a long list. */
export interface FindEntry {
  value: string;
  label: string;
  /** Shown on hovering, where that is more; it is found by this, too. */
  title?: string;
  /** A quieter word after the label. */
  detail?: string;
  checked?: boolean;
  why?: string;
  /** A line stands before it: what follows is of another kind. */
  apart?: boolean;
  testid?: string;
}

/** Of more entries than this nobody reads a list: they are found by what they are called. */
export const mostRead = 60;

/** Drawn above and below what is in sight. */
const beside = 4;

/** Those in whose name all the words stand that were typed, whatever their case; first those that begin so. */
export function entriesNamed<Entry extends FindEntry>(entries: readonly Entry[], text: string): readonly Entry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return entries;
  const [first] = words;
  const begins: Entry[] = [];
  const holds: Entry[] = [];
  for (const entry of entries) {
    const name = `${entry.label} ${entry.title ?? ''}`.toLowerCase();
    if (words.every((word) => name.includes(word))) (name.startsWith(first) ? begins : holds).push(entry);
  }
  return [...begins, ...holds];
}

/** The places that are drawn of so many rows. */
export function inSight(
  count: number,
  { scrollTop, height, rowHeight }: { scrollTop: number; height: number; rowHeight: number },
): { first: number; last: number } {
  const first = Math.max(0, Math.min(count, Math.floor(scrollTop / rowHeight)) - beside);
  return { first, last: Math.min(count, first + Math.ceil(height / rowHeight) + 2 * beside + 1) };
}
