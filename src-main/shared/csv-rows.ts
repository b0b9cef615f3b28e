import { AtelierError } from './errors.ts';

/** The cells of a CSV file's lines as RFC 4180 has them: commas, quotes around what needs them, doubled within. Throws `bad_row`. */
export function parseCsvRows(text: string, where: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  const ends = /[,\r\n]/g;
  let at = 0;
  const end = (): void => {
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  while (at < text.length) {
    if (text[at] === '"') {
      const [cell, after] = quoted(text, at, where, rows.length + 1);
      row.push(cell);
      at = after;
    } else {
      ends.lastIndex = at;
      const stop = ends.exec(text)?.index ?? text.length;
      row.push(text.slice(at, stop));
      at = stop;
    }
    if (text[at] === ',') {
      at++;
      if (at === text.length || text[at] === '\r' || text[at] === '\n') row.push('');
      if (at < text.length && text[at] !== '\r' && text[at] !== '\n') continue;
    }
    if (text[at] === '\r') at++;
    if (text[at] === '\n') at++;
    end();
  }
  return rows;
}

function quoted(text: string, from: number, where: string, line: number): [cell: string, after: number] {
  let cell = '';
  for (let at = from + 1; ;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) throw new AtelierError('bad_row', `${where}, line ${line}: a quoted cell has no end.`);
    cell += text.slice(at, quote);
    if (text[quote + 1] !== '"') {
      const after = quote + 1;
      if (after < text.length && !',\r\n'.includes(text[after]))
        throw new AtelierError(
          'bad_row',
          `${where}, line ${line}: something stands between a quoted cell and the comma after it.`,
        );
      return [cell, after];
    }
    cell += '"';
    at = quote + 2;
  }
}
