import type { TagScheme } from '../../shared/annotation.ts';

/** What each scheme calls the first, a middle, the last and a single token of a span. */
const letters: Record<TagScheme, { first: string; middle: string; last: string; single: string }> = {
  bio: { first: 'B', middle: 'I', last: 'I', single: 'B' },
  iob1: { first: 'I', middle: 'I', last: 'I', single: 'I' },
  bioes: { first: 'B', middle: 'I', last: 'E', single: 'S' },
  bilou: { first: 'B', middle: 'I', last: 'L', single: 'U' },
  bmes: { first: 'B', middle: 'M', last: 'E', single: 'S' },
};

/** Tokens `first` to `last`, both within. */
export interface TokenSpan {
  first: number;
  last: number;
  class: string;
}

const parts = (tag: string): [string, string] | null => {
  const found = /^([BIESLUM])-(.+)$/.exec(tag);
  return found && [found[1], found[2]];
};

export const isTag = (text: string): boolean => text === 'O' || parts(text) !== null;

/** Told by its letters, and by whether spans begin without a B. */
export class SchemeGuess {
  readonly #letters = new Set<string>();
  #bareBegin = false;
  #neededB = true;

  add(tags: readonly string[]): void {
    tags.forEach((tag, i) => {
      const [letter, name] = parts(tag) ?? [];
      if (letter === undefined) return;
      this.#letters.add(letter);
      const follows = i > 0 && parts(tags[i - 1])?.[1] === name;
      if (letter === 'I' && !follows) this.#bareBegin = true;
      if (letter === 'B' && !follows) this.#neededB = false;
    });
  }

  get scheme(): TagScheme {
    const has = (letter: string): boolean => this.#letters.has(letter);
    if (has('L') || has('U')) return 'bilou';
    if (has('M')) return 'bmes';
    if (has('E') || has('S')) return 'bioes';
    return this.#bareBegin && this.#neededB ? 'iob1' : 'bio';
  }
}

/** Reads any of the schemes; a span that does not begin as its scheme says begins all the same, as conlleval reads it. */
export function spansOf(tags: readonly string[]): TokenSpan[] {
  const spans: TokenSpan[] = [];
  let open: TokenSpan | null = null;
  tags.forEach((tag, i) => {
    const [letter, name] = parts(tag) ?? [];
    if (letter === undefined || name === undefined) {
      open = null;
      return;
    }
    if (!open || open.class !== name || letter === 'B' || letter === 'S' || letter === 'U') {
      open = { first: i, last: i, class: name };
      spans.push(open);
    } else open.last = i;
    if (letter === 'E' || letter === 'L' || letter === 'S' || letter === 'U') open = null;
  });
  return spans;
}

/** The tags of so many tokens. Where spans overlap, the ones that begin later, or end sooner, are left out. */
export function tagsOf(
  count: number,
  spans: readonly TokenSpan[],
  scheme: TagScheme,
): { tags: string[]; left: number } {
  const tags = new Array<string>(count).fill('O');
  const sorted = [...spans].sort((a, b) => a.first - b.first || b.last - a.last);
  const { first: begin, middle, last: end, single } = letters[scheme];
  let [after, left] = [0, 0];
  let before: TokenSpan | null = null;
  for (const span of sorted) {
    if (span.first < after) {
      left++;
      continue;
    }
    const touches: boolean = before !== null && before.last + 1 === span.first && before.class === span.class;
    for (let i = span.first; i <= span.last; i++) {
      const letter =
        scheme === 'iob1' && i === span.first && touches
          ? 'B'
          : span.first === span.last
            ? single
            : i === span.first
              ? begin
              : i === span.last
                ? end
                : middle;
      tags[i] = `${letter}-${span.class}`;
    }
    after = span.last + 1;
    before = span;
  }
  return { tags, left };
}
