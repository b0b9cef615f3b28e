import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';
import { askToOpen, askToSave } from './dialogs.ts';
import { words } from './words.ts';
import { fileNameOf } from '../shared/file-name.ts';

export function labelFileHandlers(
  desk: Desk,
): Pick<Handlers, 'labels.export' | 'labels.exportJudged' | 'labels.import'> {
  return {
    'labels.export': async ({ labelling, version, ...how }) => {
      const { name } = desk.studio.datasets.get(desk.studio.datasets.version(version).dataset).summary;
      const options: Electron.SaveDialogOptions = {
        title: words(desk.preferences.value).dialog_export_labels(),
        defaultPath: `${fileNameOf(name, 'dataset')}-${how.format}`,
      };
      const filePath = await askToSave(desk, options);
      if (!filePath) return null;
      return (await desk.studio.labels.files.exportMarks(labelling, version, { ...how, out: filePath })).result;
    },
    'labels.exportJudged': async ({ labelling, version }) => {
      const { name } = desk.studio.datasets.get(desk.studio.datasets.version(version).dataset).summary;
      const options: Electron.SaveDialogOptions = {
        title: words(desk.preferences.value).dialog_export_labels(),
        defaultPath: `${fileNameOf(name, 'dataset')}-judged.jsonl`,
        filters: [
          { name: 'JSON Lines', extensions: ['jsonl'] },
          { name: 'CSV', extensions: ['csv'] },
        ],
      };
      const filePath = await askToSave(desk, options);
      if (!filePath) return null;
      const samples = await desk.studio.samples.exportJudged(labelling, version, {
        path: filePath,
        format: /\.csv$/i.test(filePath) ? 'csv' : 'jsonl',
      });
      return { path: filePath, samples };
    },
    'labels.import': async ({ labelling, version, folder }) => {
      const w = words(desk.preferences.value);
      // Of marks there may be a file for each image.
      const several = desk.studio.labels.isMarked(labelling);
      const options: Electron.OpenDialogOptions = {
        title: w.dialog_import_labels(),
        buttonLabel: w.dialog_open(),
        properties: folder ? ['openDirectory'] : several ? ['openFile', 'multiSelections'] : ['openFile'],
      };
      const filePaths = await askToOpen(desk, options);
      if (!filePaths) return null;
      if (!several) {
        const { samples } = await desk.studio.labels.files.importLabels(labelling, version, filePaths[0]);
        return { changed: samples.length, left: 0 };
      }
      const { samples, found } = await desk.studio.labels.files.importMarks(labelling, version, filePaths);
      return { changed: samples.length, left: found.rejectedCount };
    },
  };
}
