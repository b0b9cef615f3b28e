import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';
import { askToOpen } from './dialogs.ts';
import { words } from './words.ts';

export function synonymHandlers(desk: Desk): Pick<Handlers, 'synonyms.choose' | 'synonyms.read'> {
  return {
    'synonyms.choose': async () => {
      const w = words(desk.preferences.value);
      const options: Electron.OpenDialogOptions = {
        title: w.dialog_choose_synonyms(),
        buttonLabel: w.dialog_open(),
        properties: ['openFile'],
        filters: [{ name: w.dialog_synonym_files(), extensions: ['txt', 'csv', 'tsv', 'json'] }],
      };
      const filePaths = await askToOpen(desk, options);
      return filePaths === null ? null : desk.studio.training.addSynonyms(filePaths[0]);
    },
    'synonyms.read': (ref) => desk.studio.training.synonyms(ref),
  };
}
