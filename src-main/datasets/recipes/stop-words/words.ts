import { changeBy, type Change } from '../spans/edits.ts';
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
  const changes = stopWordChanges(language, also);
  return (text) => changes(text)[1].after;
}

/** What that replaces: first the words, then the spaces. */
export function stopWordChanges(language: string, also: string): (text: string) => [words: Change, spaces: Change] {
  const words = new Set(writtenStopWords(language, also));
  const pieces = piecesOf(language);
  return (text) => {
    const removed = changeBy(
      text,
      pieces(text).flatMap(({ piece, start }) =>
        words.has(piece) ? [{ start, end: start + piece.length, by: '' }] : [],
      ),
    );
    return [removed, spaced(removed.after)];
  };
}

function piecesOf(language: string): (text: string) => { piece: string; start: number }[] {
  if (!isSegmented(language)) {
    const word = new RegExp(wordPattern, 'gu');
    return (text) => Array.from(text.matchAll(word), ({ 0: piece, index }) => ({ piece, start: index }));
  }
  const segmenter = new Intl.Segmenter(language, { granularity: 'word' });
  return (text) => Array.from(segmenter.segment(text), ({ segment, index }) => ({ piece: segment, start: index }));
}

const spaced = (text: string): Change =>
  changeBy(
    text,
    Array.from(text.matchAll(/\s+/gu), ({ 0: run, index }) => {
      const end = index + run.length;
      return { start: index, end, by: index === 0 || end === text.length ? '' : ' ' };
    }).filter(({ start, end, by }) => text.slice(start, end) !== by),
  );
