import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';

type Noun =
  | 'architectures.list'
  | 'train.estimate'
  | 'train.forecast'
  | 'runs.start'
  | 'runs.crossValidate'
  | 'runs.list'
  | 'runs.get'
  | 'runs.metrics'
  | 'runs.stopEarly'
  | 'runs.rename'
  | 'runs.note'
  | 'runs.archive'
  | 'runs.log'
  | 'runs.evaluate'
  | 'runs.quality'
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
      return desk.studio.startRun(request).run;
    },
    'runs.crossValidate': async ({ request, ...folds }) => {
      if (request.device === 'auto') await desk.studio.knowDevices();
      const { runs } = await desk.studio.crossValidate(request, folds);
      return runs.map(({ run }) => run);
    },
    'runs.list': () => desk.studio.listRuns(),
    'runs.get': ({ id }) => desk.studio.getRun(id),
    'runs.metrics': ({ runs, keys }) => desk.studio.series(runs, { keys }),
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
    'runs.archive': ({ ids, archived }) => {
      desk.studio.archiveRuns(ids, archived);
      return null;
    },
    'runs.log': ({ id }) => desk.studio.runLog(id),
    'runs.evaluate': ({ id, split }) => desk.studio.evaluate({ model: { run: id }, split }).result,
    'runs.quality': ({ id, train }) => desk.studio.judgeQuality({ run: id, train }).result,
    'runs.pictures': ({ id }) => desk.studio.pictureEpochs(id),
    'runs.picture': ({ id, epoch }) => desk.studio.picture(id, epoch),
    'runs.texts': ({ id }) => desk.studio.textEpochs(id),
    'runs.text': ({ id, epoch }) => desk.studio.epochText(id, epoch),
  };
}
