import * as v from 'valibot';

/** Bars of charts over a table's columns, to be counted again among the samples that a filter lets through. */

const column = v.pipe(v.string(), v.maxLength(1000));
const finite = v.pipe(v.number(), v.finite());
const most = 200;

export const askedBarsSchema = v.variant('kind', [
  /** Of numbers, of one width; the last has its upper edge in it. */
  v.object({ kind: v.literal('numbers'), column, edges: v.pipe(v.array(finite), v.minLength(2), v.maxLength(most)) }),
  /** Of texts by their length in words; the last has all that are longer, too. */
  v.object({
    kind: v.literal('lengths'),
    column,
    from: finite,
    width: v.pipe(v.number(), v.minValue(1)),
    count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most)),
  }),
  /** Of cells that are one of these. */
  v.object({
    kind: v.literal('values'),
    column,
    values: v.pipe(v.array(v.pipe(v.string(), v.maxLength(100_000))), v.minLength(1), v.maxLength(most)),
  }),
]);
export type AskedBars = v.InferOutput<typeof askedBarsSchema>;
