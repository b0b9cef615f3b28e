import { saveStudy } from '../jobs/studies/save-study.ts';
import { sendStudy } from '../shared/sent-study.ts';
import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';
import { askToSave } from './dialogs.ts';
import { words } from './words.ts';

type Noun =
  | 'studies.list'
  | 'studies.get'
  | 'studies.start'
  | 'studies.pause'
  | 'studies.resume'
  | 'studies.finish'
  | 'studies.rename'
  | 'studies.importance'
  | 'studies.saveAs';

export function studyHandlers(desk: Desk): Pick<Handlers, Noun> {
  return {
    'studies.list': () => desk.studio.studies.list(),
    'studies.get': ({ id }) => sendStudy(desk.studio.studies.get(id)),
    'studies.start': async ({ version, name, study }) => {
      const planned = desk.studio.studies.plan(study, version);
      if ((planned.plan.settings.device ?? 'auto') === 'auto') await desk.studio.devices.know();
      return desk.studio.studies.start({ ...planned, name, version, from: [] }).study;
    },
    'studies.pause': ({ id }) => {
      desk.studio.studies.pause(id);
      return null;
    },
    'studies.resume': ({ id, ...more }) => {
      desk.studio.studies.resume(id, more);
      return null;
    },
    'studies.finish': ({ id }) => {
      desk.studio.studies.finish(id);
      return null;
    },
    'studies.rename': ({ id, name }) => {
      desk.studio.studies.rename(id, name);
      return null;
    },
    'studies.importance': ({ id }) => desk.studio.studies.importance(id),
    'studies.saveAs': async ({ id }) => {
      const study = desk.studio.studies.get(id);
      const options: Electron.SaveDialogOptions = {
        title: words(desk.preferences.value).dialog_save_study(),
        defaultPath: `${study.name.replace(/[\\/:*?"<>|]/g, '-')}.csv`,
        filters: [
          { name: 'CSV', extensions: ['csv'] },
          { name: 'Optuna (SQLite)', extensions: ['db'] },
        ],
      };
      const filePath = await askToSave(desk, options);
      if (!filePath) return null;
      saveStudy(filePath, study);
      return { path: filePath };
    },
  };
}
