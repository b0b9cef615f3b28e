import type { DuckDBConnection } from '@duckdb/node-api';
import type { SampleAnnotations, Span } from '../../../shared/annotation.ts';
import type { Manifest } from '../../../shared/dataset.ts';
import type { PreviewRow, PreviewTable, RecipePreview } from '../../../shared/recipe-preview.ts';
import { eachAnnotations } from '../../annotations/read.ts';
import { rowsOf } from '../../duck.ts';
import type { Fitted } from '../fit.ts';
import { rawState } from '../plan.ts';
import { movedRows } from './carry.ts';
import type { MovedSample } from './moved-sample.ts';
import { trailOf } from './trail.ts';

/** A preview with the spans marked in its texts, where there are any. `raw`: the version before its recipe. Throws `annotated`. */
export async function withSpans(
  preview: RecipePreview,
  connection: DuckDBConnection,
  blobs: string,
  raw: Manifest,
  before: Fitted,
  after: Fitted,
): Promise<RecipePreview> {
  if (!raw.annotations) return preview;
  const trail = trailOf(rawState(after.recipe.columns), after.stages);
  if (!trail) return preview;
  const sampled = new Set(
    (await rowsOf(connection, `SELECT DISTINCT rid FROM ${before.relation}`)).map(({ rid }) => Number(rid)),
  );
  const rows = async (fitted: Fitted): Promise<Map<number, MovedSample>> => {
    const found = new Map<number, MovedSample>();
    const way = trailOf(rawState(fitted.recipe.columns), fitted.stages);
    const samples = eachAnnotations(blobs, raw, (sample) => sampled.has(sample));
    for await (const { row, moved } of movedRows(connection, fitted, way, samples)) found.set(row, moved);
    return found;
  };
  const [was, is] = [await rows(before), await rows(after)];
  const told = { column: trail.columns.at(-1)!.name, marked: 0, lost: 0, cut: 0 };
  for (const [row, { lost, cut }] of is) {
    const old = was.get(row)!;
    told.marked += spansOf(old.marks).length;
    told.lost += lost - old.lost;
    told.cut += Math.max(0, cut - old.cut);
  }
  const shown = (table: PreviewTable, of: ReadonlyMap<number, MovedSample>): PreviewTable => ({
    ...table,
    rows: table.rows.map((each): PreviewRow => {
      const found = (each.dropped ? was : of).get(each.row);
      return found ? { ...each, spans: spansOf(found.marks) } : each;
    }),
  });
  return { ...preview, before: shown(preview.before, was), after: shown(preview.after, is), spans: told };
}

const spansOf = ({ annotations }: SampleAnnotations): Pick<Span, 'class' | 'start' | 'end'>[] =>
  annotations.flatMap((mark) =>
    mark.type === 'span' ? [{ class: mark.class, start: mark.start, end: mark.end }] : [],
  );
