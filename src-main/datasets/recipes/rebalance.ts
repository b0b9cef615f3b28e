import { AtelierError } from '../../shared/errors.ts';
import { preparedKinds } from '../../shared/recipe.ts';
import { sqlText } from '../cells.ts';
import { train } from '../splits.ts';
import type { State, StateColumn, StepKind } from './step.ts';
import { sqlNumber, textSql } from './values.ts';

/** Rows of each class in the training split. */
type Counts = { class: string; rows: number }[];

/**
 * As many rows of each class in the training split: of those that have fewer than the largest class rows stand there several times (`over`), or
 * of those that have more than the smallest some are left out (`under`), drawn by the seed. Validation and test stay as they are: they tell
 * how well the model does on what there is.
 */
export const rebalance: StepKind<Counts> = {
  kind: 'rebalance',
  group: 'rows',
  of: preparedKinds,
  model: 'apart',
  onTarget: true,
  fields: [
    { key: 'how', kind: 'choice', default: 'over', choices: ['over', 'under'] },
    { key: 'seed', kind: 'integer', default: 1, min: 0, max: 1_000_000 },
  ],
  async fit(state, _, { query, train: rows }) {
    const target = classesOf(state);
    const found = await query(
      `SELECT v, count(*) AS n FROM (SELECT ${textSql(target)} AS v FROM ${rows}) WHERE v IS NOT NULL GROUP BY v ORDER BY v`,
    );
    return found.map(({ v, n }) => ({ class: String(v), rows: Number(n) }));
  },
  keep(state, settings, counts) {
    if (counts.length < 2) return null;
    const target = textSql(classesOf(state));
    const rows = counts.map((each) => each.rows);
    const wanted = settings.how === 'over' ? Math.max(...rows) : Math.min(...rows);
    // md5 for its spread alone: the same rows whatever their order and the version of DuckDB.
    const order = `md5(concat(rid, ':', ${settings.seed as number})), rid`;
    const nth = `row_number() OVER (PARTITION BY split, ${target} ORDER BY ${order})`;
    const own = `(MAP {${counts.map((each) => `${sqlText(each.class)}: ${each.rows}`).join(', ')}})[${target}]`;
    // Each as often as it goes, and the first of the draw once more.
    const copies = `${sqlNumber(wanted)}::BIGINT // ${own} + (${nth} <= ${sqlNumber(wanted)}::BIGINT % ${own})::INTEGER`;
    return { copies: `CASE WHEN split <> ${train} OR ${target} IS NULL THEN 1 ELSE ${copies} END` };
  },
};

function classesOf(state: State): StateColumn {
  const target = state.find(({ role }) => role === 'target');
  if (!target) {
    throw new AtelierError(
      'no_target',
      'This step needs a target, and none is chosen. Choose the column to predict first.',
    );
  }
  if (target.type === 'category') return target;
  throw new AtelierError(
    'invalid_settings',
    `The target "${target.name}" has no classes. Only what is to be told into classes can be rebalanced.`,
  );
}
