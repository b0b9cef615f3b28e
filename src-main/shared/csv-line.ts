/** Lines of RFC 4180; what a spreadsheet would take for a formula is kept from being one. A number with its sign is none. */
export function csvLine(cells: readonly unknown[]): string {
  return cells.map(csvCell).join(',');
}

/** A file of such lines. */
export const csvText = (rows: readonly (readonly unknown[])[]): string =>
  rows.map((row) => `${csvLine(row)}\r\n`).join('');

function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = Array.isArray(value) ? value.join(' ') : String(value);
  const formula = /^[=+\-@\t\r]/.test(text) && !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
  const safe = typeof value !== 'number' && formula ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
