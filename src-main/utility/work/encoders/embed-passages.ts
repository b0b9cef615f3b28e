import { storedVector } from '../../../documents/encoded.ts';
import type { EmbedParams, EmbedResult, PassageToEmbed } from '../../../shared/work/embed.ts';
import type { JobContext } from '../../port/job-port.ts';
import { openEncoder } from './open-encoder.ts';

/** Passages that are told at once; what was told is kept, whatever ends the job. */
const toldAtOnce = 32;

/** Vectors of passages, each with what it stands under. Errors: those of `openEncoder`. */
export async function embedPassages(
  { model, passages, threads }: EmbedParams,
  context: Pick<JobContext, 'progress' | 'pause' | 'post'>,
): Promise<EmbedResult> {
  const progress = (done: number) =>
    context.progress({ stage: 'embedding', unit: 'passages', done, total: passages.length });
  progress(0);
  await context.pause();
  const { embedder, identity } = await openEncoder(model, threads);
  try {
    for (let from = 0; from < passages.length; from += toldAtOnce) {
      const some = passages.slice(from, from + toldAtOnce);
      const vectors = await embedder.embed(some.map(wholeText), () => context.pause());
      const told = some.map(({ key }, i) => ({ key, vector: storedVector(vectors[i]) }));
      context.post({ type: 'vectors', made: { identity, passages: told } });
      progress(from + some.length);
      await context.pause();
    }
    return { identity };
  } finally {
    await embedder.close();
  }
}

/** What it stands under is found with it. */
const wholeText = ({ headings, text }: PassageToEmbed): string =>
  [...headings.filter((heading) => !text.includes(heading)), text].join('\n');
