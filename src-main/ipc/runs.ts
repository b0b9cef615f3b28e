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
    'train.estimate': (request) => desk.studio.estimate(request),
    'train.forecast': async (request) => {
      if (request?.device === 'auto') await desk.studio.knowDevices();
      if (request) return desk.studio.forecast(request);
      desk.studio.cancelForecast();
      return null;
    },
    'runs.start': async (request) => {
      if (request.device === 'auto') await desk.studio.knowDevices();
      return desk.studio.startRun(request, { first: true }).run;
    },
    'runs.queue': async (request) => {
      if (request.device === 'auto') await desk.studio.knowDevices();
      return desk.studio.startRun(request).run;
    },
    'runs.crossValidate': async ({ request, ...folds }) => {
      if (request.device === 'auto') await desk.studio.knowDevices();
      const { runs } = await desk.studio.crossValidate(request, folds);
      return runs.map(({ run }) => run);
    },
    'runs.pause': ({ id }) => {
      desk.studio.pauseRun(id);
      return null;
    },
    'runs.resume': ({ id, from }) => {
      // A paused one keeps its place.
      desk.studio.resumeRun(id, { from, first: desk.studio.getRun(id).status !== 'paused' });
      return null;
    },
    'runs.addEpochs': ({ id, ...added }) => {
      desk.studio.addEpochs(id, added, { first: true });
      return null;
    },
    'runs.prune': ({ ids, names }) => desk.studio.pruneCheckpoints(ids, names),
    'runs.checkpoints': ({ id }) => desk.studio.checkpoints(id),
    'runs.weights': ({ id, ...question }) => desk.studio.weights(id, question),
    'runs.move': ({ id, to }) => {
      desk.studio.moveRun(id, to);
      return null;
    },
    'runs.resumeFailed': () => desk.studio.continueFailed().length,
    'runs.list': (input) => desk.studio.listings(input?.olderThan),
    'runs.some': ({ ids, metrics }) => desk.studio.listingsOf(ids, metrics),
    'runs.get': ({ id }) => desk.studio.getRun(id),
    'runs.allMetrics': ({ ids }) => desk.studio.metricTable(ids),
    'runs.metricKeys': () => desk.studio.listMetricKeys(),
    'runs.column': ({ key }) => desk.studio.metricColumn(key),
    'runs.curves': ({ runs }) => desk.studio.curves(runs),
    'runs.metrics': ({ runs, ...query }) => desk.studio.packedCurves(runs, query),
    'runs.provenance': ({ ids }) => desk.studio.provenance(ids),
    'runs.importance': ({ runs, metric }) => desk.studio.runImportance(runs, metric),
    'runs.stopEarly': ({ id }) => {
      desk.studio.stopEarly(id);
      return null;
    },
    'runs.rename': ({ id, name }) => {
      desk.studio.renameRun(id, name);
      return null;
    },
    'runs.note': ({ id, notes }) => {
      desk.studio.noteRun(id, notes);
      return null;
    },
    'runs.tag': ({ ids, add, remove }) => {
      desk.studio.tagRuns(ids, add, remove);
      return null;
    },
    'runs.archive': ({ ids, archived }) => {
      desk.studio.archiveRuns(ids, archived);
      return null;
    },
    'runs.export': async ({ ids, format }) => {
      const name = ids.length === 1 ? fileName(desk.studio.getRun(ids[0]).name) : 'runs';
      const options: Electron.SaveDialogOptions = {
        title: words(desk.preferences.value).dialog_export_runs(),
        defaultPath: format === 'mlflow' ? `${name}-mlruns` : `${name}.${format}`,
      };
      const { canceled, filePath } = await (desk.window
        ? dialog.showSaveDialog(desk.window, options)
        : dialog.showSaveDialog(options));
      return canceled || !filePath ? null : desk.studio.exportRuns({ runs: ids, format, out: filePath }).result;
    },
    'runs.log': ({ id }) => desk.studio.runLog(id),
    'runs.evaluate': ({ id, split, against }) =>
      desk.studio.evaluate({ model: { run: id }, split, against, report: against === undefined }).result,
    'runs.quality': ({ id, train }) => desk.studio.judgeQuality({ run: id, train }).result,
    'runs.pictures': ({ id }) => desk.studio.pictureEpochs(id),
    'runs.picture': ({ id, epoch }) => desk.studio.picture(id, epoch),
    'runs.predictionEpochs': ({ id }) => desk.studio.predictionEpochs(id),
    'runs.predictions': ({ id, epoch }) => desk.studio.epochPredictions(id, epoch),
    'runs.texts': ({ id }) => desk.studio.textEpochs(id),
    'runs.text': ({ id, epoch }) => desk.studio.epochText(id, epoch),
  };
}

const fileName = (name: string): string =>
  name.replace(/[^\p{L}\p{N}.]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '') || 'run';
