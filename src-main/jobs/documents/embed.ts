import { availableParallelism } from 'node:os';
import { getCollection } from '../../db/documents.ts';
import { countUnembedded, identityOfEncoder, noteEncoder, putVectors, unembedded } from '../../db/passage-vectors.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { CollectionId, JobId, LanguageModelId } from '../../shared/ids.ts';
import { defaultThreads } from '../../shared/training-defaults.ts';
import type { EmbedParams } from '../../shared/work/embed.ts';
import type { Context } from '../context.ts';
import { openedModel } from '../prompts/language-models.ts';
import { unheard, type Started } from '../work.ts';

/** What an embedding is asked for again by. */
export interface EmbedRequest {
  collection: CollectionId;
  model: LanguageModelId;
}

/** Passages that one process makes vectors of. */
const atOnce = 2048;

/**
 * Has an encoder make vectors of the passages that have none of it yet. What was made is kept, whatever ends the job, and is not made again.
 * Errors: no_such_collection, no_such_model, those of opening an encoder.
 */
export function embedPassages(
  { store, queue, events }: Context,
  request: EmbedRequest,
  submitted?: (job: JobId) => void,
): Started<EmbedRequest> {
  const { collection, model } = request;
  const { name } = getCollection(store, collection);
  const opened = openedModel(store, store.folder, { folder: model });
  let [made, whole] = [0, 0];
  let before = -1;
  const params = (): EmbedParams => {
    const identity = identityOfEncoder(store, model) ?? '';
    whole = made + countUnembedded(store, collection, identity);
    return {
      model: opened,
      passages: unembedded(store, collection, identity, atOnce),
      threads: defaultThreads(availableParallelism()),
    };
  };
  const { job, result } = queue.submit({
    kind: 'embed',
    title: name,
    request,
    params: params(),
    submitted,
    message(message) {
      if (message.type !== 'vectors') return;
      const { identity, passages } = message.made;
      noteEncoder(store, model, identity);
      putVectors(store, identity, passages);
      made += passages.length;
    },
    progress: (progress) => ({ ...progress, done: Math.min(made, whole), total: whole }),
    next(outcome) {
      if (outcome.status !== 'finished') return outcome;
      noteEncoder(store, model, outcome.value.identity);
      const left = params();
      if (left.passages.length === 0) return outcome;
      if (made > before) {
        before = made;
        return { params: left };
      }
      throw new AtelierError('internal', 'An encoder made no vectors.');
    },
    settled: () => events.emit({ type: 'changed', noun: 'documents' }),
  });
  return { job, result: unheard(result.then(() => request)) };
}
