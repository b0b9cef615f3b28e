import { AtelierError } from '../../shared/errors.ts';
import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import { float64s } from '../encode/onnx-constants.ts';
import { numberColumns } from './numbers.ts';
import { columnNode, double, isMissing, where } from './onnx/values.ts';
import type { Made, StepKind } from './step.ts';
import { forEach, inPlace, numberSqlOf, sqlNumber } from './values.ts';

/** Rows of the training split that are looked at, of these columns; null is missing. */
interface Reference {
  columns: string[];
  rows: (number | null)[][];
  means: (number | null)[];
}

const mostColumns = 50;

/**
 * Puts in the place of a missing number the mean of the nearest rows that have one, nearest by the numbers that both have: the distance is
 * √(all / both · Σ(a − b)²) (scikit-learn's KNNImputer). Of equally near rows the first count. Compares with at most `rows` rows, spread evenly
 * over the training split. Scale the columns first, or the largest numbers decide.
 */
export const neighbours: StepKind<Reference> = {
  kind: 'neighbours',
  group: 'missing',
  model: 'inside',
  fields: [
    { key: 'columns', kind: 'columns', for: 'number', default: [] },
    { key: 'neighbours', kind: 'integer', default: 5, min: 1, max: 100 },
    { key: 'rows', kind: 'integer', default: 1000, min: 10, max: 5000 },
  ],
  async fit(state, settings, { query, train }) {
    const columns = numberColumns(state, settings);
    if (columns.length > mostColumns) {
      throw new AtelierError(
        'invalid_settings',
        `${columns.length} columns are too many to look for neighbours in; at most ${mostColumns}. Name fewer.`,
      );
    }
    if (columns.length === 0) return { columns: [], rows: [], means: [] };
    const numbers = columns.map((column, i) => `${numberSqlOf(column)} AS x${i}`).join(', ');
    const list = columns.map((_, i) => `x${i}`).join(', ');
    const [{ every }] = await query(
      `SELECT greatest(1, ceil(count(*) / ${settings.rows as number}))::INTEGER AS every FROM ${train}`,
    );
    const rows = await query(
      `SELECT ${list} FROM (SELECT ${numbers}, row_number() OVER (ORDER BY rid) - 1 AS nth FROM ${train}) WHERE nth % ${Number(every)} = 0 ORDER BY nth`,
    );
    const [means] = await query(
      `SELECT ${columns.map((_, i) => `avg(x${i}) AS x${i}`).join(', ')} FROM (SELECT ${numbers} FROM ${train})`,
    );
    const plain = (row: Record<string, unknown>): (number | null)[] =>
      columns.map((_, i) => (row[`x${i}`] === null ? null : Number(row[`x${i}`])));
    return { columns: columns.map(({ name }) => name), rows: rows.map(plain), means: plain(means) };
  },
  outcome(state, settings, reference) {
    const columns = numberColumns(state, settings);
    const count = settings.neighbours as number;
    return inPlace(
      state,
      forEach(columns, (column) => {
        const at = reference.columns.indexOf(column.name);
        const known = reference.rows.filter((row) => row[at] !== null);
        if (known.length === 0) return column;
        const made: Made = {
          name: column.name,
          type: 'number',
          role: column.role,
          form: 'number',
          prepared: column.prepared,
          reads: columns.map((each) => ({ column: each, as: 'number' })),
          sql: (reads) => filledSql(reads, at, known, reference.means[at]!, count),
          onnx: (g, reads) => filledOnnx(g, reads, at, known, reference.means[at]!, count),
        };
        return made;
      }),
    );
  },
};

/** Distances squared over √…, which has the same order; rows with nothing in common are never near. */
function filledSql(
  reads: readonly string[],
  at: number,
  known: (number | null)[][],
  mean: number,
  count: number,
): string {
  const literal = (value: number | null): string => (value === null ? 'NULL' : sqlNumber(value));
  const others = reads.map((_, i) => i).filter((i) => i !== at);
  const lists = others.map((i) => `[${known.map((row) => literal(row[i])).join(', ')}]::DOUBLE[]`);
  const both = others.map((i, k) => `(CASE WHEN ${reads[i]} IS NULL OR (${lists[k]})[j] IS NULL THEN 0 ELSE 1 END)`);
  const square = others.map((i, k) => `coalesce(pow(${reads[i]} - (${lists[k]})[j], 2), 0)`);
  if (others.length === 0) return `coalesce(${reads[at]}, ${sqlNumber(mean)})`;
  const distance = `(${square.join(' + ')}) / nullif(${both.join(' + ')}, 0)`;
  const values = `[${known.map((row) => literal(row[at])).join(', ')}]::DOUBLE[]`;
  const near = `list_transform(list_slice(list_sort(list_filter(list_transform(range(1, ${known.length + 1}), lambda j: {'d': ${distance}, 'j': j}), lambda e: e.d IS NOT NULL)), 1, ${count}), lambda e: (${values})[e.j])`;
  return `CASE WHEN ${reads[at]} IS NULL THEN coalesce(list_avg(${near}), ${sqlNumber(mean)}) ELSE ${reads[at]} END`;
}

function filledOnnx(
  g: GraphBuilder,
  reads: readonly Value[],
  at: number,
  known: (number | null)[][],
  mean: number,
  count: number,
): Value {
  const others = reads.map((_, i) => i).filter((i) => i !== at);
  const own = reads[at];
  if (others.length === 0) return where(g, isMissing(g, own), double(g, mean), own);
  const rows = known.length;
  let sum: Value | null = null;
  let both: Value | null = null;
  for (const i of others) {
    const theirs = g.constant(
      float64s(
        [1, rows],
        known.map((row) => row[i] ?? NaN),
      ),
    );
    const difference = g.sub(reads[i], theirs);
    const lacking = g.op('IsNaN', [difference]);
    const zero = double(g, 0);
    const square = g.where(lacking, zero, g.mul(difference, difference));
    const present = g.cast(g.op('Not', [lacking]), 'double');
    sum = sum === null ? square : g.add(sum, square);
    both = both === null ? present : g.add(both, present);
  }
  const none = g.op('Less', [both!, double(g, 0.5)]);
  // Further than anything is, and told from it.
  const far = 1.7e308;
  const distance = g.where(none, double(g, far), g.div(sum!, g.where(none, double(g, 1), both!)));
  const nearest = Math.min(count, rows);
  const [distances, places] = g.node(
    'TopK',
    [distance, g.int64s([nearest])],
    { axis: 1, largest: 0, sorted: 1 },
    {
      outputs: ['nearest', 'nearest_places'],
      types: [
        { type: 'double', shape: ['batch', nearest] },
        { type: 'int64', shape: ['batch', nearest] },
      ],
    },
  );
  const values = g.op(
    'Gather',
    [
      g.constant(
        float64s(
          [rows],
          known.map((row) => row[at]!),
        ),
      ),
      places,
    ],
    { axis: 0 },
  );
  const counted = g.op('Less', [distances, double(g, far)]);
  const total = g.reduceSum(g.where(counted, values, double(g, 0)), [1]);
  const number = g.reduceSum(g.cast(counted, 'double'), [1]);
  const any = g.op('Greater', [number, double(g, 0)]);
  const average = g.where(any, g.div(total, g.where(any, number, double(g, 1))), double(g, mean));
  return columnNode(g, 'Where', [isMissing(g, own), average, own], 'double');
}
