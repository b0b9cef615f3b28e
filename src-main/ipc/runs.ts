import { dirname, join } from 'node:path';
import { dialog } from 'electron';
import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';
import { words } from './words.ts';

type Noun =
  | 'architectures.list'
  | 'train.estimate'
  | 'train.forecast'
  | 'runs.start'
  | 'runs.queue'
  | 'runs.pause'
  | 'runs.resume'
  | 'runs.addEpochs'
  | 'runs.checkpoints'
  | 'runs.weights'
  | 'runs.prune'
  | 'runs.move'
  | 'runs.resumeFailed'
  | 'runs.crossValidate'
  | 'runs.list'
  | 'runs.some'
  | 'runs.get'
  | 'runs.allMetrics'
  | 'runs.metricKeys'
  | 'runs.column'
  | 'runs.curves'
  | 'runs.metrics'
  | 'runs.provenance'
  | 'runs.importance'
  | 'runs.stopEarly'
  | 'runs.rename'
  | 'runs.note'
  | 'runs.tag'
  | 'runs.archive'
  | 'runs.export'
  | 'runs.predict'
  | 'runs.log'
  | 'runs.evaluate'
  | 'runs.quality'
  | 'runs.predictionEpochs'
  | 'runs.predictions'
  | 'runs.texts'
  | 'runs.text'
  | 'runs.pictures'
  | 'runs.picture';

export function runHandlers(desk: Desk): Pick<Handlers, Noun> {
  return {
    'architectures.list': () => [...desk.studio.architectures],
    'train.estimate': (request) => desk.studio.training.estimate(request),
    'train.forecast': async (request) => {
      if (request?.device === 'auto') await desk.studio.devices.know();
      if (request) return desk.studio.training.forecast(request);
      desk.studio.training.cancelForecast();
      return null;
    },
    'runs.start': async (request) => {
      if (request.device === 'auto') await desk.studio.devices.know();
      return desk.studio.runs.start(request, { first: true }).run;
    },
    'runs.queue': async (request) => {
      if (request.device === 'auto') await desk.studio.devices.know();
      return desk.studio.runs.start(request).run;
    },
    'runs.crossValidate': async ({ request, ...folds }) => {
      if (request.device === 'auto') await desk.studio.devices.know();
      const { runs } = await desk.studio.runs.crossValidate(request, folds);
      return runs.map(({ run }) => run);
    },
    'runs.pause': ({ id }) => {
      desk.studio.runs.pause(id);
      return null;
    },
    'runs.resume': ({ id, from }) => {
      // A paused one keeps its place.
      desk.studio.runs.resume(id, { from, first: desk.studio.runs.get(id).status !== 'paused' });
      return null;
    },
    'runs.addEpochs': ({ id, ...added }) => {
      desk.studio.runs.addEpochs(id, added, { first: true });
      return null;
    },
    'runs.prune': ({ ids, names }) => desk.studio.runFiles.pruneCheckpoints(ids, names),
    'runs.checkpoints': ({ id }) => desk.studio.runFiles.checkpoints(id),
    'runs.weights': ({ id, ...question }) => desk.studio.runFiles.weights(id, question),
    'runs.move': ({ id, to }) => {
      desk.studio.runs.move(id, to);
      return null;
    },
    'runs.resumeFailed': () => desk.studio.runs.continueFailed().length,
    'runs.list': (input) => desk.studio.runs.listings(input?.olderThan),
    'runs.some': ({ ids, metrics }) => desk.studio.runs.listingsOf(ids, metrics),
    'runs.get': ({ id }) => desk.studio.runs.get(id),
    'runs.allMetrics': ({ ids }) => desk.studio.metrics.table(ids),
    'runs.metricKeys': () => desk.studio.metrics.keys(),
    'runs.column': ({ key }) => desk.studio.metrics.column(key),
    'runs.curves': ({ runs }) => desk.studio.metrics.curves(runs),
    'runs.metrics': ({ runs, ...query }) => desk.studio.metrics.packedCurves(runs, query),
    'runs.provenance': ({ ids }) => desk.studio.metrics.provenance(ids),
    'runs.importance': ({ runs, metric }) => desk.studio.metrics.importance(runs, metric),
    'runs.stopEarly': ({ id }) => {
      desk.studio.runs.stopEarly(id);
      return null;
    },
    'runs.rename': ({ id, name }) => {
      desk.studio.runs.rename(id, name);
      return null;
    },
    'runs.note': ({ id, notes }) => {
      desk.studio.runs.note(id, notes);
      return null;
    },
    'runs.tag': async ({ ids, add, remove }) => {
      await desk.studio.runs.tag(ids, add, remove);
      return null;
    },
    'runs.archive': async ({ ids, archived }) => {
      await desk.studio.runs.archive(ids, archived);
      return null;
    },
    'runs.export': async ({ ids, format }) => {
      const name = ids.length === 1 ? fileName(desk.studio.runs.get(ids[0]).name) : 'runs';
      const options: Electron.SaveDialogOptions = {
        title: words(desk.preferences.value).dialog_export_runs(),
        defaultPath: format === 'mlflow' ? `${name}-mlruns` : `${name}.${format}`,
      };
      const { canceled, filePath } = await (desk.window
        ? dialog.showSaveDialog(desk.window, options)
        : dialog.showSaveDialog(options));
      return canceled || !filePath ? null : desk.studio.runs.export({ runs: ids, format, out: filePath }).result;
    },
    'runs.predict': async ({ id }) => {
      const { name } = desk.studio.runs.get(id);
      const asked = words(desk.preferences.value);
      const show: Electron.OpenDialogOptions = {
        title: asked.dialog_predict_files(),
        buttonLabel: asked.dialog_predict(),
        properties: ['openFile', 'multiSelections'],
      };
      const chosen = await (desk.window ? dialog.showOpenDialog(desk.window, show) : dialog.showOpenDialog(show));
      if (chosen.canceled || chosen.filePaths.length === 0) return null;
      const save: Electron.SaveDialogOptions = {
        title: asked.dialog_save_predictions(),
        defaultPath: join(dirname(chosen.filePaths[0]), `${fileName(name)}-predictions.csv`),
      };
      const { canceled, filePath } = await (desk.window
        ? dialog.showSaveDialog(desk.window, save)
        : dialog.showSaveDialog(save));
      if (canceled || !filePath) return null;
      const request = { model: { run: id }, paths: chosen.filePaths, file: { path: filePath } };
      return (await desk.studio.models.predict(request).result).written ?? null;
    },
    'runs.log': ({ id }) => desk.studio.runFiles.log(id),
    'runs.evaluate': ({ id, split, against }) =>
      desk.studio.models.evaluate({ model: { run: id }, split, against, report: against === undefined }).result,
    'runs.quality': ({ id, train }) => desk.studio.reports.quality({ run: id, train }).result,
    'runs.pictures': ({ id }) => desk.studio.runFiles.pictureEpochs(id),
    'runs.picture': ({ id, epoch }) => desk.studio.runFiles.picture(id, epoch),
    'runs.predictionEpochs': ({ id }) => desk.studio.runFiles.predictionEpochs(id),
    'runs.predictions': ({ id, epoch }) => desk.studio.runFiles.predictions(id, epoch),
    'runs.texts': ({ id }) => desk.studio.runFiles.textEpochs(id),
    'runs.text': ({ id, epoch }) => desk.studio.runFiles.text(id, epoch),
  };
}

const fileName = (name: string): string =>
  name.replace(/[^\p{L}\p{N}.]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '') || 'run';
