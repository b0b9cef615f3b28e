import { describe, expect, it } from 'vitest';
import { foldsInto, lastWithCase, lowercase, wellFormed } from '../../src-main/tokenizers/letters.ts';
import { wordsOf } from '../../src-main/shared/words.ts';

describe('words', () => {
  it.each([
    ['Hello, world!', ['Hello', ',', 'world', '!']],
    ["Don't stop: it’s O'Neil's.", ["Don't", 'stop', ':', 'it’s', "O'Neil's", '.']],
    ["rock 'n' roll '' a'", ['rock', "'", 'n', "'", 'roll', "'", "'", 'a', "'"]],
    ['3.14% of £5', ['3', '.', '14', '%', 'of', '£', '5']],
    ['狗跑。Atelier模型', ['狗', '跑', '。', 'Atelier', '模', '型']],
    ['カタカナ ひら', ['カタカナ', 'ひ', 'ら']],
    ['naïve Straße Ωμέγα привет', ['naïve', 'Straße', 'Ωμέγα', 'привет']],
    ['a\u00a0b\u3000c\u200bd\ufeffe\n\tf', ['a', 'b', 'c', 'd', 'e', 'f']],
    ['hi😀👍x', ['hi', '😀', '👍', 'x']],
    ['', []],
    [' \n ', []],
  ])('of %j', (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it('leave nothing out but what is between words', () => {
    for (let code = 0x21; code < 0x3000; code++) {
      const each = String.fromCharCode(code);
      const isBetween = /[\p{Z}\p{Cc}\p{Cf}\p{Cn}\s]/u.test(each);
      // Whatever is a space to Unicode is between words; what is no such thing and no sign is a letter.
      if (/\s/u.test(each)) expect(wordsOf(each), code.toString(16)).toEqual([]);
      if (!isBetween) expect(wordsOf(each), code.toString(16)).toEqual([each]);
    }
  });
});

describe('lower case', () => {
  it('is one character for one, whatever stands around it', () => {
    let changed = 0;
    for (let code = 0; code <= 0x10ffff; code++) {
      if (code === 0xd800) code = 0xe000;
      const from = String.fromCodePoint(code);
      const to = lowercase(from);
      if (to === from) continue;
      changed++;
      if ([...to].length !== 1 || lowercase(to) !== to) expect.fail(`U+${code.toString(16)} becomes "${to}"`);
      expect(code).toBeLessThan(lastWithCase);
    }
    expect(changed).toBeGreaterThan(1300);
    expect(lowercase('ΟΔΟΣ İI')).toBe('οδοσ ii');
  });

  it('knows which characters become given ones', () => {
    expect(foldsInto(new Set(['a', 'σ', 'k', 'i']))).toEqual([
      ['A', 'a'],
      ['I', 'i'],
      ['K', 'k'],
      ['İ', 'i'],
      ['Σ', 'σ'],
      ['ς', 'σ'],
      // Kelvin's sign.
      ['\u212a', 'k'],
    ]);
  });
});

it('half a pair of surrogates becomes a sign of its own', () => {
  expect(wellFormed('a\ud83db\ude00c😀')).toBe('a�b�c😀');
});
