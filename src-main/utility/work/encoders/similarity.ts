import type { SimilarityParams, SimilarityResult } from '../../../shared/work/similarity.ts';
import type { JobContext } from '../../port/job-port.ts';
import { partsOf } from '../generate/open.ts';
import { cosine, openEmbedder } from './embedder.ts';

/** How alike the texts of each pair are. A text that comes again is embedded once. Errors: those of `openEmbedder`. */
export async function similarity(
  { model, pairs, threads }: SimilarityParams,
  context: Pick<JobContext, 'progress' | 'pause'>,
): Promise<SimilarityResult> {
  const texts = [...new Set(pairs.flat())];
  context.progress({ stage: 'reading', unit: 'steps', done: 0, total: 0 });
  await context.pause();
  const embedder = await openEmbedder(partsOf(model), threads);
  try {
    const vectors = await embedder.embed(texts, (done) => {
      context.progress({ stage: 'checking', unit: 'samples', done, total: texts.length });
      return context.pause();
    });
    const of = new Map(texts.map((text, i) => [text, vectors[i]]));
    return { cosines: pairs.map(([a, b]) => cosine(of.get(a)!, of.get(b)!)) };
  } finally {
    await embedder.close();
  }
}
