/** Numbers, times and tables as people read them in a terminal. */

export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Four significant digits; shares (accuracy, recall) with four decimals. */
export function metric(key: string, value: number | undefined): string {
  if (value === undefined) return '–';
  if (!Number.isFinite(value)) return String(value);
  if (/[/_]memory$/.test(key)) return bytes(value);
  if (key.endsWith('_per_second')) return count(value);
  if (/accuracy|precision|recall|f1/.test(key)) return value.toFixed(4);
  return Math.abs(value) >= 1e5 || (value !== 0 && Math.abs(value) < 1e-4)
    ? value.toExponential(3)
    : String(Number(value.toPrecision(4)));
}

/** 75 → "1:15", 3700 → "1:01:40". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

export function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let rest = value;
  while (rest >= 1000 && unit < units.length - 1) {
    rest /= 1000;
    unit++;
  }
  return `${unit === 0 ? rest : rest.toFixed(1)} ${units[unit]}`;
}

/** Of a machine or a graphics card, in the binary units that it is sold by. */
export const gibibytes = (value: number): string => `${(value / 2 ** 30).toFixed(1)} GiB`;

/** Local time to the minute. */
export function when(time: number | null): string {
  if (time === null) return '–';
  const date = new Date(time);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Columns aligned by what they hold: numbers to the right. The first row is the heading. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ''))));
  const numeric = widths.map((_, column) =>
    rows
      .slice(1)
      .every((row) => row[column] === undefined || /^([-+]?[\d.,]+(e[-+]?\d+)?( [A-Z%]+)?|–|NaN|)$/.test(row[column])),
  );
  const line = (row: readonly string[]) =>
    widths
      .map((size, column) => {
        const cell = row[column] ?? '';
        const space = ' '.repeat(size - width(cell));
        return numeric[column] && rows.length > 1 ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

/** Terminal columns: Han, Kana, Hangul and full-width forms take two. */
function width(text: string): number {
  let columns = 0;
  for (const character of text.normalize('NFC')) {
    columns += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u.test(
      character,
    )
      ? 2
      : 1;
  }
  return columns;
}
