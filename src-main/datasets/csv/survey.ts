import type { FoundFile } from '../source.ts';
import type { StoredCells } from '../tables/stored-numbers.ts';
import { BlankFinder } from './blanks.ts';
import { looksPlain, surveyText, type Survey } from './encoding.ts';
import { MissingFinder } from './missing.ts';
import { NumberColumns } from './number-columns.ts';
import type { Dialect } from './sniff.ts';

/** What reading all of a table's file tells before its rows are cut. */
export interface TableSurvey extends Survey {
  /** DuckDB's reader takes the file as it lies there: UTF-8, one kind of line end. */
  plain: boolean;
  /** Blanks stand at an end of some cells. */
  blanks: boolean;
  /** Some cells are words that mean that they are missing. */
  missing: boolean;
  /** No "_" and no "+" stands below the header: with neither, DuckDB takes nothing for a number but numbers, "inf" and "nan". */
  plainNumbers: boolean;
  /** What each column can be kept as, instead of text, if DuckDB reads the file as it lies there. */
  kept: (StoredCells | null)[];
}

/** What is taken for true of a file until all of it was read. */
export interface Hope {
  missing: boolean;
  kept: readonly (StoredCells | null)[];
}

/** Reads it once. `unlike` is told, once, as soon as it is known that it holds what `hoped` says it does not. */
export async function surveyTable(
  file: FoundFile,
  dialect: Dialect,
  signal: AbortSignal,
  progress: (bytes: number) => void,
  hoped: Hope | null = null,
  unlike: () => void = () => undefined,
): Promise<TableSurvey> {
  const [blanks, missing] = [new BlankFinder(dialect), new MissingFinder(dialect)];
  const signs = new SignFinder(dialect);
  const numbers = new NumberColumns(dialect, hoped?.missing ?? true, (bytes) => {
    blanks.see(bytes);
    missing.see(bytes);
  });
  const hasBlanks = (): boolean => blanks.found || numbers.blanks;
  const hasMissing = (): boolean => missing.found || numbers.missing;
  let told = hoped === null;
  const tell = (otherwise: boolean): void => {
    if (told || !otherwise) return;
    told = true;
    unlike();
  };
  const otherwise = (): boolean =>
    hoped !== null && (hasBlanks() || (hasMissing() && !hoped.missing) || !numbers.fit(hoped.kept));
  const survey = await surveyText(file, signal, progress, (chunk) => {
    signs.see(chunk);
    numbers.see(chunk);
    tell(otherwise());
  });
  numbers.end();
  blanks.end();
  missing.end();
  const plain = survey.encoding === 'utf-8' && !survey.damaged && !survey.mixedNewlines;
  tell(!plain || otherwise());
  return {
    ...survey,
    plain,
    blanks: hasBlanks(),
    missing: hasMissing(),
    plainNumbers: !signs.found,
    kept: numbers.found(),
  };
}

/** Looks for "_" and "+" below the header, where they often are; it errs on the safe side. */
class SignFinder {
  #linesAbove: number;
  found = false;

  constructor({ header, skipLines }: Dialect) {
    this.#linesAbove = skipLines + (header ? 1 : 0);
  }

  see(chunk: Uint8Array): void {
    if (this.found) return;
    let from = 0;
    for (; this.#linesAbove > 0 && from < chunk.length; this.#linesAbove--) {
      const end = chunk.indexOf(0x0a, from);
      if (end < 0) return;
      from = end + 1;
    }
    this.found = chunk.includes(0x5f, from) || chunk.includes(0x2b, from);
  }
}

/** What may still come to the numbers that a file's beginning has: numberings grow, and so do sizes. */
const roomBehind = { digits: 4, decimals: 2 };

/** What a file's beginning lets hope of all of it; null where its cells need work before DuckDB takes them, or after. */
export function hopeOf(head: Uint8Array, dialect: Dialect): Hope | null {
  const [blanks, missing] = [new BlankFinder(dialect), new MissingFinder(dialect)];
  blanks.see(head);
  missing.see(head);
  if (!looksPlain(head) || blanks.found) return null;
  const numbers = new NumberColumns(dialect, missing.found);
  // Its last row may be cut.
  numbers.see(head.subarray(0, head.lastIndexOf(0x0a) + 1));
  return { missing: missing.found, kept: numbers.found(roomBehind) };
}
