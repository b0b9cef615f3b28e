import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { sqlText } from '../cells.ts';
import { cutInto } from './onnx/strings.ts';
import { columnNode, double, text, where } from './onnx/values.ts';
import type { Made, StepKind } from './step.ts';
import { chosen, forEach, inPlace, sqlNumber } from './values.ts';

const parts = ['year', 'month', 'day', 'weekday', 'hour', 'minute'] as const;
type Part = (typeof parts)[number];

/** Where the year, month and day stand among a date's numbers, by how it is written. */
export const orders: Record<string, { first: string; places: Record<'year' | 'month' | 'day', number> }> = {
  'year-month-day': { first: '[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}', places: { year: 0, month: 1, day: 2 } },
  'day-month-year': { first: '[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}', places: { day: 0, month: 1, year: 2 } },
  'month-day-year': { first: '[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}', places: { month: 0, day: 1, year: 2 } },
};
const time = '(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?';
/** A whole cell that is a date written so, and perhaps a time. */
export const datePattern = (written: string): string => orders[written].first + time;

/**
 * Dates, and times after them, become numbers: year, month, day, weekday (Monday 1 … Sunday 7), hour and minute, as they are written (time zones are
 * not looked at). What is no date of the kind, or no day of any month, is missing in all.
 */
export const dates: StepKind = {
  kind: 'dates',
  group: 'encoding',
  model: 'inside',
  fields: [
    { key: 'columns', kind: 'columns', for: 'text', required: true, default: [] },
    { key: 'written', kind: 'choice', default: 'year-month-day', choices: Object.keys(orders) },
    { key: 'time', kind: 'boolean', default: false },
  ],
  outcome(state, settings) {
    const { places } = orders[settings.written as string];
    const wanted = settings.time === true ? parts : parts.slice(0, 4);
    const pattern = datePattern(settings.written as string);
    return inPlace(
      state,
      forEach(chosen(state, settings, 'text'), (column) =>
        wanted.map((part): Made => ({
          name: `${column.name} ${part}`,
          type: 'number',
          role: column.role,
          form: 'number',
          reads: [{ column, as: 'text' }],
          sql: ([cell]) => partSql(cell, pattern, places, part),
          onnx: (g, [cell]) => partOnnx(g, cell, pattern, places, part),
        })),
      ),
    );
  },
};

type Places = Record<'year' | 'month' | 'day', number>;
const placeOf = (places: Places, part: 'year' | 'month' | 'day' | 'hour' | 'minute'): number =>
  part === 'hour' ? 3 : part === 'minute' ? 4 : places[part];

/** Both ways compute on whole numbers in doubles, by the same formulas. */
export function partSql(cell: string, pattern: string, places: Places, part: Part): string {
  const number = (of: 'year' | 'month' | 'day' | 'hour' | 'minute'): string =>
    `coalesce(TRY_CAST(nullif(regexp_extract_all(${cell}, '[0-9]+')[${placeOf(places, of) + 1}], '') AS DOUBLE), 0)`;
  const [y, m, d] = [number('year'), number('month'), number('day')];
  const leap = `((${y} % 4 = 0 AND ${y} % 100 <> 0) OR ${y} % 400 = 0)`;
  const last = `(CASE WHEN ${m} IN (4, 6, 9, 11) THEN 30 WHEN ${m} = 2 THEN (CASE WHEN ${leap} THEN 29 ELSE 28 END) ELSE 31 END)`;
  const hour = `${number('hour')} BETWEEN 0 AND 23 AND ${number('minute')} BETWEEN 0 AND 59`;
  const valid = `regexp_full_match(${cell}, ${sqlText(pattern)}) AND ${m} BETWEEN 1 AND 12 AND ${d} BETWEEN 1 AND ${last} AND ${hour}`;
  const value = part === 'weekday' ? weekdaySql(y, m, d) : number(part);
  return `CASE WHEN ${valid} THEN (${value})::DOUBLE END`;
}

/** Sakamoto's method: the months' offsets, and January and February counted with the year before. */
const offsets = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];

function weekdaySql(y: string, m: string, d: string): string {
  const year = `(${y} - (CASE WHEN ${m} < 3 THEN 1 ELSE 0 END))`;
  const offset = `([${offsets.map(sqlNumber).join(', ')}])[(${m})::INTEGER]`;
  const sum = `(${year} + floor(${year} / 4) - floor(${year} / 100) + floor(${year} / 400) + ${offset} + ${d} + 6)`;
  return `1 + ${sum} - 7 * floor(${sum} / 7)`;
}

export function partOnnx(g: GraphBuilder, cell: Value, pattern: string, places: Places, part: Part): Value {
  const date = columnNode(g, 'RegexFullMatch', [cell], 'bool', { pattern });
  // What is no date is one here, and missing at the end.
  const safe = where(g, date, cell, text(g, '2000-01-01'));
  const found = cutInto(g, safe, '[0-9]+', 5);
  const number = (of: 'year' | 'month' | 'day' | 'hour' | 'minute'): Value => {
    const piece = g.node(
      'Slice',
      [found, g.int64s([placeOf(places, of)]), g.int64s([placeOf(places, of) + 1]), g.int64s([1])],
      {},
      {
        types: [{ type: 'string', shape: ['batch', 1] }],
      },
    )[0];
    const empty = columnNode(g, 'Equal', [piece, text(g, '')], 'bool');
    return columnNode(g, 'Cast', [where(g, empty, text(g, '0'), piece)], 'double', { to: 11 });
  };
  const c = (value: number): Value => double(g, value);
  const op = (name: string, ...inputs: Value[]): Value => g.op(name, inputs);
  const floor = (value: Value): Value => op('Floor', value);
  const remainder = (value: Value, by: number): Value => g.sub(value, g.mul(floor(g.div(value, c(by))), c(by)));
  const zero = (value: Value): Value => op('Equal', value, c(0));
  const [y, m, d] = [number('year'), number('month'), number('day')];
  const leap = op('Or', op('And', zero(remainder(y, 4)), op('Not', zero(remainder(y, 100)))), zero(remainder(y, 400)));
  const is = (month: number): Value => op('Equal', m, c(month));
  const short = op('Or', op('Or', is(4), is(6)), op('Or', is(9), is(11)));
  const last = where(g, short, c(30), where(g, is(2), where(g, leap, c(29), c(28)), c(31)));
  const between = (value: Value, low: Value, high: Value): Value =>
    op('And', op('GreaterOrEqual', value, low), op('LessOrEqual', value, high));
  const valid = [
    between(m, c(1), c(12)),
    between(d, c(1), last),
    between(number('hour'), c(0), c(23)),
    between(number('minute'), c(0), c(59)),
  ].reduce((all, each) => op('And', all, each), date);
  if (part !== 'weekday') return where(g, valid, number(part), c(NaN));
  const year = g.sub(y, where(g, op('Less', m, c(3)), c(1), c(0)));
  const offset = offsets.reduce((value, each, i) => where(g, is(i + 1), c(each), value), c(0));
  const sum = [floor(g.div(year, c(4))), offset, d, c(6), floor(g.div(year, c(400)))].reduce(
    (total, each) => g.add(total, each),
    g.sub(year, floor(g.div(year, c(100)))),
  );
  return where(g, valid, g.add(remainder(sum, 7), c(1)), c(NaN));
}
