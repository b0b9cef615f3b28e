import { dialog } from 'electron';
import { rename, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';
import { words } from './words.ts';

export function recipeFileHandlers(desk: Desk): Pick<Handlers, 'recipes.save' | 'recipes.open'> {
  return {
    'recipes.save': async ({ version, recipe }) => {
      const text = desk.studio.recipes.text(version, recipe);
      const { name } = desk.studio.datasets.get(desk.studio.datasets.version(version).dataset).summary;
      const options: Electron.SaveDialogOptions = {
        title: words(desk.preferences.value).dialog_save_recipe(),
        defaultPath: `${fileName(name) || 'dataset'}.recipe.yaml`,
        filters: [{ name: 'YAML', extensions: ['yaml', 'yml'] }],
      };
      const { canceled, filePath } = await (desk.window
        ? dialog.showSaveDialog(desk.window, options)
        : dialog.showSaveDialog(options));
      if (canceled || !filePath) return null;
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
      const { canceled, filePaths } = await (desk.window
        ? dialog.showOpenDialog(desk.window, options)
        : dialog.showOpenDialog(options));
      if (canceled || filePaths.length === 0) return null;
      return { ...(await desk.studio.recipes.open(version, filePaths[0])), name: basename(filePaths[0]) };
    },
  };
}

/** What any file system takes as a name. */
const fileName = (name: string): string => name.replace(/[^\p{L}\p{N}.]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '');
