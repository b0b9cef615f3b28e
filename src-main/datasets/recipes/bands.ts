import { columnNode, double, text, where } from './onnx/values.ts';
import { numberColumns } from './numbers.ts';
import type { StepKind } from './step.ts';
import { forEach, from, inPlace } from './values.ts';

/** Whole numbers in doubles are exact up to here; what is larger is missing. */
const largest = 1e15;

/** Numbers become the band they lie in, as a category: 37 in bands of 10 is "[30, 40)", from 30 to below 40. Learns nothing. */
export const bands: StepKind = {
  kind: 'bands',
  group: 'privacy',
  model: 'inside',
  fields: [
    { key: 'columns', kind: 'columns', for: 'number', required: true, default: [] },
    { key: 'width', kind: 'integer', default: 10, min: 1, max: 1_000_000_000 },
  ],
  outcome(state, settings) {
    const width = settings.width as number;
    return inPlace(
      state,
      forEach(numberColumns(state, settings), (column) => ({
        ...from(column, 'number'),
        type: 'category',
        form: 'text',
        sql: ([x]) => {
          const low = `(floor(${x} / ${width}::DOUBLE) * ${width}::DOUBLE)::BIGINT`;
          return `CASE WHEN abs(${x}) < ${largest}::DOUBLE THEN '[' || ${low} || ', ' || (${low} + ${width}) || ')' END`;
        },
        onnx: (g, [x]) => {
          const inside = columnNode(g, 'Less', [columnNode(g, 'Abs', [x], 'double'), double(g, largest)], 'bool');
          // Less is false of NaN as well.
          const safe = where(g, inside, x, double(g, 0));
          const low = g.mul(g.op('Floor', [g.div(safe, double(g, width))]), double(g, width));
          const words = [low, g.add(low, double(g, width))].map((edge) =>
            columnNode(g, 'Cast', [columnNode(g, 'Cast', [edge], 'int64', { to: 7 })], 'string', { to: 8 }),
          );
          const pieces = [text(g, '['), words[0], text(g, ', '), words[1], text(g, ')')];
          const band = pieces.reduce((a, b) => columnNode(g, 'StringConcat', [a, b], 'string'));
          return where(g, inside, band, text(g, ''));
        },
      })),
    );
  },
};
