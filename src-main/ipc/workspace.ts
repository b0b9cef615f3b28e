import { shell } from 'electron';
import { AtelierError } from '../shared/errors.ts';
import type { Handlers } from './answer.ts';
import { words } from './words.ts';
import type { Desk } from './desk.ts';
import { askToOpen } from './dialogs.ts';

type Noun = 'workspace.choose' | 'workspace.openRecent' | 'workspace.reveal';

export function workspaceHandlers(desk: Desk): Pick<Handlers, Noun> {
  return {
    'workspace.choose': async () => {
      const folder = await chooseWorkspace(desk);
      if (folder) await desk.openWorkspace(folder);
      return null;
    },
    'workspace.openRecent': async ({ index }) => {
      const folder = desk.preferences.value.recentWorkspaces[index];
      if (!folder)
        throw new AtelierError(
          'no_such_workspace',
          'That workspace is no longer in the list. Choose its folder instead.',
        );
      await desk.openWorkspace(folder);
      return null;
    },
    'workspace.reveal': () => {
      shell.showItemInFolder(desk.studio.folder);
      return null;
    },
  };
}

/** The system's folder dialog, which can also make a folder; null when dismissed. */
export async function chooseWorkspace(desk: Pick<Desk, 'window' | 'preferences'>): Promise<string | null> {
  const w = words(desk.preferences.value);
  const options: Electron.OpenDialogOptions = {
    title: w.dialog_choose_workspace(),
    buttonLabel: w.dialog_open(),
    properties: ['openDirectory', 'createDirectory', 'promptToCreate'],
  };
  const filePaths = await askToOpen(desk, options);
  return filePaths?.[0] ?? null;
}
