import { rename, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';
import { askToOpen, askToSave } from './dialogs.ts';
import { words } from './words.ts';
import { fileNameOf } from '../shared/file-name.ts';

export function recipeFileHandlers(desk: Desk): Pick<Handlers, 'recipes.save' | 'recipes.open'> {
  return {
    'recipes.save': async ({ version, recipe }) => {
      const text = desk.studio.recipes.text(version, recipe);
      const { name } = desk.studio.datasets.get(desk.studio.datasets.version(version).dataset).summary;
      const options: Electron.SaveDialogOptions = {
        title: words(desk.preferences.value).dialog_save_recipe(),
        defaultPath: `${fileNameOf(name, 'dataset')}.recipe.yaml`,
        filters: [{ name: 'YAML', extensions: ['yaml', 'yml'] }],
      };
      const filePath = await askToSave(desk, options);
      if (!filePath) return null;
      const beside = `${filePath}.partial`;
      try {
        await writeFile(beside, text, { flush: true });
        await rename(beside, filePath);
      } finally {
        await rm(beside, { force: true });
      }
      return { path: filePath };
    },
    'recipes.open': async ({ version }) => {
      const w = words(desk.preferences.value);
      const options: Electron.OpenDialogOptions = {
        title: w.dialog_open_recipe(),
        buttonLabel: w.dialog_open(),
        properties: ['openFile'],
        filters: [{ name: 'YAML, JSON', extensions: ['yaml', 'yml', 'json'] }],
      };
      const filePaths = await askToOpen(desk, options);
      if (!filePaths) return null;
      return { ...(await desk.studio.recipes.open(version, filePaths[0])), name: basename(filePaths[0]) };
    },
  };
}
