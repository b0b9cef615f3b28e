import { spaces, sqlText, trimSql } from '../../cells.ts';
import { beside, coarseChange, finer, letterChange, readChange, type Change } from './edits.ts';

/**
 * One change that a step makes of texts, by which a span finds its place again. DuckDB makes it both times: what is written into the table, and
 * once more beside what it replaces, so that the places are those of the very same matches.
 */
export interface Pass {
  /** The text after it. */
  readonly sql: (text: string) => string;
  /** What tells the change, as SQL; absent: the text after it does. */
  readonly marked?: (text: string) => string;
  /** From the text before it and what `marked` gives, or the text after it: one after another. Null where they cannot be told. */
  readonly changes: (before: string, found: string) => readonly Change[] | null;
}

const listed = (change: Change | null): readonly Change[] | null => change && [change];
const read = (_: string, found: string): readonly Change[] | null => listed(readChange(found));

/** Replaces all that an expression (RE2) matches. `by`: as RE2 writes replacements, where \1 is the first group. */
export function matched(pattern: string, by: string, options = 'g'): Pass {
  const replaced = (text: string, wanted: string): string =>
    `regexp_replace(${text}, ${sqlText(pattern)}, ${sqlText(wanted)}, '${options}')`;
  return { sql: (text) => replaced(text, by), marked: (text) => replaced(text, beside('\\0', by)), changes: read };
}

/** Replaces a text by another, wherever it stands. */
export function exchanged(find: string, by: string): Pass {
  const replaced = (text: string, wanted: string): string => `replace(${text}, ${sqlText(find)}, ${sqlText(wanted)})`;
  return { sql: (text) => replaced(text, by), marked: (text) => replaced(text, beside(find, by)), changes: read };
}

/** Letter by letter. */
export const lettered = (sql: (text: string) => string): Pass => ({
  sql,
  changes: (before, after) => listed(letterChange(before, after)),
});

/** The beginning of a text stays as it was. */
export const shortened = (sql: (text: string) => string): Pass => ({
  sql,
  changes: (before, after) => [coarseChange(before, after)],
});

/** Letters with the marks over them, and syllables of Hangul: what Unicode composes is within one of these. */
const cluster =
  '[\\x{1100}-\\x{11ff}\\x{3131}-\\x{318e}\\x{a960}-\\x{a97f}\\x{ac00}-\\x{d7ff}\\x{ffa0}-\\x{ffdc}]+[\\p{M}\\x{ff9e}\\x{ff9f}]*' +
  '|[^\\p{M}\\x{ff9e}\\x{ff9f}][\\p{M}\\x{ff9e}\\x{ff9f}]*|[\\p{M}\\x{ff9e}\\x{ff9f}]+';

/** Letters with their marks into another form of writing them. */
export function normalized(sql: (text: string) => string): Pass {
  const piece = (one: string): string => {
    const [opens, parts, closes] = beside('\n', '\n').split('\n').map(sqlText);
    return `CASE WHEN ${sql(one)} = ${one} THEN ${one} ELSE concat(${opens}, ${one}, ${parts}, ${sql(one)}, ${closes}) END`;
  };
  return {
    sql,
    marked: (text) =>
      `array_to_string(list_transform(regexp_extract_all(${text}, ${sqlText(`(?s)${cluster}`)}), lambda one: ${piece('one')}), '')`,
    changes(_, found) {
      const change = readChange(found);
      return change && [finer(change)];
    },
  };
}

/** What JavaScript does to each text. `make` is called only where places are asked for. */
export function scripted(sql: (text: string) => string, make: () => (text: string) => readonly Change[]): Pass {
  let changes: ReturnType<typeof make> | undefined;
  return { sql, changes: (before) => (changes ??= make())(before) };
}

/** Every cell's ends. */
export const ends: Pass = {
  sql: trimSql,
  marked: matched(`^[${spaces}]+|[${spaces}]+$`, '').marked!,
  changes: read,
};
