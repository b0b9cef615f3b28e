import { dialog, shell } from 'electron';
import { copyFile, rename, rm } from 'node:fs/promises';
import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';
import { words } from './words.ts';

type Noun = 'exports.list' | 'exports.start' | 'exports.reveal' | 'exports.saveAs';

export function exportHandlers(desk: Desk): Pick<Handlers, Noun> {
  return {
    'exports.list': () => desk.studio.listExports(),
    'exports.start': ({ run }) => desk.studio.exportRun({ run }).job,
    'exports.reveal': ({ id }) => {
      shell.showItemInFolder(desk.studio.getExport(id).path);
      return null;
    },
    'exports.saveAs': async ({ id }) => {
      const { path, fileName } = desk.studio.getExport(id);
      const options: Electron.SaveDialogOptions = {
        title: words(desk.preferences.value).dialog_save_model(),
        defaultPath: fileName,
        filters: [{ name: 'ONNX', extensions: ['onnx'] }],
      };
      const { canceled, filePath } = await (desk.window
        ? dialog.showSaveDialog(desk.window, options)
        : dialog.showSaveDialog(options));
      if (canceled || !filePath) return null;
      const beside = `${filePath}.partial`;
      try {
        await copyFile(path, beside);
        await rename(beside, filePath);
      } finally {
        await rm(beside, { force: true });
      }
      return { path: filePath };
    },
  };
}
