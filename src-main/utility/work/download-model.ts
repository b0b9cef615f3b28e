import { getModel, offerModel } from '../../hub/get-model.ts';
import type { HubOffer, HubParams } from '../../shared/work/hub.ts';
import type { JobContext } from '../port/job-port.ts';

/** Tells what a model of the hub would be, or downloads it. */
export async function downloadModel({ get, ...wish }: HubParams, context: JobContext): Promise<HubOffer> {
  const { signal } = context;
  if (!get) return offerModel(wish, signal);
  const offer = await getModel(wish, {
    signal,
    progress: (stage, done, total) => context.progress({ stage, unit: 'bytes', done, total }),
  });
  context.log(
    `Downloaded ${offer.id} at ${offer.commit} (${offer.chosen.key}) from ${offer.host} to ${offer.chosen.folder}.`,
  );
  return offer;
}
