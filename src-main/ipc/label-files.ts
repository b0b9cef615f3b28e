import { dialog } from 'electron';
import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';
import { words } from './words.ts';

const fileName = (name: string): string =>
  name.replace(/[^\p{L}\p{N}.]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '') || 'dataset';

export function labelFileHandlers(
  desk: Desk,
): Pick<Handlers, 'labels.export' | 'labels.exportJudged' | 'labels.import'> {
  return {
    'labels.export': async ({ labelling, version, ...how }) => {
      const { name } = desk.studio.datasets.get(desk.studio.datasets.version(version).dataset).summary;
      const options: Electron.SaveDialogOptions = {
        title: words(desk.preferences.value).dialog_export_labels(),
        defaultPath: `${fileName(name)}-${how.format}`,
      };
      const { canceled, filePath } = await (desk.window
        ? dialog.showSaveDialog(desk.window, options)
        : dialog.showSaveDialog(options));
      if (canceled || !filePath) return null;
      return (await desk.studio.labels.files.exportMarks(labelling, version, { ...how, out: filePath })).result;
    },
    'labels.exportJudged': async ({ labelling, version }) => {
      const { name } = desk.studio.datasets.get(desk.studio.datasets.version(version).dataset).summary;
      const options: Electron.SaveDialogOptions = {
        title: words(desk.preferences.value).dialog_export_labels(),
        defaultPath: `${fileName(name)}-judged.jsonl`,
        filters: [
          { name: 'JSON Lines', extensions: ['jsonl'] },
          { name: 'CSV', extensions: ['csv'] },
        ],
      };
      const { canceled, filePath } = await (desk.window
        ? dialog.showSaveDialog(desk.window, options)
        : dialog.showSaveDialog(options));
      if (canceled || !filePath) return null;
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
      const { canceled, filePaths } = await (desk.window
        ? dialog.showOpenDialog(desk.window, options)
        : dialog.showOpenDialog(options));
      if (canceled || filePaths.length === 0) return null;
      if (!several) {
        const { samples } = await desk.studio.labels.files.importLabels(labelling, version, filePaths[0]);
        return { changed: samples.length, left: 0 };
      }
      const { samples, found } = await desk.studio.labels.files.importMarks(labelling, version, filePaths);
      return { changed: samples.length, left: found.rejectedCount };
    },
  };
}
