import { AtelierError } from '../../shared/errors.ts';
import { measured, numberColumns, type PerColumn } from './numbers.ts';
import { columnNode, double, isMissing, text, where } from './onnx/values.ts';
import type { StepKind } from './step.ts';
import { forEach, from, inPlace, sqlNumber } from './values.ts';

/**
 * Numbers become categories "1", "2" …, by the bin they lie in: bins of one width, or with as many of the training split's values in each, or
 * between edges that are given. A value on an edge belongs to the bin above it; what lies outside to the first or last one.
 */
export const bins: StepKind<PerColumn<number[]>> = {
  kind: 'bins',
  group: 'encoding',
  model: 'inside',
  fields: [
    { key: 'columns', kind: 'columns', for: 'number', default: [] },
    { key: 'by', kind: 'choice', default: 'quantiles', choices: ['quantiles', 'width', 'edges'] },
    { key: 'count', kind: 'integer', default: 5, min: 2, max: 100, only: { key: 'by', is: ['quantiles', 'width'] } },
    { key: 'edges', kind: 'text', default: '', only: { key: 'by', is: ['edges'] } },
  ],
  /** The edges between bins: one fewer than there are bins. */
  async fit(state, settings, context) {
    const columns = numberColumns(state, settings);
    if (settings.by === 'edges') {
      const edges = edgesOf(String(settings.edges));
      return Object.fromEntries(columns.map(({ name }) => [name, edges]));
    }
    const count = settings.count as number;
    const between = Array.from({ length: count - 1 }, (_, i) => (i + 1) / count);
    const aggregates =
      settings.by === 'width'
        ? { low: 'min(x)', high: 'max(x)' }
        : Object.fromEntries(between.map((share, i) => [`q${i}_`, `quantile_cont(x, ${share})`]));
    const found = await measured(columns, aggregates, context);
    return Object.fromEntries(
      Object.entries(found).map(([name, facts]) => {
        const { low, high } = facts;
        const edges =
          settings.by === 'width'
            ? between.map((share) => (low ?? 0) + share * ((high ?? 0) - (low ?? 0)))
            : between.map((_, i) => facts[`q${i}_`] ?? 0);
        return [name, [...new Set(edges)]];
      }),
    );
  },
  outcome: (state, settings, learned) =>
    inPlace(
      state,
      forEach(numberColumns(state, settings), (column) => {
        const edges = learned[column.name];
        return {
          ...from(column, 'number'),
          type: 'category',
          form: 'text',
          sql: ([x]) => {
            const above = edges.map((edge) => `(${x} >= ${sqlNumber(edge)})::INTEGER`).join(' + ');
            return `CASE WHEN ${x} IS NOT NULL THEN (1 + ${above || '0'})::VARCHAR END`;
          },
          onnx: (g, [x]) => {
            const bin = edges.reduce(
              (label, edge, i) =>
                where(g, columnNode(g, 'GreaterOrEqual', [x, double(g, edge)], 'bool'), text(g, String(i + 2)), label),
              text(g, '1'),
            );
            return where(g, isMissing(g, x), text(g, ''), bin);
          },
        };
      }),
    ),
};

function edgesOf(written: string): number[] {
  const edges = written
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
    .map(Number);
  const rising = edges.every((edge, i) => Number.isFinite(edge) && (i === 0 || edge > edges[i - 1]));
  if (edges.length > 0 && edges.length < 1000 && rising) return edges;
  throw new AtelierError('invalid_settings', `edges=${written} is no list of rising numbers, such as 18,30,65.`);
}
