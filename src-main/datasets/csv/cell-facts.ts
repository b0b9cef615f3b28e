/** Ways in which a column's values are written, as bits. */
export const noPoint = 1;
/** The last decimal is none of "0". */
export const exact = 2;
/** "5.0". */
export const oneZero = 4;
/** "5.10", "5.00". */
export const endsInZero = 8;
export const isDate = 16;
export const isSecond = 32;

/** What is known of a column, in bytes: whether it is text, its ways, the most digits before the point, the least and the most behind it. */
export const column = { isText: 0, ways: 1, whole: 2, least: 3, most: 4, bytes: 8 };

/** Where things lie in the memory of a `CellWalk`. */
export const memory = {
  /** Words that mean "missing", eight bytes each, up to one of zeros. */
  words: 0,
  /** By byte: 1 for blanks. */
  blanks: 0x100,
  /** By a word's first byte: which lengths such words have, as bits, the lowest for 1. */
  lengths: 0x200,
  /** 1 where blanks were found at an end of a cell, and where a word was that means "missing". */
  blankFound: 0x300,
  missingFound: 0x301,
  /** By column, and once more. The text comes behind. */
  columns: 0x400,
  /** So much may be read behind the text. */
  ahead: 32,
};
