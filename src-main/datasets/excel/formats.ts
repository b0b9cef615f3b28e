/** What a number format shows of a number that is a moment: a date, a time of day, or a span of time. */
export interface Moment {
  date: boolean;
  time: boolean;
  /** Hours are counted on past 24. */
  elapsed: boolean;
}

/** Built-in formats by their number: ECMA-376 part 1, 18.8.30; 27 to 36 and 50 to 58 are dates in East Asia. */
export function builtInFormat(id: number): Moment | null {
  const date = (id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id === 36 || (id >= 50 && id <= 58);
  if (date) return { date: true, time: false, elapsed: false };
  if (id === 22) return { date: true, time: true, elapsed: false };
  if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || id === 45 || id === 47)
    return { date: false, time: true, elapsed: false };
  return id === 46 ? { date: false, time: true, elapsed: true } : null;
}

/** A format of the workbook's own: letters for parts of a moment, outside of text in quotes and of colours and conditions in brackets. */
export function customFormat(code: string): Moment | null {
  const [shown] = code.split(';');
  const elapsed = /\[(h+|m+|s+)\]/i.test(shown);
  const letters = shown
    .replace(/"[^"]*"?/g, '')
    .replace(/\\./g, '')
    .replace(/[_*]./g, '')
    .replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '')
    .toLowerCase();
  if (/general|@|[#?]/.test(letters) || !/[ymdhs年月日]/.test(letters)) return null;
  // Scientific numbers have zeros beside their E.
  if (/0+(\.0+)?e[+-]/.test(letters)) return null;
  const time = /[hs]/.test(letters);
  // An m by itself is a month, beside hours or seconds a minute.
  const date = /[yd]/.test(letters) || (letters.includes('m') && !time);
  return { date, time, elapsed };
}

/** 9999-12-31. */
const lastDay = 2_958_465;

/** A serial number as text in ISO's order; null where no calendar has it. `from1904`: days are counted from 1904 on, as Macintosh programs did. */
export function momentText(serial: number, moment: Moment, from1904: boolean): string | null {
  if (!(serial >= 0 && serial < lastDay + 1)) return null;
  let seconds = Math.round((serial - Math.floor(serial)) * 86_400);
  let days = Math.floor(serial);
  if (!moment.time) seconds = 0;
  if (seconds === 86_400) {
    seconds = 0;
    days++;
  }
  const hours = Math.floor(seconds / 3600) + (moment.elapsed ? days * 24 : 0);
  const clock = `${two(hours)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  if (moment.elapsed || (!moment.date && days === 0)) return clock;
  const day = dayText(days, from1904);
  return moment.time ? `${day} ${clock}` : day;
}

function dayText(days: number, from1904: boolean): string {
  // Lotus took 1900 for a leap year, and Excel kept that: day 60 never was.
  if (!from1904 && days === 60) return '1900-02-29';
  // Days from the first of March of the year 0, so that leap days end a year: http://howardhinnant.github.io/date_algorithms.html
  const z = days + (from1904 ? 695_361 : days < 60 ? 693_900 : 693_899);
  const era = Math.floor(z / 146_097);
  const ofEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${year}-${two(month)}-${two(ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1)}`;
}

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));
