import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';
import { askToOpen } from './dialogs.ts';
import { words } from './words.ts';

type Noun = Extract<keyof Handlers, `documents.${string}`>;

export function documentHandlers(desk: Desk): Pick<Handlers, Noun> {
  const done = (act: () => void): null => {
    act();
    return null;
  };
  return {
    'documents.list': () => desk.studio.documents.list(),
    'documents.get': ({ id }) => desk.studio.documents.get(id),
    'documents.create': ({ name }) => desk.studio.documents.create(name),
    'documents.rename': ({ id, name }) => done(() => desk.studio.documents.rename(id, name)),
    'documents.remove': ({ id, removed }) => done(() => desk.studio.documents.setRemoved(id, removed)),
    'documents.removeOne': ({ document, removed }) =>
      done(() => desk.studio.documents.setDocumentRemoved(document, removed)),
    'documents.choose': async ({ id }) => {
      const w = words(desk.preferences.value);
      const options: Electron.OpenDialogOptions = {
        title: w.dialog_add_documents(),
        buttonLabel: w.dialog_import(),
        properties: ['openFile', 'multiSelections'],
        filters: [
          { name: w.dialog_documents(), extensions: ['txt', 'text', 'md', 'markdown', 'pdf'] },
          { name: w.dialog_all_files(), extensions: ['*'] },
        ],
      };
      const filePaths = await askToOpen(desk, options);
      return filePaths === null ? null : (await desk.studio.documents.add(id, filePaths)).job;
    },
    'documents.add': async ({ id, paths }) => (await desk.studio.documents.add(id, paths)).job,
    'documents.setEncoder': ({ id, model }) => {
      desk.studio.documents.setEncoder(id, model);
      return desk.studio.documents.embed(id)?.job ?? null;
    },
    'documents.embed': ({ id }) => desk.studio.documents.embed(id)?.job ?? null,
    'documents.search': ({ id, question, limit }) => desk.studio.documents.search(id, question, limit),
  };
}
