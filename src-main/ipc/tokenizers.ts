import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';
import { askToOpen } from './dialogs.ts';
import { words } from './words.ts';

export function tokenizerHandlers(desk: Desk): Pick<Handlers, 'tokenizers.choose'> {
  return {
    'tokenizers.choose': async () => {
      const w = words(desk.preferences.value);
      const options: Electron.OpenDialogOptions = {
        title: w.dialog_choose_tokenizer(),
        buttonLabel: w.dialog_open(),
        properties: ['openFile'],
        filters: [{ name: 'tokenizer.json', extensions: ['json'] }],
      };
      const filePaths = await askToOpen(desk, options);
      return filePaths === null ? null : desk.studio.training.addTokenizer(filePaths[0]);
    },
  };
}
