import { lineDiff, type DiffLine } from './diff.ts';

/** A stretch of two texts laid over each other. */
export type DiffPiece = DiffLine;

/** Words, what stands between them, and of scripts without blanks each character. */
const pieces = /[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu;
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

const piecesOf = (text: string): string[] =>
  (text.match(pieces) ?? []).flatMap((piece) => (unspaced.test(piece) ? [...piece] : [piece]));

/** The fewest words removed and added that make one text of the other, told in stretches. */
export function wordDiff(before: string, after: string): DiffPiece[] {
  const newline = '\u0000';
  const lines = (text: string): string =>
    piecesOf(text)
      .map((piece) => piece.replaceAll('\n', newline))
      .join('\n');
  const found: DiffPiece[] = [];
  for (const { kind, text } of lineDiff(lines(before), lines(after))) {
    const last = found.at(-1);
    if (last?.kind === kind) last.text += text.replaceAll(newline, '\n');
    else if (text !== '') found.push({ kind, text: text.replaceAll(newline, '\n') });
  }
  return found;
}
