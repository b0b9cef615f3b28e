import type { Action } from '../../state/actions.svelte.ts';
import type { MenuItem } from '../../ui/Menu.svelte';
import { m } from '../../words/messages.ts';

/** What a menu holds, by name in the palette: no way there is longer by keys than a few letters. `menu`: what the menu is called. */
export const menuActions = (menu: string, groups: readonly (readonly MenuItem[])[]): Action[] =>
  groups.flat().map(({ label: name, why, run }, i) => ({
    id: `label.menu.${menu}.${i}`,
    name: () => `${menu}: ${name}`,
    section: m.place_label,
    place: 'label',
    why: () => why,
    run,
  }));
