import { app, BrowserWindow, dialog, nativeTheme, safeStorage, utilityProcess } from 'electron';
import { join } from 'node:path';
import { architectures } from './architectures/index.ts';
import { cliArguments, runCliInElectron } from './cli/in-electron.ts';
import { defaultWorkspace } from './db/workspace.ts';
import type { Desk } from './ipc/desk.ts';
import { EventBatcher } from './ipc/events.ts';
import { handleCalls } from './ipc/handle.ts';
import { handlersFor } from './ipc/handlers.ts';
import { localeOf, words as wordsOf } from './ipc/words.ts';
import { chooseWorkspace } from './ipc/workspace.ts';
import { electronKeychain } from './jobs/remote/keys.ts';
import { Remotes } from './jobs/remote/remotes.ts';
import { spawnWithElectron } from './jobs/spawn-electron.ts';
import { Studio } from './jobs/studio.ts';
import { sweepTempFiles } from './jobs/temp-files.ts';
import { findPlaces } from './paths.ts';
import { AtelierError, errorFacts } from './shared/errors.ts';
import { isOwn } from './window/bundle.ts';
import { lockDown } from './window/lockdown.ts';
import { setMenu } from './window/menu.ts';
import { notifyTraining } from './window/notify.ts';
import { PreferencesFile } from './window/preferences.ts';
import { registerScheme, serveBundle } from './window/protocol.ts';
import { runtimeName } from './window/runtime-name.ts';
import { openStudioWindow } from './window/studio-window.ts';
import { TrainingNews } from './window/training-news.ts';

/** Puts the app together: preferences, workspace, calls, window. */
function startApp(): void {
  registerScheme();
  const places = findPlaces();
  const preferences = new PreferencesFile(join(app.getPath('userData'), 'preferences.json'));
  const spawnUtility = spawnWithElectron(utilityProcess, places.utility);
  // One for all workspaces: a key that is kept for the session outlives a change of them.
  const remotes = new Remotes({ spawn: spawnUtility, keychain: electronKeychain(safeStorage) });
  let studio: Studio | null = null;
  let window: BrowserWindow | null = null;

  const batcher = new EventBatcher((events) => {
    if (window && !window.isDestroyed()) window.webContents.send('studio-events', events);
  });
  const send = (command: string) => batcher.push({ type: 'command', command });

  const showRuns = () => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
    send('go.runs');
  };

  const open = (folder: string) => {
    studio = Studio.open({
      folder,
      migrations: places.migrations,
      appVersion: app.getVersion(),
      owner: 'the Atelier window',
      spawnUtility,
      remotes,
      architectures,
      goesOn: true,
      atOnce: preferences.value.trainingsAtOnce,
    });
    const news = new TrainingNews(() => preferences.value.notifyTraining);
    studio.onEvent((event) => {
      batcher.push(event);
      for (const item of news.take(event)) {
        if (!window?.isFocused()) notifyTraining(item, localeOf(preferences.value), showRuns);
      }
    });
    preferences.remember(folder);
  };

  const desk: Desk = {
    get studio() {
      if (!studio) throw new AtelierError('no_workspace', 'No workspace is open.');
      return studio;
    },
    get window() {
      return window;
    },
    preferences,
    version: app.getVersion(),
    runtime: runtimeName(),
    samples: places.samples,
    thirdParty: places.thirdParty,
    async openWorkspace(folder) {
      if (folder === studio?.folder || !(await mayStopJobs(desk, studio))) return;
      const before = studio?.folder;
      await studio?.close();
      studio = null;
      try {
        open(folder);
      } catch (error) {
        if (before) open(before);
        throw error;
      }
      window?.webContents.reload();
    },
    applyPreferences() {
      nativeTheme.themeSource = preferences.value.theme;
      studio?.jobs.setAtOnce(preferences.value.trainingsAtOnce);
      setMenu(localeOf(preferences.value), () => window, send);
    },
  };

  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('window-all-closed', () => app.quit());

  let quitting = false;
  app.on('before-quit', (event) => {
    if (quitting || !studio) return;
    event.preventDefault();
    void (async () => {
      if (!(await mayStopJobs(desk, studio))) return;
      quitting = true;
      await studio?.close();
      await preferences.saved().catch(() => undefined);
      studio = null;
      app.quit();
    })();
  });

  void app.whenReady().then(async () => {
    lockDown();
    serveBundle(join(places.app, '.vite', 'renderer', 'main_window'));
    handleCalls(handlersFor(desk), (event) => {
      const frame = event.senderFrame;
      return event.sender === window?.webContents && frame !== null && frame.parent === null && isOwn(frame.url);
    });
    desk.applyPreferences();
    if (!(await openFirst(desk, preferences, open))) return app.quit();
    const preload = join(places.app, '.vite', 'build', 'preload.cjs');
    window = openStudioWindow(preload, app.getPath('userData'), join(places.resources, 'icons', 'icon-256.png'));
    desk.applyPreferences();
    window.on('close', (event) => {
      if (quitting || !studio) return;
      // The quit asks about running jobs; the window stays until that is answered.
      event.preventDefault();
      app.quit();
    });
    window.on('closed', () => (window = null));
    void sweepTempFiles();
  });
}

/** The last workspace, or the default one; where that fails the person chooses another or leaves. */
async function openFirst(desk: Desk, preferences: PreferencesFile, open: (folder: string) => void): Promise<boolean> {
  let folder = process.env.ATELIER_WORKSPACE
    ? defaultWorkspace()
    : (preferences.value.recentWorkspaces[0] ?? defaultWorkspace());
  for (;;) {
    try {
      open(folder);
      return true;
    } catch (error) {
      const w = wordsOf(preferences.value);
      const { response } = await dialog.showMessageBox({
        type: 'error',
        title: 'Atelier',
        message: w.dialog_workspace_failed(),
        detail: errorFacts(error).message,
        buttons: [w.dialog_choose_other(), w.dialog_quit()],
        defaultId: 0,
        cancelId: 1,
        noLink: true,
      });
      const other = response === 0 ? await chooseWorkspace(desk) : null;
      if (!other) return false;
      folder = other;
    }
  }
}

async function mayStopJobs(desk: Desk, studio: Studio | null): Promise<boolean> {
  if (!studio || !studio.jobs.own.some(({ kind, status }) => kind !== 'train' || status === 'running')) return true;
  const w = wordsOf(desk.preferences.value);
  const options: Electron.MessageBoxOptions = {
    type: 'question',
    message: w.dialog_jobs_running(),
    detail: w.dialog_jobs_running_detail(),
    buttons: [w.dialog_go_on(), w.dialog_stay()],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  };
  const { response } = await (desk.window
    ? dialog.showMessageBox(desk.window, options)
    : dialog.showMessageBox(options));
  return response === 0;
}

const words = cliArguments();
if (words) void runCliInElectron({ app, utilityProcess, safeStorage, runtime: runtimeName() }, words);
// One studio per person: a second launch brings the first one's window forward and leaves.
else if (app.requestSingleInstanceLock()) startApp();
else app.quit();
