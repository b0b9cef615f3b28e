import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';
import { askToOpen, askToSave } from './dialogs.ts';
import { recipeFileHandlers } from './recipe-files.ts';
import { words } from './words.ts';
import { fileNameOf } from '../shared/file-name.ts';

type Noun =
  | 'datasets.list'
  | 'datasets.get'
  | 'datasets.rename'
  | 'datasets.archive'
  | 'datasets.samples'
  | 'datasets.bars'
  | 'datasets.stopSamples'
  | 'datasets.profile'
  | 'datasets.stopProfile'
  | 'datasets.privacy'
  | 'datasets.anonymity'
  | 'datasets.original'
  | 'datasets.originals'
  | 'datasets.relink'
  | 'datasets.spectrograms'
  | 'datasets.sound'
  | 'datasets.revise'
  | 'datasets.previewSplit'
  | 'datasets.pick'
  | 'datasets.leaks'
  | 'datasets.export'
  | 'datasets.score'
  | 'recipes.steps'
  | 'recipes.preview'
  | 'recipes.stopPreview'
  | 'recipes.save'
  | 'recipes.open';

export function datasetHandlers(desk: Desk): Pick<Handlers, Noun> {
  /** Where the predictions lay that were scored last. */
  let scored: string | null = null;
  return {
    'datasets.list': () => desk.studio.datasets.list(),
    'datasets.get': ({ id, version }) => desk.studio.datasets.get(id, version),
    'datasets.rename': ({ id, name }) => {
      desk.studio.datasets.rename(id, name);
      return null;
    },
    'datasets.archive': ({ id, archived }) => {
      desk.studio.datasets.archive(id, archived);
      return null;
    },
    'datasets.samples': (query) => desk.studio.samples.page(query),
    'datasets.bars': (question) => desk.studio.samples.bars(question),
    'datasets.original': ({ version, sample }) => desk.studio.samples.original(version, sample),
    'datasets.originals': ({ version }) => desk.studio.datasets.originals(version),
    'datasets.relink': async ({ dataset }) => {
      const w = words(desk.preferences.value);
      const options: Electron.OpenDialogOptions = {
        title: w.dialog_relink(),
        buttonLabel: w.dialog_relink_here(),
        properties: ['openDirectory'],
      };
      const filePaths = await askToOpen(desk, options);
      return filePaths === null ? null : desk.studio.datasets.relink(dataset, filePaths[0]).job;
    },
    'datasets.spectrograms': (query) => desk.studio.samples.spectrograms(query),
    'datasets.sound': ({ version, sample }) => desk.studio.samples.sound(version, sample),
    'datasets.stopSamples': ({ version }) => desk.studio.samples.stop(version),
    'datasets.profile': ({ version }) => desk.studio.reports.profile(version),
    'datasets.stopProfile': ({ version }) => desk.studio.reports.stopProfile(version),
    'datasets.privacy': ({ version }) => desk.studio.reports.privacy(version),
    'datasets.anonymity': ({ version, columns, wanted }) => desk.studio.reports.anonymity(version, columns, wanted),
    'datasets.revise': (request) => desk.studio.datasets.revise(request).job,
    'recipes.steps': () => desk.studio.recipes.steps,
    'recipes.preview': ({ version, recipe, at }) => desk.studio.recipes.preview(version, recipe, at),
    'recipes.stopPreview': ({ version }) => desk.studio.recipes.stopPreview(version),
    ...recipeFileHandlers(desk),
    'datasets.pick': ({ version, samples }) => desk.studio.samples.pick(version, samples),
    'datasets.leaks': ({ version, ...question }) => desk.studio.reports.leaks(version, question).result,
    'datasets.export': async ({ version, ...how }) => {
      const { dataset } = desk.studio.datasets.version(version);
      const { name } = desk.studio.datasets.get(dataset).summary;
      const options: Electron.SaveDialogOptions = {
        title: words(desk.preferences.value).dialog_export_data(),
        defaultPath: `${fileNameOf(name, 'dataset')}-${how.format}`,
      };
      const filePath = await askToSave(desk, options);
      if (!filePath) return null;
      return desk.studio.datasets.export(version, { ...how, out: filePath }).result;
    },
    'datasets.score': async ({ version, split, from }) => {
      const w = words(desk.preferences.value);
      if (from !== 'same') {
        const options: Electron.OpenDialogOptions =
          from === 'folder'
            ? { title: w.dialog_score_folder(), properties: ['openDirectory'] }
            : {
                title: w.dialog_score_file(),
                properties: ['openFile'],
                filters: [{ name: 'JSON', extensions: ['json'] }],
              };
        const asked = { ...options, buttonLabel: w.dialog_score() };
        const filePaths = await askToOpen(desk, asked);
        if (!filePaths) return null;
        [scored] = filePaths;
      }
      return scored === null ? null : desk.studio.reports.scores(version, { path: scored, split }).result;
    },
    'datasets.previewSplit': ({ version, split }) => desk.studio.datasets.previewSplit(version, split),
  };
}
