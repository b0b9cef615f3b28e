import type { DuckDBConnection } from '@duckdb/node-api';
import type { SampleAnnotations } from '../../../shared/annotation.ts';
import type { Manifest, RawMarks, SpanLoss } from '../../../shared/dataset.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { eachAnnotations, readHeader } from '../../annotations/read.ts';
import { AnnotationWriter } from '../../annotations/writer.ts';
import { int32sOf } from '../../duck.ts';
import type { Fitted } from '../fit.ts';
import { rawState } from '../plan.ts';
import { movedSample, type MovedSample } from './moved-sample.ts';
import { changesOf, trailOf, trailSql, type Trail } from './trail.ts';

export type Carried = Pick<Manifest, 'annotations'> & {
  blobs: Pick<Manifest['blobs'], 'annotations' | 'annotationOffsets'>;
  raw: RawMarks;
};

/**
 * The annotations of the rows that a recipe leaves, each span where its text has gone. `raw`: the version before the recipe. Null where nothing is
 * annotated. Throws `annotated`.
 */
export async function carriedMarks(
  connection: DuckDBConnection,
  blobs: string,
  raw: Manifest,
  fitted: Fitted,
): Promise<Carried | null> {
  const { annotations: summary, blobs: own } = raw;
  if (!summary || !own.annotations || !own.annotationOffsets) return null;
  const kept = { annotations: own.annotations, annotationOffsets: own.annotationOffsets };
  const told: SpanLoss = { lost: 0, cut: 0, parted: 0 };
  const trail = trailOf(rawState(fitted.recipe.columns), fitted.stages);
  if (!fitted.drops && (trail?.steps.length ?? 0) === 0) {
    return { annotations: summary, blobs: kept, raw: { summary, ...kept, ...told } };
  }
  const writer = await AnnotationWriter.open(blobs);
  try {
    for await (const { moved, again } of movedRows(connection, fitted, trail, eachAnnotations(blobs, raw))) {
      await writer.add(moved.marks);
      if (again) continue;
      told.lost += moved.lost;
      told.cut += moved.cut;
      told.parted += moved.parted;
    }
    const { format: _format, version: _version, ...header } = await readHeader(blobs, raw);
    const made = await writer.finish(header);
    return { annotations: made.summary, blobs: made.blobs, raw: { summary, ...kept, ...told } };
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

/** Row by row as the recipe leaves them; `again`: a copy of the one before. `samples`: of the table before it, in order. */
export async function* movedRows(
  connection: DuckDBConnection,
  { relation, drops }: Pick<Fitted, 'relation' | 'drops'>,
  trail: Trail | null,
  samples: AsyncGenerator<SampleAnnotations>,
): AsyncGenerator<{ row: number; moved: MovedSample; again: boolean }> {
  const asked = trail ? trailSql(trail) : [];
  const order = drops ? ' ORDER BY rid' : '';
  const result = await connection.stream(`SELECT ${['rid', ...asked].join(', ')} FROM ${relation}${order}`);
  let row = -1;
  let moved: MovedSample | undefined;
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const rows = int32sOf(chunk.getColumnVector(0));
    const answers = asked.map((_, i) => chunk.getColumnVector(i + 1));
    for (let r = 0; r < chunk.rowCount; r++) {
      const again = rows[r] === row;
      if (!again) {
        let sample: IteratorResult<SampleAnnotations, unknown> | undefined;
        while (row < rows[r]) {
          sample = await samples.next();
          row++;
        }
        if (!sample || sample.done) throw new AtelierError('internal', `There are no annotations of row ${rows[r]}.`);
        const changes = trail
          ? changesOf(
              trail,
              answers.map((vector) => vector.getItem(r) as string | null),
            )
          : [];
        moved = movedSample(sample.value, changes);
      }
      yield { row, moved: moved!, again };
    }
  }
  await samples.return(undefined);
}

/** What is told of a version whose texts a recipe has changed under their spans. */
export function lossNotes({ lost, cut, parted }: SpanLoss): Manifest['notes'] {
  if (lost + cut === 0) return [];
  return [
    {
      code: lossCode,
      message: `The recipe left these no text, so they were left out: spans ${lost}, relations ${parted}. Spans shortened: ${cut}.`,
    },
  ];
}

export const lossCode = 'spans_lost';
