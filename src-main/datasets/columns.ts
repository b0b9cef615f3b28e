import type { DuckDBConnection } from '@duckdb/node-api';
import type { Column, ColumnType } from '../shared/dataset.ts';
import { topValues, type ColumnFacts } from './count-columns.ts';
import { cellCountsSql, valuesIn } from './tables/number-cells.ts';
import { ofColumns } from './tables/stored-numbers.ts';
import { countText } from './text-facts.ts';

/**
 * The type and role that a column's content speaks for. Free text is a feature; names and other short texts, nearly all of them
 * different, are not, unless there is nothing else to learn from (see `withShortTexts`).
 */
export function judgeColumn(name: string, facts: ColumnFacts): Pick<Column, 'type' | 'role' | 'note' | 'decimalComma'> {
  const { rows, present, distinct } = facts;
  const best = Math.max(facts.numbers, facts.commaNumbers);
  // A few words among many numbers ("unknown") are gaps; in a short table each counts.
  const isNumber = present > 0 && (best === present || (present >= 50 && best >= present * 0.98));
  const decimalComma = isNumber && facts.commaNumbers > facts.numbers ? { decimalComma: true } : {};
  const type: ColumnType = isNumber ? 'number' : 'category';
  const ignored = (as: ColumnType, note: string) => ({ type: as, role: 'ignored' as const, note, ...decimalComma });
  if (present === 0) return ignored('category', 'all_missing');
  // "The same, or nothing" still says something.
  if (distinct === 1 && present === rows) return ignored(type, 'constant');
  const manyDistinct = present >= 20 && distinct >= present * 0.95;
  if (isNumber) {
    if (manyDistinct && facts.integers && distinct === present && isNumbering(name, facts))
      return ignored('number', 'identifier');
    return { type, role: 'feature', ...decimalComma };
  }
  if (distinct > 20 && (facts.meanLength > 50 || facts.meanWords > 4)) return { type: 'text', role: 'feature' };
  if (manyDistinct) return facts.meanWords < 2 ? ignored('category', 'identifier') : ignored('text', 'text');
  if (distinct > 50 && distinct > present * 0.5) return ignored('text', 'text');
  return { type, role: 'feature' };
}

type Judged = Pick<Column, 'name' | 'type' | 'role' | 'note' | 'decimalComma'>;

/** Where no column but the target is a feature, short texts are. */
export function withShortTexts(columns: readonly Judged[], target: string | null): Judged[] {
  const others = columns.some(({ name, role }) => role === 'feature' && name !== target);
  return columns.map((column) => {
    const { name, type, decimalComma } = column;
    return others || column.note !== 'text' || name === target ? column : { name, type, role: 'feature', decimalComma };
  });
}

/** Distinct whole numbers that count rows, or are called so. */
function isNumbering(name: string, { min, max, present }: ColumnFacts): boolean {
  if (max !== null && min !== null && max - min + 1 === present) return true;
  return (
    /^(id|.*[_ -]id|.*Id|ids?|index|row|row[_ ]?(id|names?|nr|num(ber)?)|unnamed.*|no|nr|#)$/.test(name) ||
    /^(id|passengerid|uuid|guid)$/i.test(name)
  );
}

/** What was chosen for a column. */
type Chosen = Pick<Column, 'name' | 'type' | 'role' | 'note' | 'decimalComma' | 'separator'>;

/** What is known of a column without another look at it. */
export function columnOf(facts: ColumnFacts, column: Chosen): Column {
  const { type } = column;
  const numbers = column.decimalComma ? facts.commaNumbers : facts.numbers;
  const described: Column = {
    name: column.name,
    type,
    role: column.role,
    // What is no number in a number column is missing to every model.
    missing: facts.rows - (type === 'number' ? numbers : facts.present),
    distinct: facts.distinct,
  };
  if (type === 'number' && facts.min !== null && facts.max !== null && facts.mean !== null) {
    Object.assign(described, { min: facts.min, max: facts.max, mean: facts.mean });
  }
  if (type === 'category' && column.separator !== undefined) described.separator = column.separator;
  return described;
}

/** The stored form of a column: counts, and a number's range or a category's most frequent values. */
export async function describeColumn(
  connection: DuckDBConnection,
  table: string,
  index: number,
  facts: ColumnFacts,
  column: Chosen,
): Promise<Column> {
  const { type } = column;
  const described = columnOf(facts, column);
  const alone = ofColumns(table, [index]);
  if (type === 'category') {
    described.top =
      facts.top ?? (await topValues(connection, cellCountsSql(await valuesIn(connection, alone), index, alone)));
  }
  if (type === 'text') {
    const use = column.role === 'ignored' ? 'ignored' : 'feature';
    described.text = await countText(connection, alone, index, facts, use);
  }
  if (column.note) described.note = column.note;
  if (column.decimalComma) described.decimalComma = true;
  return described;
}
