import { studio } from '../../bridge/studio.ts';
import { navigation } from '../../state/navigation.svelte.ts';
import { attempt, notify } from '../../ui/toasts.ts';
import { format } from '../../words/format.ts';
import { m } from '../../words/messages.ts';
import { label } from './label.svelte.ts';

/** Makes a version of the labels as they stand; `train`: and goes on to training on it. */
export async function freezeNow(train = false): Promise<void> {
  const { state, detail } = label;
  if (!state || !detail) return;
  label.offered = label.settled;
  const { labelling } = state;
  const made = await attempt(() => studio.call('labels.freeze', { labelling, version: detail.version.id }));
  if (!made) return;
  const go = () => navigation.go({ place: 'train', dataset: made.dataset, version: made.id });
  if (train) go();
  else notify(m.label_frozen({ n: format.integer(made.number) }), { label: m.train(), run: go });
}
