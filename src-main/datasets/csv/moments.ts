const hyphen = 45;
const zero = 48;
const colon = 58;
const blank = 32;

export const dateLength = 10;
export const secondLength = 19;

/**
 * Whether a day ("2024-02-29") or a second ("2024-02-29 23:59:59") is written here, and nothing else that DuckDB would write back otherwise: its
 * length, 0 where neither is. Years are those from 1 to 9999 of the Gregorian calendar (ISO 8601), without leap seconds.
 */
export function momentLength(bytes: Uint8Array, at: number): number {
  if (bytes[at + 4] !== hyphen || bytes[at + 7] !== hyphen) return 0;
  const year = twoDigits(bytes, at) * 100 + twoDigits(bytes, at + 2);
  const month = twoDigits(bytes, at + 5);
  const day = twoDigits(bytes, at + 8);
  // What is no digit makes them less than 0, or not a number.
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(month, year))) return 0;
  if (bytes[at + 10] !== blank) return dateLength;
  if (bytes[at + 13] !== colon || bytes[at + 16] !== colon) return dateLength;
  const hour = twoDigits(bytes, at + 11);
  const minute = twoDigits(bytes, at + 14);
  const second = twoDigits(bytes, at + 17);
  const isTime = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
  return isTime ? secondLength : dateLength;
}

/** Far below 0 where one of them is no digit. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at] - zero;
  const ones = bytes[at + 1] - zero;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -100_000;
}

function daysOf(month: number, year: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
