import { parseNumber, readCell } from '../cells.ts';
import { uniqueNames } from '../tables/names.ts';
import { parseRecords, type CsvRecord } from './records.ts';

/** How a table is written down. */
export interface Dialect {
  delimiter: string;
  /** '' where quotes are ordinary characters. */
  quote: '"' | "'" | '';
  columns: number;
  /** Lines before the table begins: a title, a comment. */
  skipLines: number;
  header: boolean;
  /** Unique even where case is ignored. */
  names: string[];
}

/** In order of preference among equals. */
const delimiters = [',', '\t', ';', '||', '|', '^', '~', '\u001f', '\u0001', '::', ':', ' '];
/** Taken where none of those cuts anything, and what they cut holds numbers. */
const rareDelimiters = ['#', '*', '&', '!', '§', '¦', '·', '、', '，', '；', '｜'];
const sniffed = 64 * 1024;

/**
 * Tells delimiter, quoting, header and columns by content. `text` is the file's beginning, `whole` if it is all of it.
 * Null: not a table of at least two columns.
 */
export function sniffDialect(text: string, whole: boolean): Dialect | null {
  const sample = text.length > sniffed ? text.slice(0, sniffed) : text;
  const cut = !whole || sample.length < text.length;
  const best = bestOf(delimiters, sample, cut) ?? bestOf(rareDelimiters, sample, cut, true);
  if (!best) return null;
  // A quote that only begins a word ("'twas") may come late in the file: look further with the delimiter now known.
  if (best.quote !== '' && text.length > sample.length && text.includes(best.quote)) {
    const quoted = judge(parseRecords(text, best.delimiter, best.quote, !whole), best.delimiter, best.quote);
    const plain = judge(parseRecords(text, best.delimiter, '', !whole), best.delimiter, '');
    if (plain && plain.score > (quoted?.score ?? 0) + 0.02) best.quote = '';
  }
  const records = parseRecords(sample, best.delimiter, best.quote, cut).filter((record) => !isBlank(record));
  return { ...layout(records, best.columns), delimiter: best.delimiter, quote: best.quote, columns: best.columns };
}

interface Judged {
  delimiter: string;
  quote: Dialect['quote'];
  columns: number;
  score: number;
}

function bestOf(candidates: readonly string[], sample: string, cut: boolean, mustHoldNumbers = false): Judged | null {
  let best: Judged | null = null;
  // Where there is no '"', taking it for a quote says the same as having none, and is preferred.
  const quotes = [
    '"' as const,
    ...(sample.includes("'") ? ["'" as const] : []),
    ...(sample.includes('"') ? ['' as const] : []),
  ];
  for (const [rank, delimiter] of candidates.entries()) {
    if (!sample.includes(delimiter)) continue;
    for (const quote of quotes) {
      const records = parseRecords(sample, delimiter, quote, cut);
      const judged = judge(records, delimiter, quote);
      if (!judged || (mustHoldNumbers && !holdsNumbers(records, judged.columns))) continue;
      // Quotes that change nothing are still quotes: later rows may use them.
      const score = judged.score - rank * 1e-3 - (quote === '"' ? 0 : quote === '' ? 0.02 : 0.03);
      if (!best || score > best.score) best = { delimiter, quote, columns: judged.columns, score };
    }
  }
  return best;
}

const isBlank = (record: CsvRecord): boolean => record.cells.length === 1 && record.cells[0].trim() === '';

