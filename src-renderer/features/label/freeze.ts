import { navigation } from '../../state/navigation.svelte.ts';
import { attempt, notify } from '../../ui/toasts.ts';
import { format } from '../../words/format.ts';
import { m } from '../../words/messages.ts';
import { label } from './label.svelte.ts';

/** Makes a version of the labels as they stand; `train`: and goes on to training on it. */
export async function freezeNow(train = false): Promise<void> {
  label.offered = label.settled;
  const made = await attempt(() => label.freeze());
  if (!made) return;
  const go = () => navigation.go({ place: 'train', dataset: made.dataset, version: made.id });
  if (train) go();
  else notify(m.label_frozen({ n: format.integer(made.number) }), { label: m.train(), run: go });
}
