// What counts as a word. Characters are sorted by ranges written out here, not by a library's idea of a letter: so JavaScript,
// Hugging Face's tokenizers and the regular expressions of ONNX Runtime (RE2) and DuckDB cut every text alike, whatever their Unicode.

type Ranges = readonly (readonly [from: number, to: number])[];

/** Between words, and part of none: spaces, controls, marks of direction, joiners, selectors of variants. */
const spaces: Ranges = [
  [0x01, 0x20],
  [0x7f, 0xa0],
  [0xad, 0xad],
  [0x1680, 0x1680],
  [0x180e, 0x180e],
  [0x2000, 0x200f],
  [0x2028, 0x202f],
  [0x205f, 0x206f],
  [0x3000, 0x3000],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
];

/** Each a word of its own: punctuation, symbols, emoji. */
const signs: Ranges = [
  [0x21, 0x2f],
  [0x3a, 0x40],
  [0x5b, 0x60],
  [0x7b, 0x7e],
  [0xa1, 0xa9],
  [0xab, 0xac],
  [0xae, 0xb1],
  [0xb4, 0xb4],
  [0xb6, 0xb8],
  [0xbb, 0xbb],
  [0xbf, 0xbf],
  [0xd7, 0xd7],
  [0xf7, 0xf7],
  [0x37e, 0x37e],
  [0x387, 0x387],
  [0x55a, 0x55f],
  [0x589, 0x58f],
  [0x5be, 0x5be],
  [0x5c0, 0x5c0],
  [0x5c3, 0x5c3],
  [0x5f3, 0x5f4],
  [0x606, 0x60f],
  [0x61b, 0x61f],
  [0x66a, 0x66d],
  [0x6d4, 0x6d4],
  [0x964, 0x965],
  [0x2010, 0x2027],
  [0x2030, 0x205e],
  [0x20a0, 0x20cf],
  [0x2100, 0x2123],
  [0x2190, 0x2bff],
  [0x2e00, 0x2e7f],
  [0x3001, 0x3004],
  [0x3008, 0x3020],
  [0x3030, 0x3030],
  [0x303d, 0x303f],
  [0x30fb, 0x30fb],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff0f],
  [0xff1a, 0xff20],
  [0xff3b, 0xff40],
  [0xff5b, 0xff65],
  [0xffe0, 0xfffd],
  [0x1f000, 0x1faff],
];

/** Each a word of its own, since their scripts put no spaces between words: Han, Hiragana, Thai, Lao, Tibetan, Myanmar, Khmer. */
const spaceless: Ranges = [
  [0xe00, 0xfff],
  [0x1000, 0x109f],
  [0x1780, 0x17ff],
  [0x3005, 0x3007],
  [0x3041, 0x309f],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff],
  [0x20000, 0x3fffd],
];

const character = (code: number): string => String.fromCodePoint(code).replace(/[\\\]^[-]/, '\\$&');
const inClass = (ranges: Ranges): string =>
  ranges.map(([from, to]) => character(from) + (to > from ? `-${character(to)}` : '')).join('');

const single = inClass([...signs, ...spaceless]);
const letter = `[^${inClass(spaces)}${single}]`;

/**
 * One word, as a regular expression that JavaScript (flag u), RE2 and Oniguruma read alike. Whatever is no space and no sign is a letter;
 * an apostrophe between letters belongs to the word.
 */
export const wordPattern = `${letter}+(?:['’]${letter}+)*|[${single}]`;

const words = new RegExp(wordPattern, 'gu');

export const wordsOf = (text: string): readonly string[] => text.match(words) ?? [];
