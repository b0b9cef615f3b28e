/**
 * Numbers as people read them: few digits that matter, the unit always, the full value left to hover and copy.
 * Pure; `words/format.ts` binds them to the language in use.
 */

const gap = '\u00a0'; // no-break: a number never parts from its unit
const cache = new Map<string, Intl.NumberFormat>();

interface Digits {
  minimumFractionDigits?: number;
  maximumFractionDigits?: number;
  maximumSignificantDigits?: number;
}

/** Making a format costs a hundred times what using it does. */
function intl(locale: string, options: Digits): Intl.NumberFormat {
  const key = `${locale} ${options.minimumFractionDigits} ${options.maximumFractionDigits} ${options.maximumSignificantDigits}`;
  let found = cache.get(key);
  if (!found) cache.set(key, (found = new Intl.NumberFormat(locale, options)));
  return found;
}

const notFinite = (value: number) => (Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞');

/** 0.9134 · 12.35 · 1,234 · 2.1e-5: four digits that matter, never an invented one. */
export function figure(value: number, locale: string, digits = 4): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= (Number.isInteger(value) ? 1e15 : 1e9))) {
    const [mantissa, exponent] = value.toExponential(Math.max(1, digits - 2)).split('e');
    return `${mantissa.replace(/\.?0+$/, '')}e${exponent.replace('+', '')}`.replace('-', '−').replace('e-', 'e−');
  }
  if (Number.isInteger(value)) return integer(value, locale);
  const whole = size < 1 ? 1 : Math.floor(Math.log10(size)) + 1;
  const fraction = Math.max(0, size < 1 ? digits : digits - whole);
  return intl(locale, { maximumFractionDigits: fraction }).format(value).replace('-', '−');
}

/** A fixed number of decimals, so that a column of them lines up: 0.9130. */
export function fixed(value: number, locale: string, decimals = 4): string {
  if (!Number.isFinite(value)) return notFinite(value);
  if (value !== 0 && Math.abs(value) < 0.5 * 10 ** -decimals) return figure(value, locale);
  return intl(locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    .format(value)
    .replace('-', '−');
}

/** The ends of an interval as `figure`, both with the decimals of the longer one: 0.790 and 0.817. */
export function ends(low: number, high: number, locale: string, digits = 4): [string, string] {
  const plain = [low, high].map((value) => figure(value, 'en', digits));
  if (plain.some((text) => /e|N|∞/.test(text))) return [figure(low, locale, digits), figure(high, locale, digits)];
  const decimals = Math.max(...plain.map((text) => /\.(\d+)$/.exec(text)?.[1].length ?? 0));
  return [fixed(low, locale, decimals), fixed(high, locale, decimals)];
}

export function integer(value: number, locale: string): string {
  return Number.isFinite(value) ? intl(locale, { maximumFractionDigits: 0 }).format(value) : notFinite(value);
}

/** Every digit the number has. */
export function full(value: number, locale: string): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-6 || size >= 1e15)) return String(value);
  return intl(locale, { maximumFractionDigits: 17 }).format(value);
}

/** 950 · 1.2 k · 3.4 M: SI letters in every language, as the field writes them. */
export function compact(value: number, locale: string): string {
  if (!Number.isFinite(value)) return notFinite(value);
  const size = Math.abs(value);
  const steps: [number, string][] = [
    [1e12, 'T'],
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ];
  for (const [unit, letter] of steps) {
    // 999,950 is 1 M, not 1,000 k.
    if (size >= unit * 0.99995 && (unit > 1e3 || size >= 1e4)) {
      return `${intl(locale, { maximumSignificantDigits: 3 }).format(value / unit)}${gap}${letter}`;
    }
  }
  return intl(locale, { maximumSignificantDigits: size < 1000 ? 3 : 4 }).format(value);
}

/** 0.634 → 63.4 %. */
export function percent(share: number, locale: string, decimals = 1): string {
  if (!Number.isFinite(share)) return notFinite(share);
  // Never "100 %" of what is not all, nor "0 %" of what is there.
  const scale = 10 ** decimals;
  let value = Math.round(share * 100 * scale) / scale;
  if (share < 1 && value >= 100) value = 100 - 1 / scale;
  if (share > 0 && value <= 0) return `<${gap}${intl(locale, {}).format(1 / scale)}${gap}%`;
  return `${intl(locale, { maximumFractionDigits: decimals }).format(value)}${gap}%`;
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Decimal units, as disks are sold and file managers count. */
export function bytes(value: number, locale: string, digits = 3): string {
  let size = value;
  let unit = 0;
  while (size >= 999.5 && unit < byteUnits.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${intl(locale, { maximumSignificantDigits: unit === 0 ? 4 : digits }).format(size)}${gap}${byteUnits[unit]}`;
}

/** Of a machine or a graphics card, in the binary units that it is sold by: 31.3 GiB. */
export const memory = (value: number, locale: string): string =>
  `${intl(locale, { maximumSignificantDigits: 3 }).format(value / 2 ** 30)}${gap}GiB`;

/** 340 µs · 34.5 ms · 4.2 s · 1:12 · 2:03:09. */
export function duration(seconds: number, locale: string): string {
  if (!Number.isFinite(seconds)) return notFinite(seconds);
  const three = (value: number) => intl(locale, { maximumSignificantDigits: 3 }).format(value);
  if (seconds === 0) return `0${gap}s`;
  if (seconds < 1e-3) return `${three(seconds * 1e6)}${gap}µs`;
  if (seconds < 0.9995) return `${three(seconds * 1e3)}${gap}ms`;
  if (seconds < 59.95) return `${intl(locale, { maximumFractionDigits: seconds < 10 ? 1 : 0 }).format(seconds)}${gap}s`;
  return clock(seconds);
}

/** 0:42 · 1:12 · 2:03:09: for time left, which counts down. */
export function clock(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${minutes}:${two(total % 60)}`;
}

/** A number as one types it: decimal comma and grouping allowed; null where it is none. */
export function parseNumber(text: string): number | null {
  const clean = text
    .trim()
    .replace(/[\s_]/g, '')
    .replace('−', '-')
    .replace(/^([+-]?\d+),(\d+)$/, '$1.$2');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(clean)) return null;
  const value = Number(clean);
  return Number.isFinite(value) ? value : null;
}
