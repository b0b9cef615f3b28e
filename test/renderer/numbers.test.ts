import { describe, expect, it } from 'vitest';
import * as n from '../../src-renderer/words/numbers.ts';
import { ago } from '../../src-renderer/words/times.ts';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

describe('numbers', () => {
  it.each([
    [0, '0'],
    [0.91342, '0.9134'],
    [12.3456, '12.35'],
    [1234.5, '1,235'],
    [123456, '123,456'],
    [4_294_967_295, '4,294,967,295'],
    [0.001, '0.001'],
    [0.0003, '3e−4'],
    [0.000021234, '2.12e−5'],
    [-0.5, '−0.5'],
    [3.2e12 + 0.5, '3.2e12'],
    [NaN, 'NaN'],
    [Infinity, '∞'],
  ])('figure %d is %s', (value, text) => expect(plain(n.figure(value, 'en'))).toBe(text));

  it('keeps the decimals of a column, but never hides a value that is not zero', () => {
    expect(n.fixed(0.9, 'en')).toBe('0.9000');
    expect(n.fixed(0, 'en')).toBe('0.0000');
    expect(n.fixed(0.00001, 'en')).toBe('1e−5');
  });

  it.each([
    [0.79, 0.8171, ['0.790', '0.817']],
    [-0.004, 0.1, ['−0.004', '0.100']],
    [12_345.6, 12_400, ['12,346', '12,400']],
    [0, 0.5, ['0.0', '0.5']],
    [2, 3, ['2', '3']],
    [0.0004, 0.0123, ['4e−4', '0.012']],
    [0.2, Infinity, ['0.2', '∞']],
  ])('gives both ends of %d to %d the same decimals', (low, high, said) =>
    expect(n.ends(low, high, 'en', 3)).toEqual(said),
  );

  it.each([
    [950, '950'],
    [1234, '1,234'],
    [12_345, '12.3 k'],
    [999_960, '1 M'],
    [1_234_567, '1.23 M'],
    [206_922, '207 k'],
  ])('compact %d is %s', (value, text) => expect(plain(n.compact(value, 'en'))).toBe(text));

  it.each([
    [0, '0 %'],
    [1, '100 %'],
    [0.634, '63.4 %'],
    [0.99999, '99.9 %'],
    [0.00001, '< 0.1 %'],
  ])('percent %d is %s: never all of what is not, nor none of what is', (value, text) =>
    expect(plain(n.percent(value, 'en'))).toBe(text),
  );

  it.each([
    [999, '999 B'],
    [999_600, '1 MB'],
    [15_241, '15.2 kB'],
    [1_200_000_000, '1.2 GB'],
  ])('bytes %d are %s', (value, text) => expect(plain(n.bytes(value, 'en'))).toBe(text));

  it.each([
    [0.00034, '340 µs'],
    [0.0345, '34.5 ms'],
    [4.23, '4.2 s'],
    [59.96, '1:00'],
    [72, '1:12'],
    [7389, '2:03:09'],
  ])('duration %d s is %s', (value, text) => expect(plain(n.duration(value, 'en'))).toBe(text));

  it('shows every digit in full', () => expect(n.full(0.123456789012, 'en')).toBe('0.123456789012'));

  it.each([
    ['0.01', 0.01],
    ['1e-3', 0.001],
    ['3,14', 3.14],
    [' 1 000 ', 1000],
    ['', null],
    ['1.2.3', null],
    ['abc', null],
    ['0x10', null],
  ])('reads %s as typed', (text, value) => expect(n.parseNumber(text)).toBe(value));

  it('says how long ago, with half a space between Han and digits', () => {
    const now = Date.UTC(2026, 10, 22);
    expect(ago(now - 3 * 60_000, now, 'en')).toBe('3 min. ago');
    expect(ago(now - 4 * 3_600_000, now, 'zh-CN')).toBe('4 小时前');
    expect(ago(now - 40 * 86_400_000, now, 'en')).toMatch(/Oct/);
  });
});
