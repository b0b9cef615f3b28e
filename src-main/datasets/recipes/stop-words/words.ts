import { stopWordLists, type StopWordLanguage } from './lists.ts';

export const stopWordLanguages = Object.keys(stopWordLists) as StopWordLanguage[];

/** Languages written without spaces: ICU cuts them into words, which no operator of ONNX does. */
export const isSegmented = (language: string): boolean => language === 'zh' || language === 'ja';

/** A word, for RE2 and JavaScript: letters, digits, and apostrophes between them. */
export const wordPattern = "[\\p{L}\\p{M}\\p{N}_]+(?:['’][\\p{L}\\p{M}\\p{N}_]+)*";

/** The words as they may stand in a text: small, capitalised, in capitals; with either apostrophe. `also`: more words, with commas. */
export function writtenStopWords(language: string, also: string): string[] {
  const own = also
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean);
  const listed = stopWordLists[language as StopWordLanguage].split(' ');
  const written = [...listed, ...own.map((each) => each.toLowerCase())].flatMap((each) => {
    const capital = each[0].toUpperCase() + each.slice(1);
    return [each, capital, each.toUpperCase()].flatMap((form) => [form, form.replaceAll("'", '’')]);
  });
  return [...new Set([...written, ...own])];
}

/** Takes the words out of a text; spaces at its ends go, and of several in a row one stays. */
export function stopWordRemover(language: string, also: string): (text: string) => string {
  const words = new Set(writtenStopWords(language, also));
  const spaced = (text: string): string => text.split(/\s+/u).filter(Boolean).join(' ');
  if (!isSegmented(language)) {
    const word = new RegExp(wordPattern, 'gu');
    return (text) => spaced(text.replace(word, (found) => (words.has(found) ? '' : found)));
  }
  const segmenter = new Intl.Segmenter(language, { granularity: 'word' });
  return (text) =>
    spaced(Array.from(segmenter.segment(text), ({ segment }) => (words.has(segment) ? '' : segment)).join(''));
}
