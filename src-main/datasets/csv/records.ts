/** A row as cut by one way of writing tables. */
export interface CsvRecord {
  cells: string[];
  /** Which cells stood in quotes. */
  quoted: Set<number>;
  /** A quote was not closed, or text follows one that was. */
  brokenQuote: boolean;
  /** The line it begins on, from 1. */
  line: number;
}

/**
 * Cuts text into rows by RFC 4180, taking any line end. For sniffing and for `predict`: whole files go through DuckDB.
 * With `cut` the text stops anywhere, and its last row is dropped.
 */
export function parseRecords(text: string, delimiter: string, quote: string, cut = false): CsvRecord[] {
  const records: CsvRecord[] = [];
  const end = text.length;
  const [first] = delimiter;
  const long = delimiter.length > 1;
  let at = 0;
  let line = 1;
  const cellEnds = (): boolean =>
    (text[at] === first && (!long || text.startsWith(delimiter, at))) || text[at] === '\n' || text[at] === '\r';
  while (at < end) {
    const record: CsvRecord = { cells: [], quoted: new Set(), brokenQuote: false, line };
    for (;;) {
      let cell = '';
      // Spaces before a quote belong to nobody.
      let start = at;
      while (quote !== '' && text[start] === ' ') start++;
      if (quote !== '' && delimiter !== quote && text[start] === quote) {
        at = start + 1;
        record.quoted.add(record.cells.length);
        for (;;) {
          const close = text.indexOf(quote, at);
          if (close < 0) {
            cell += text.slice(at);
            at = end;
            record.brokenQuote = true;
            break;
          }
          cell += text.slice(at, close);
          at = close + 1;
          if (text[at] !== quote) break;
          cell += quote;
          at++;
        }
        line += cell.split('\n').length - 1;
        const rest = at;
        while (at < end && !cellEnds()) at++;
        if (text.slice(rest, at).trim() !== '') {
          record.brokenQuote = true;
          cell += text.slice(rest, at);
        }
      } else {
        const from = at;
        while (at < end && !cellEnds()) at++;
        cell = text.slice(from, at);
      }
      record.cells.push(cell);
      if (at < end && text[at] === first && (!long || text.startsWith(delimiter, at))) {
        at += delimiter.length;
        if (at === end) record.cells.push('');
        if (at < end) continue;
      }
      break;
    }
    const ended = at < end;
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
    line++;
    if (ended || !cut) records.push(record);
  }
  return records;
}
