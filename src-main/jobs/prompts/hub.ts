import { join } from 'node:path';
import { dismissJob, getJobRequest } from '../../db/jobs.ts';
import { putLanguageModel } from '../../db/language-models.ts';
import { dataFolder } from '../../db/workspace.ts';
import { AtelierError } from '../../shared/errors.ts';
import { newId, type JobId, type LanguageModelId } from '../../shared/ids.ts';
import type { HubOffer, HubParams } from '../../shared/work/hub.ts';
import { askUtility } from '../ask-utility.ts';
import type { Context } from '../context.ts';
import type { SpawnUtility } from '../utility.ts';
import { unheard, type Started } from '../work.ts';

const offerWithinMs = 90_000;

/** A model of the hub, as a person wishes for it; `variant` absent: what suits this machine. */
export type HubWish = Pick<HubParams, 'name' | 'variant'>;

export interface Downloaded {
  offer: HubOffer;
  model: LanguageModelId;
}

/** This person's folder for downloaded models: one for all workspaces. */
export const modelsFolder = (): string => join(dataFolder(), 'models');

/** What would be downloaded, before anything is. Errors: those of `offerModel`. */
export const askHub = (spawn: SpawnUtility, wish: HubWish): Promise<HubOffer> =>
  askUtility(spawn, 'download', { ...wish, folder: modelsFolder(), get: false }, offerWithinMs);

/** Downloads it, going on from where an earlier one stopped, and puts it in the list of models. */
export function downloadModel(context: Context, wish: HubWish, after?: JobId): Started<Downloaded> {
  let model: LanguageModelId;
  const { job, result } = context.queue.submit({
    kind: 'download',
    title: wish.name.trim(),
    params: { ...wish, folder: modelsFolder(), get: true },
    request: wish,
    submitted() {
      // The one that is tried again.
      if (after) dismissJob(context.store, after);
    },
    finished({ chosen }, now) {
      model = putLanguageModel(context.store, newId('model', now), chosen.folder, now);
    },
    settled(status) {
      if (status === 'finished') context.events.emit({ type: 'changed', noun: 'prompts' });
    },
  });
  return { job, result: unheard(result.then((offer) => ({ offer, model }))) };
}

/** One that failed or was cut short, from what has come. Throws `no_such_job`. */
export function downloadAgain(context: Context, id: JobId): Started<Downloaded> {
  const wish = getJobRequest(context.store, id) as HubWish | null;
  if (wish) return downloadModel(context, wish, id);
  throw new AtelierError('no_such_job', `The job "${id}" is no download that could be gone on with. Start it anew.`);
}
