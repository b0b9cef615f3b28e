import { linesOf } from './spans/text-lines.ts';

/** A longer text is not laid out all at once: a megabyte in one piece holds the page for seconds. */
export const firstCharacters = 20_000;
const blockCharacters = 4000;

/** A text in pieces of some thousand characters, cut at line breaks, else where a long line may be cut: each is laid out by itself. */
export function textBlocks(text: string): string[] {
  const blocks: string[] = [];
  let [start, end] = [0, 0];
  for (const line of linesOf(text)) {
    if (line.end - start > blockCharacters && end > start) {
      blocks.push(text.slice(start, end));
      start = line.start;
    }
    end = line.end;
  }
  blocks.push(text.slice(start, end));
  return blocks;
}

/** Its beginning, no longer than `firstCharacters`. */
export function beginningOf(text: string): string {
  const lines = linesOf(text.slice(0, firstCharacters));
  // What the cut left of the last line is not shown.
  return text.slice(0, lines.at(-2)?.end ?? firstCharacters);
}
