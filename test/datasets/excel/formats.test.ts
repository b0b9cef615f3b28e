import { describe, expect, it } from 'vitest';
import { builtInFormat, customFormat, momentText } from '../../../src-main/datasets/excel/formats.ts';

describe('number formats', () => {
  it.each([
    ['yyyy-mm-dd', 'date'],
    ['dd/mm/yy', 'date'],
    ['[$-409]mmmm d, yyyy;@', 'date'],
    ['yyyy"年"m"月"d"日"', 'date'],
    ['mmm-yy', 'date'],
    ['m', 'date'],
    ['yyyy-mm-dd hh:mm:ss', 'date and time'],
    ['[$-F400]h:mm:ss AM/PM', 'time'],
    ['mm:ss.0', 'time'],
    ['[h]:mm:ss', 'elapsed'],
    ['[mm]:ss', 'elapsed'],
    ['General', 'none'],
    ['0.00', 'none'],
    ['#,##0 "days"', 'none'],
    ['[Red]0.0;[Blue]-0.0', 'none'],
    ['0.00E+00', 'none'],
    ['@', 'none'],
    ['"day" 0', 'none'],
    ['_-* #,##0.00\\ [$€-407]_-', 'none'],
    ['0\\d', 'none'],
  ])('%s shows: %s', (code, wanted) => {
    const moment = customFormat(code);
    const found = !moment
      ? 'none'
      : moment.elapsed
        ? 'elapsed'
        : [moment.date && 'date', moment.time && 'time'].filter(Boolean).join(' and ');
    expect(found).toBe(wanted);
  });

  it('built in are dates where they should be', () => {
    const dates = Array.from({ length: 60 }, (_, id) => id).filter((id) => builtInFormat(id)?.date);
    expect(dates).toEqual([14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 55, 56, 57, 58]);
    expect(builtInFormat(46)?.elapsed).toBe(true);
    expect(builtInFormat(9)).toBeNull();
  });
});

describe('moments', () => {
  const date = { date: true, time: false, elapsed: false };
  const both = { date: true, time: true, elapsed: false };
  const time = { date: false, time: true, elapsed: false };
  const elapsed = { date: false, time: true, elapsed: true };
  // As Excel and LibreOffice show them.
  it.each([
    [1, date, false, '1900-01-01'],
    [59, date, false, '1900-02-28'],
    [60, date, false, '1900-02-29'],
    [61, date, false, '1900-03-01'],
    [25569, date, false, '1970-01-01'],
    [43889.999, date, false, '2020-02-28'],
    [45350, date, false, '2024-02-28'],
    [2958465, date, false, '9999-12-31'],
    [0, date, true, '1904-01-01'],
    [43888, date, true, '2024-02-28'],
    [45350.5, both, false, '2024-02-28 12:00:00'],
    [45350.99999999, both, false, '2024-02-29 00:00:00'],
    [0.75, time, false, '18:00:00'],
    [0.000011574074, time, false, '00:00:01'],
    [1.5, elapsed, false, '36:00:00'],
    [-1, date, false, null],
    [3e6, date, false, null],
    [NaN, date, false, null],
  ])('%s', (serial, moment, from1904, wanted) => {
    expect(momentText(serial, moment, from1904)).toBe(wanted);
  });
});
