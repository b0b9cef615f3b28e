import type { Extra } from '../../shared/annotation.ts';
import type { Rejects } from '../importers/importer.ts';
import { isTag } from './tags.ts';

/** Which of the columns is what, and what stands between them. */
export type ConllLayout = {
  columns: number;
  /** The token's; the tag's is the last. */
  token: number;
  separator: '\t' | ' ';
};

export interface Sentence {
  tokens: string[];
  tags: string[];
  /** The columns that are neither. */
  columns: string[][];
  /** Lines before it that are no tokens: the mark of a new document, comments. */
  extra?: Extra;
}

const maxToken = 1000;
/** A sentence longer than this is a file without blank lines. */
const maxTokens = 100_000;
const docstart = '-DOCSTART-';

const cut = (line: string, separator: string): string[] =>
  separator === '\t' ? line.split('\t').map((cell) => cell.trim()) : line.trim().split(/ +|\t+/);

/** Null where the text is no such file: most lines must end in a tag, and some tag must mark something. */
export function conllLayout(text: string, whole: boolean): ConllLayout | null {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n?|\n/);
  if (!whole) lines.pop();
  const comment = (line: string): boolean => line.startsWith('#') && !isTag(line.trim().split(/\s+/).at(-1)!);
  const shown = lines
    .slice(0, 2000)
    .filter((line) => line.trim() !== '' && !line.startsWith(docstart) && !comment(line));
  if (shown.length < 2) return null;
  const separator = shown.filter((line) => line.includes('\t')).length * 2 > shown.length ? '\t' : ' ';
  const rows = shown.map((line) => cut(line, separator));
  const counts = new Map<number, number>();
  for (const row of rows)
    if (row.length > 1 && isTag(row.at(-1)!)) counts.set(row.length, (counts.get(row.length) ?? 0) + 1);
  const [columns, times] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? [0, 0];
  if (times < shown.length * 0.8) return null;
  const good = rows.filter((row) => row.length === columns);
  if (!good.some((row) => row.at(-1) !== 'O' && isTag(row.at(-1)!))) return null;
  // Where lines are counted, the number comes first.
  const counted = columns > 2 && good[0][0] === '1' && good.every(([first]) => /^\d+$/.test(first));
  return { columns, token: counted ? 1 : 0, separator };
}

/** Sentences in order. Lines that do not fit are listed and left out, the others of their sentence are kept. */
export function* readConll(
  text: string,
  name: string,
  { columns, token, separator }: ConllLayout,
  rejects: Rejects,
): Generator<Sentence> {
  let rows: string[][] = [];
  let before: { docstart?: string; comments?: string[] } = {};
  const others = Array.from({ length: columns - 1 }, (_, i) => i).filter((i) => i !== token);
  const sentence = (): Sentence => {
    const made: Sentence = {
      tokens: rows.map((row) => row[token]),
      tags: rows.map((row) => row[columns - 1]),
      columns: others.map((i) => rows.map((row) => row[i])),
      ...(Object.keys(before).length > 0 && { extra: before }),
    };
    rows = [];
    before = {};
    return made;
  };
  for (const [i, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n?|\n/)
    .entries()) {
    if (line.trim() === '') {
      if (rows.length > 0) yield sentence();
      continue;
    }
    if (line.startsWith(docstart)) {
      if (rows.length > 0) yield sentence();
      before.docstart = line.trimEnd();
      continue;
    }
    const cells = cut(line, separator);
    const fits = cells.length === columns && isTag(cells[columns - 1]) && cells[token] !== '';
    if (fits && cells[token].length <= maxToken) {
      rows.push(cells);
      if (rows.length >= maxTokens) yield sentence();
    } else if (line.startsWith('#') && rows.length === 0) (before.comments ??= []).push(line.trimEnd());
    else {
      const where = `${name}: line ${i + 1}`;
      rejects.add(where, 'bad_token', `${where} is not ${columns} columns with a tag in the last.`);
    }
  }
  if (rows.length > 0) yield sentence();
}
