import { dialog } from 'electron';
import type { Desk } from './desk.ts';

/** The files or folders that are chosen in the system's dialog, over the window where there is one; null where it is dismissed. */
export async function askToOpen(
  { window }: Pick<Desk, 'window'>,
  options: Electron.OpenDialogOptions,
): Promise<string[] | null> {
  const { canceled, filePaths } = await (window
    ? dialog.showOpenDialog(window, options)
    : dialog.showOpenDialog(options));
  return canceled || filePaths.length === 0 ? null : filePaths;
}

/** Where something is to be saved; null where the dialog is dismissed. */
export async function askToSave(
  { window }: Pick<Desk, 'window'>,
  options: Electron.SaveDialogOptions,
): Promise<string | null> {
  const { canceled, filePath } = await (window
    ? dialog.showSaveDialog(window, options)
    : dialog.showSaveDialog(options));
  return canceled || !filePath ? null : filePath;
}
