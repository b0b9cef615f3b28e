import { shell } from 'electron';
import { copyFile, cp, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AtelierError } from '../shared/errors.ts';
import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';
import { askToSave } from './dialogs.ts';
import { words } from './words.ts';

type Noun = 'exports.list' | 'exports.start' | 'exports.use' | 'exports.reveal' | 'exports.saveAs';

export function exportHandlers(desk: Desk): Pick<Handlers, Noun> {
  return {
    'exports.list': () => desk.studio.models.listExports(),
    'exports.start': ({ run, calibrate }) => desk.studio.models.export({ run, calibrate }).job,
    'exports.use': ({ id }) => desk.studio.models.use(id),
    'exports.reveal': ({ id }) => {
      const { folder, path } = desk.studio.models.getExport(id);
      shell.showItemInFolder(folder ?? path);
      return null;
    },
    'exports.saveAs': async ({ id }) => {
      const { path, fileName, tokenizer, folder } = desk.studio.models.getExport(id);
      const options: Electron.SaveDialogOptions = {
        title: words(desk.preferences.value).dialog_save_model(),
        defaultPath: fileName,
        ...(folder === null ? { filters: [{ name: 'ONNX', extensions: ['onnx'] }] } : {}),
      };
      const filePath = await askToSave(desk, options);
      if (!filePath) return null;
      if (folder !== null) {
        // A folder of that name may hold anything else: nothing of it is taken away.
        await cp(folder, filePath, { recursive: true, errorOnExist: true, force: false });
        return { path: filePath };
      }
      // The model knows it by its name.
      if (tokenizer) await copyWhole(tokenizer, join(dirname(filePath), basename(tokenizer)), 'keep');
      await copyWhole(path, filePath, 'replace');
      return { path: filePath };
    },
  };
}

/** `keep`: what stands there is only replaced by itself; the dialog has not asked about it. */
async function copyWhole(from: string, to: string, existing: 'replace' | 'keep'): Promise<void> {
  if (existing === 'keep') {
    const there = await readFile(to).catch(() => null);
    if (there && !there.equals(await readFile(from))) {
      throw new AtelierError(
        'file_exists',
        `${to} is another tokenizer, which some other model needs. Choose another folder, or move that file away.`,
      );
    }
  }
  const beside = `${to}.partial`;
  try {
    await copyFile(from, beside);
    await rename(beside, to);
  } finally {
    await rm(beside, { force: true });
  }
}
