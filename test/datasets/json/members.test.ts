import { describe, expect, it } from 'vitest';
import { looseJson, MemberCutter } from '../../../src-main/datasets/json/members.ts';

function cut(text: string, pieceBytes: number): { found: [string, string][]; unfinished: boolean } {
  const found: [string, string][] = [];
  const add = (kind: string) => (key: string, bytes: Uint8Array) =>
    found.push([`${kind} ${key}`, Buffer.from(bytes).toString().trim()]);
  const cutter = new MemberCutter({
    element: add('element'),
    value: add('value'),
    tooLong: (key) => found.push(['long', key]),
  });
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) cutter.write(bytes.subarray(at, at + pieceBytes));
  return { found, unfinished: cutter.unfinished };
}

const text = `{ "info": {"a": [1, {"b": "]}"}]}, "images": [ {"id": 1, "x": [1,2]}, "two" , 3.5,[4],null ], "empty": [],
  "n": 12, "s": "a, \\"b\\" }", "last": [ {"k": ":,"} ] }`;

describe('a JSON object is cut into its members', () => {
  it.each([1, 2, 3, 7, 1000])('%d bytes at a time', (pieceBytes) => {
    expect(cut(text, pieceBytes)).toEqual({
      found: [
        ['value info', '{"a": [1, {"b": "]}"}]}'],
        ['element images', '{"id": 1, "x": [1,2]}'],
        ['element images', '"two"'],
        ['element images', '3.5'],
        ['element images', '[4]'],
        ['element images', 'null'],
        ['value n', '12'],
        ['value s', '"a, \\"b\\" }"'],
        ['element last', '{"k": ":,"}'],
      ],
      unfinished: false,
    });
  });

  it('also where it ends too early', () => {
    const { found, unfinished } = cut('{"a": [1, 2', 4);
    expect(found).toEqual([['element a', '1']]);
    expect(unfinished).toBe(true);
  });

  it('without what is longer than memory should hold', () => {
    const { found } = cut(`{"a": ["${'x'.repeat(3 << 20)}", 1]}`, 1 << 18);
    expect(found).toEqual([
      ['long', 'a'],
      ['element a', '1'],
    ]);
  });
});

describe('JSON as Python writes it', () => {
  it.each([
    ['[NaN, -Infinity, Infinity, 1]', [null, null, null, 1]],
    ['{"NaN": "a NaN", "b": NaN}', { NaN: 'a NaN', b: null }],
    ['{"a": 1', undefined],
    ['NaNny', undefined],
  ])('%s', (words, value) => {
    expect(looseJson(words)).toEqual(value);
  });
});
