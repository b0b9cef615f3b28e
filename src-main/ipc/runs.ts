import { dirname, join } from 'node:path';
import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';
import { askToOpen, askToSave } from './dialogs.ts';
import { words } from './words.ts';
import { fileNameOf } from '../shared/file-name.ts';

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
      const name = ids.length === 1 ? fileNameOf(desk.studio.runs.get(ids[0]).name, 'run') : 'runs';
      const options: Electron.SaveDialogOptions = {
        title: words(desk.preferences.value).dialog_export_runs(),
        defaultPath: format === 'mlflow' ? `${name}-mlruns` : `${name}.${format}`,
      };
      const filePath = await askToSave(desk, options);
      return filePath === null ? null : desk.studio.runs.export({ runs: ids, format, out: filePath }).result;
    },
    'runs.predict': async ({ id }) => {
      const { name } = desk.studio.runs.get(id);
      const asked = words(desk.preferences.value);
      const paths = await askToOpen(desk, {
        title: asked.dialog_predict_files(),
        buttonLabel: asked.dialog_predict(),
        properties: ['openFile', 'multiSelections'],
      });
      if (paths === null) return null;
      const path = await askToSave(desk, {
        title: asked.dialog_save_predictions(),
        defaultPath: join(dirname(paths[0]), `${fileNameOf(name, 'run')}-predictions.csv`),
      });
      if (path === null) return null;
      const request = { model: { run: id }, paths, file: { path } };
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
