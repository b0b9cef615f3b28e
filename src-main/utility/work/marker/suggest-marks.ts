import { originalPixels } from '../../../datasets/images/original.ts';
import { AtelierError } from '../../../shared/errors.ts';
import type { MarkJobParams, MarkJobResult } from '../../../shared/work/suggest.ts';
import type { JobContext } from '../../port/job-port.ts';
import { MarkerModel } from './marker-model.ts';

/** What a model finds in pictures, one after another. A picture that cannot be read is told of and holds the others up no longer. */
export async function suggestMarks(
  { blobs, manifest, newest, path, wish, samples, threads }: MarkJobParams,
  context: JobContext,
): Promise<MarkJobResult> {
  const model = await MarkerModel.open(path, threads, wish);
  try {
    const found: MarkJobResult['found'] = [];
    const unread: MarkJobResult['unread'] = [];
    for (const [i, sample] of samples.entries()) {
      try {
        found.push([sample, await model.mark(await originalPixels(blobs, manifest, sample, newest))]);
      } catch (error) {
        if (!(error instanceof AtelierError) || !/^(image_|original_|not_an_image)/.test(error.code)) throw error;
        unread.push({ sample, message: error.message });
      }
      context.progress({ stage: 'predicting', unit: 'samples', done: i + 1, total: samples.length });
      await context.pause();
    }
    return { facts: model.facts, found, unread };
  } finally {
    await model.close();
  }
}
