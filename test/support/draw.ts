import { Random } from '../../src-main/shared/random.ts';

/** What texts are hard by: blanks, marks over letters, syllables in parts, two units a character, tags, addresses, commonest words. */
const pieces = [
  ...'abcXYZ .,-',
  '  ',
  '\u00a0',
  '\n',
  '\u0301',
  'e\u0301',
  'É',
  'ﬁ',
  'ß',
  'İ',
  '😀',
  '\u1100\u1161',
  'ｶﾞ',
  '中文',
  '<b>',
  '</b>',
  '&amp;',
  'the ',
  ' of ',
  'Oslo',
  ' https://a.example/x?y ',
  ' bob@mail.example ',
];

/** Texts drawn by a seed, always the same ones. */
export function drawer(seed: number) {
  const random = new Random(seed);
  const below = (bound: number): number => random.below(bound);
  return {
    below,
    /** Of so many pieces at most. */
    text: (most: number): string =>
      Array.from({ length: below(most + 1) }, () => pieces[below(pieces.length)]).join(''),
  };
}
