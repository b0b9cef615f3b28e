import type { LabellingPass } from '../../../../src-main/shared/labels.ts';
import { navigation } from '../../../state/navigation.svelte.ts';
import { preferences } from '../../../state/preferences.svelte.ts';
import { label } from '../label.svelte.ts';

/** Opens a pass, also after a restart: who labels blind stays blind. */
export async function openPass(pass: LabellingPass, mode: typeof label.mode = 'stage'): Promise<void> {
  const dataset = label.detail?.summary.id;
  if (!dataset) return;
  await preferences.keepLayout(`label.pass.${dataset}`, pass);
  await label.open(dataset, navigation.of('label').version, label.kind, pass);
  label.mode = mode;
}