/** How well a way of cutting fits: rows of one length, whose cells hold no other delimiter. */
function judge(all: CsvRecord[], delimiter: string, quote: string): { columns: number; score: number } | null {
  const records = all.filter((record) => !isBlank(record));
  if (records.length === 0) return null;
  const counts = new Map<number, number>();
  for (const { cells } of records) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  const [columns, rows] = [...counts].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0];
  const share = rows / records.length;
  if (columns < 2 || share < (delimiter === ' ' || delimiter === ':' ? 0.95 : 0.5)) return null;
  // Sentences have commas too. Rows that agree so badly must at least hold numbers.
  if (share < 0.8 && !holdsNumbers(records, columns)) return null;
  let cells = 0;
  let clean = 0;
  for (const record of records.slice(0, 500)) {
    for (const [i, cell] of record.cells.entries()) {
      cells++;
      if (record.quoted.has(i) || !/[,;\t|]/.test(cell) || parseNumber(cell.trim(), true) !== null) clean++;
      // With quotes taken as plain characters, a cell in quotes is not clean.
      if (quote === '' && /^\s*".*"\s*$/s.test(cell)) clean--;
    }
  }
  // Of the rows that seem quoted, those that break its rules: few are errors, many mean that quotes are just characters here.
  const quoted = records.filter((record) => record.quoted.size > 0);
  const broken = quoted.filter((record) => record.brokenQuote).length / Math.max(1, quoted.length);
  return { columns, score: share * (0.7 + 0.3 * (clean / cells)) - broken / 2 };
}

function holdsNumbers(records: CsvRecord[], columns: number): boolean {
  const rows = records.filter(({ cells }) => cells.length === columns);
  return rows[0].cells.some((_, c) => {
    const isNumber = (cell: string): boolean => (parseNumber(cell, false) ?? parseNumber(cell, true)) !== null;
    const numbers = rows.filter(({ cells }) => isNumber(cells[c].trim()));
    return numbers.length >= rows.length / 2;
  });
}

function layout(records: CsvRecord[], columns: number): Pick<Dialect, 'skipLines' | 'header' | 'names'> {
  const start = records.findIndex((record) => record.cells.length === columns);
  const body = records.filter((record) => record.cells.length === columns).map((record) => record.cells);
  // R writes one name fewer: its row names have none.
  const before = records[start - 1];
  const joins = before && before.cells.length === columns - 1 && before.line === records[start].line - 1;
  if (joins && !looksLikeHeader(body[0], body.slice(1)) && looksLikeHeader(['', ...before.cells], body)) {
    return { skipLines: records[start].line - 1, header: false, names: uniqueNames(['', ...before.cells]) };
  }
  const header = looksLikeHeader(body[0], body.slice(1));
  return {
    skipLines: start > 0 && start <= 20 ? records[start].line - 1 : 0,
    header,
    names: uniqueNames(header ? body[0] : body[0].map(() => '')),
  };
}

/** A header is words over numbers; or, over words, words that are short, all different, and not among the values below. */
export function looksLikeHeader(first: string[], body: string[][]): boolean {
  const names = first.map((cell) => cell.trim());
  if (names.every((name) => name === '')) return false;
  if (names.some((name) => parseNumber(name, false) !== null || parseNumber(name, true) !== null)) {
    // Numbers as names (years, pixels) over numbers cannot be told from data, unless the rest are words.
    return false;
  }
  if (body.length === 0) return names.every((name) => /^[\p{L}_]/u.test(name) && name.length < 64);
  let votes = 0;
  for (const [c, name] of names.entries()) {
    const values = body.map((row) => readCell(row[c] ?? '')).filter((value) => value !== null);
    if (values.length === 0 || name === '') continue;
    const numeric = values.filter(
      (value) => parseNumber(value, false) !== null || parseNumber(value, true) !== null,
    ).length;
    if (numeric >= values.length * 0.9) votes += readCell(name) === null ? 0 : 2;
    else if (values.includes(name)) votes -= 2;
    else {
      const mean = values.reduce((sum, value) => sum + value.length, 0) / values.length;
      const repeats = new Set(values).size < values.length * 0.5;
      // A name is a word or two; a cell of free text beside long texts is no name.
      if (name.length > 40 || name.split(/\s+/).length > 5) votes -= 2;
      else if (repeats || name.length < mean / 3) votes += 1;
      else if (/^[\p{L}_][\p{L}\p{N}_ .()/%#-]*$/u.test(name)) votes += 0.5;
    }
  }
  // The same name twice is odd, but over numbers it can still be nothing else.
  return votes > 0 && (new Set(names).size === names.length || votes >= names.length);
}
