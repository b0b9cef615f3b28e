import type { GraphBuilder, Value } from '../../onnx/builder.ts';
import { datePattern, orders, partOnnx, partSql } from './dates.ts';
import { columnNode, double, isMissing, text, where } from './onnx/values.ts';
import type { StepKind } from './step.ts';
import { chosen, forEach, from, inPlace } from './values.ts';

/** Dates become their month ("2024-02") or year ("2024"), as a category. What is no date of the kind, or no day of any month, is missing. */
export const coarseDates: StepKind = {
  kind: 'coarse-dates',
  group: 'privacy',
  model: 'inside',
  fields: [
    { key: 'columns', kind: 'columns', for: 'text', required: true, default: [] },
    { key: 'written', kind: 'choice', default: 'year-month-day', choices: Object.keys(orders) },
    { key: 'unit', kind: 'choice', default: 'month', choices: ['month', 'year'] },
  ],
  outcome(state, settings) {
    const written = settings.written as string;
    const monthly = settings.unit === 'month';
    const { places } = orders[written];
    const pattern = datePattern(written);
    return inPlace(
      state,
      forEach(chosen(state, settings, 'text'), (column) => ({
        ...from(column, 'text'),
        type: 'category',
        form: 'text',
        sql: ([cell]) => {
          const padded = (part: 'year' | 'month', width: number): string =>
            `lpad((${partSql(cell, pattern, places, part)})::INTEGER::VARCHAR, ${width}, '0')`;
          return monthly ? `${padded('year', 4)} || '-' || ${padded('month', 2)}` : padded('year', 4);
        },
        onnx: (g, [cell]) => {
          const [year, month] = (['year', 'month'] as const).map((part) => partOnnx(g, cell, pattern, places, part));
          const missing = isMissing(g, year);
          const digits = (value: Value, width: number): Value =>
            padded(g, where(g, missing, double(g, 0), value), width);
          const concat = (a: Value, b: Value): Value => columnNode(g, 'StringConcat', [a, b], 'string');
          const years = digits(year, 4);
          return where(
            g,
            missing,
            text(g, ''),
            monthly ? concat(concat(years, text(g, '-')), digits(month, 2)) : years,
          );
        },
      })),
    );
  },
};

/** A whole number from 0 with zeros before it. */
function padded(g: GraphBuilder, value: Value, width: number): Value {
  const whole = columnNode(g, 'Cast', [value], 'int64', { to: 7 });
  const digits = columnNode(g, 'Cast', [whole], 'string', { to: 8 });
  const zeros = Array.from({ length: width - 1 }, (_, i) => i + 1).reduce(
    (before, i) =>
      where(g, columnNode(g, 'Less', [value, double(g, 10 ** (width - i))], 'bool'), text(g, '0'.repeat(i)), before),
    text(g, ''),
  );
  return columnNode(g, 'StringConcat', [zeros, digits], 'string');
}
