import { app } from 'electron';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ThirdParty } from '../shared/third-party.ts';
import type { Handlers } from './answer.ts';
import type { Desk } from './desk.ts';

type Noun =
  | 'app.info'
  | 'app.doctor'
  | 'app.integrity'
  | 'app.licences'
  | 'devices.test'
  | 'devices.offerProvider'
  | 'devices.getProvider'
  | 'preferences.get'
  | 'preferences.set';

export function appHandlers(desk: Desk): Pick<Handlers, Noun> {
  return {
    'app.info': () => ({
      version: desk.version,
      workspace: { name: basename(desk.studio.folder), path: desk.studio.folder },
      recentWorkspaces: desk.preferences.value.recentWorkspaces,
      systemLocales: app.getPreferredSystemLanguages(),
      runtime: desk.runtime,
    }),
    'app.doctor': async () => {
      const devices = await desk.studio.devices.survey();
      return {
        ...devices,
        versions: [
          ['Atelier', desk.version],
          ['Electron', process.versions.electron ?? '–'],
          ['Chrome', process.versions.chrome ?? '–'],
          ['Node', process.versions.node],
          ['ONNX Runtime', devices.onnxruntime],
          ['SQLite', desk.studio.sqliteVersion],
        ],
        runtime: desk.runtime,
        workspace: desk.studio.folder,
      };
    },
    'app.integrity': () => desk.studio.integrity(),
    'app.licences': async () => JSON.parse(await readFile(desk.thirdParty, 'utf8')) as ThirdParty[],
    'devices.test': async () => (await desk.studio.devices.test()).job,
    'devices.offerProvider': () => desk.studio.devices.offerProvider(),
    'devices.getProvider': async () => (await desk.studio.devices.getProvider()).job,
    'preferences.get': () => desk.preferences.value,
    'preferences.set': async (change) => {
      // The list of recent workspaces holds paths that this side opens: the page does not write it.
      const { recentWorkspaces: _kept, ...rest } = change;
      const next = desk.preferences.update(rest);
      if (change.theme || change.locale || change.trainingsAtOnce) desk.applyPreferences();
      await desk.preferences.saved();
      return next;
    },
  };
}
