import { basename } from 'node:path';
import { AtelierError } from '../shared/errors.ts';
import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';
import { askToOpen } from './dialogs.ts';
import { words } from './words.ts';

type Noun = 'labels.chooseModel' | 'labels.modelFacts' | 'labels.suggestMarks' | 'labels.clickMask';

/** Models that are chosen by the system's dialog: the window knows them by names that mean nothing elsewhere. */
export function labelModelHandlers(desk: Desk): Pick<Handlers, Noun> {
  const chosen = new Map<string, string[]>();
  const pathsOf = (file: string): string[] => {
    const paths = chosen.get(file);
    if (paths) return paths;
    throw new AtelierError('no_such_file', 'That file was chosen in another session. Choose it again.');
  };
  return {
    'labels.chooseModel': async ({ pair }) => {
      const w = words(desk.preferences.value);
      const options: Electron.OpenDialogOptions = {
        title: pair ? w.dialog_choose_pair() : w.dialog_choose_model(),
        buttonLabel: w.dialog_open(),
        properties: pair ? ['openFile', 'multiSelections'] : ['openFile'],
        filters: [{ name: 'ONNX', extensions: ['onnx'] }],
      };
      const filePaths = await askToOpen(desk, options);
      if (!filePaths) return null;
      if (pair && filePaths.length !== 2) {
        throw new AtelierError(
          'bad_arguments',
          'Masks by clicks take two files: an encoder and a decoder. Choose both at once.',
        );
      }
      const file = String(chosen.size + 1);
      chosen.set(file, filePaths);
      return { file, name: filePaths.map((path) => basename(path)).join(' + ') };
    },
    'labels.modelFacts': async ({ labelling, file, wish }) =>
      desk.studio.modelMarks.facts(pathsOf(file)[0], wish, await desk.studio.labels.state(labelling)),
    'labels.suggestMarks': async ({ labelling, version, file, ...how }) =>
      (await desk.studio.modelMarks.suggest(labelling, version, { path: pathsOf(file)[0], ...how })).result,
    'labels.clickMask': ({ version, sample, file, clicks }) =>
      desk.studio.modelMarks.clickMask(version, sample, pathsOf(file), clicks),
  };
}
