/** Where in a text something begins and ends, in UTF-16 units. */
export interface Span {
  start: number;
  end: number;
}

export interface Finder {
  /** In order, none over another. */
  find(text: string): Span[];
  /** What two ways to write the same have in common: they get one hash. */
  normal(text: string): string;
}

/** The matches that pass `valid`; of what does not, what begins one character further may. */
export function matching(text: string, pattern: RegExp, valid: (match: string) => boolean): Span[] {
  const spans: Span[] = [];
  pattern.lastIndex = 0;
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const [match] = found;
    if (valid(match)) spans.push({ start: found.index, end: found.index + match.length });
    else pattern.lastIndex = found.index + 1;
  }
  return spans;
}

/** Spans of several searches: what begins first counts, of those the longest; none over another. */
export function apart(spans: readonly Span[]): Span[] {
  const kept: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (kept.length === 0 || span.start >= kept[kept.length - 1].end) kept.push(span);
  }
  return kept;
}

export const digitsOf = (text: string): string => text.replace(/\D/g, '');
export const compact = (text: string): string => text.replace(/[^0-9A-Za-z]/g, '').toUpperCase();
