import { AtelierError } from '../../shared/errors.ts';
import { joined } from '../leaks/across.ts';
import { nearTexts } from '../leaks/near-texts.ts';
import { train } from '../splits.ts';
import type { State, StateColumn, StepKind } from './step.ts';
import { chosen, textSql } from './values.ts';
import type { StepSettings } from '../../shared/recipe.ts';

const mostRows = 200_000;

/**
 * Leaves out training rows whose texts are nearly those of another row: of rows that are alike (each to the next) the first one stays, and none
 * where one is of validation or test. Those splits keep all of their rows. Found by MinHash over runs of four letters, then compared exactly.
 */
export const nearDuplicates: StepKind<number[]> = {
  kind: 'near-duplicates',
  group: 'rows',
  model: 'apart',
  learns: false,
  fields: [
    { key: 'columns', kind: 'columns', for: 'text', default: [] },
    { key: 'likeness', kind: 'number', default: 0.6, min: 0.3, max: 1 },
  ],
  /** The rows to leave out. */
  async fit(state, settings, { query, each, all }) {
    const columns = compared(state, settings);
    const [{ n, last }] = await query(`SELECT count(*) AS n, coalesce(max(rid), 0) AS last FROM ${all}`);
    if (Number(n) > mostRows) {
      throw new AtelierError(
        'invalid_settings',
        `${Number(n)} rows are too many to compare with each other; at most ${mostRows}. Filter them before.`,
      );
    }
    const text = `concat_ws(chr(10), ${columns.map(textSql).join(', ')})`;
    const pairs = await nearTexts(
      (visit, only) =>
        each(
          `SELECT rid::INTEGER, ${text} FROM ${all} ${only ? `WHERE rid IN (${only.join(', ')})` : 'ORDER BY rid'}`,
          visit,
        ),
      Number(n),
      settings.likeness as number,
    );
    if (pairs.length === 0) return [];
    const split = new Uint8Array(Number(last) + 1);
    await each(`SELECT rid::INTEGER, split::INTEGER FROM ${all}`, (row, vectors, r) => {
      split[row] = vectors[1].getItem(r) as number;
    });
    return leftOut(pairs, split);
  },
  keep: (_, __, rows) => (rows.length > 0 ? { where: `rid NOT IN (${rows.join(', ')})` } : null),
};

/** The columns named; else the features of text, or where there are none the categories. */
function compared(state: State, settings: StepSettings): StateColumn[] {
  const columns = chosen(state, settings, 'text');
  const named = (settings.columns as string[]).length > 0;
  const texts = columns.filter(({ type }) => type === 'text');
  if (columns.length > 0) return named || texts.length === 0 ? columns : texts;
  throw new AtelierError('invalid_settings', 'There is no column of texts to compare. Choose one.');
}

function leftOut(pairs: readonly [number, number][], split: Uint8Array): number[] {
  const { ids, count } = joined(
    pairs.map(([other, held]) => ({ other, held })),
    split.length,
  );
  // Of each group whether a row stays already: one that is held back from training, or the first.
  const stays = new Uint8Array(count);
  const sizes = new Int32Array(count);
  ids.forEach((group, row) => {
    sizes[group]++;
    if (split[row] !== train) stays[group] = 1;
  });
  const rows: number[] = [];
  ids.forEach((group, row) => {
    if (sizes[group] < 2 || split[row] !== train) return;
    if (stays[group] === 1) rows.push(row);
    else stays[group] = 1;
  });
  return rows;
}
