import type { Readable } from '../../db/connection.ts';
import { gridAnswer } from '../../db/grid-cells.ts';
import { gridPreferences, ratedCells } from '../../db/grid-judgements.ts';
import { getGrid, gridRows } from '../../db/grids.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { GridId } from '../../shared/ids.ts';
import type { JudgedKind } from '../../shared/judged.ts';
import { cellValues } from '../../shared/prompt/examples.ts';
import { filled } from '../../shared/prompt/fill.ts';
import { pairLine, ratingLine } from '../labels/judged-file.ts';
import { askedLine } from './grid-file.ts';
import { columnMeaning } from './meaning.ts';

/** Judgements on a grid's answers, as `labels export` writes those of a labelling: with what was judged, and which prompt and model it was of. Throws `nothing_judged`. */
export function judgedLines(db: Readable, id: GridId, kind: JudgedKind): Record<string, unknown>[] {
  const { columns } = getGrid(db, id);
  const values = gridRows(db, id);
  const meanings = columns.map((column) => columnMeaning(db, column));
  const asked = (row: number, column: number) =>
    filled(meanings[column].text, { ...values[row], ...cellValues(meanings[column].examples) });
  const answer = (row: number, column: number) => gridAnswer(db, id, row, column).text;
  const of = (column: number, prefix = '') =>
    Object.fromEntries(Object.entries(askedLine(columns[column])).map(([key, value]) => [prefix + key, value]));
  // What only labelling knows.
  const judged = ({
    sample,
    state: _state,
    confidence: _confidence,
    note: _note,
    ...line
  }: ReturnType<typeof pairLine>) => ({
    row: sample,
    ...line,
  });
  const lines =
    kind === 'rating'
      ? ratedCells(db, id).map(({ row, column, rating }) => ({
          ...judged(ratingLine(row, String(rating), [asked(row, column), answer(row, column)])),
          ...of(column),
        }))
      : gridPreferences(db, id).map(({ row, first, second, choice }) => ({
          ...judged(pairLine(row, choice, [asked(row, first), answer(row, first), answer(row, second)])),
          ...of(first, 'a_'),
          ...of(second, 'b_'),
        }));
  if (lines.length > 0) return lines;
  throw new AtelierError(
    'nothing_judged',
    kind === 'pair'
      ? 'No answers of this grid were compared yet. Say of two answers to a row which is better.'
      : 'No answers of this grid were rated yet. Rate some from 1 to 5.',
  );
}
