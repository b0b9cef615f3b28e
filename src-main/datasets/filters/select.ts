import { cpus } from 'node:os';
import type { Manifest } from '../../shared/dataset.ts';
import type { Filter } from '../../shared/filter.ts';
import { samplesWith } from '../annotations/samples-with.ts';
import { soundsWith } from '../audio/sounds-with.ts';
import { int32s, readBlob } from '../blobs.ts';
import { heeding, withDuck } from '../duck.ts';
import { divide } from './conditions.ts';
import { openExpressions } from './expression.ts';
import { marked, orderRows } from './order.ts';

/** The samples that meet a filter, in order. For one question; `SampleReader` keeps answers for many. Throws what a condition can be wrong in. */
export async function selectSamples(
  blobs: string,
  manifest: Manifest,
  filter: Filter,
  signal: AbortSignal,
): Promise<Int32Array> {
  const split = await readBlob(blobs, manifest.blobs.split);
  const divided = await divide([...filter], manifest, split, {
    labels: async () => int32s(await readBlob(blobs, manifest.blobs.labels!)),
    marked: (asked) => samplesWith(blobs, manifest, asked),
    sounding: (asked) => soundsWith(blobs, manifest, asked),
  });
  if (manifest.kind === 'images') return marked(divided.marks ?? new Uint8Array(manifest.samples).fill(1));
  const apart: Int32Array[] = [];
  if (divided.expressions.length > 0) {
    const expressions = await openExpressions(blobs, manifest, Math.min(cpus().length, 8));
    try {
      for (const expression of divided.expressions) apart.push(await expressions.select(expression, signal));
    } finally {
      await expressions.close();
    }
  }
  return withDuck({ blobs, signal }, (connection) =>
    heeding(connection, signal, () => orderRows(connection, blobs, manifest, undefined, divided, apart)),
  );
}
