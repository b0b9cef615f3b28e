import { BrowserWindow, nativeTheme, screen } from 'electron';
import { join } from 'node:path';
import { origin } from './bundle.ts';
import { readWindowState, rememberWindowState } from './window-state.ts';

/** The one window. `preload` is the built preload's path, `userData` where its place is remembered. */
export function openStudioWindow(preload: string, userData: string, icon: string): BrowserWindow {
  const statePath = join(userData, 'window.json');
  const state = readWindowState(
    statePath,
    screen.getAllDisplays().map((display) => display.workArea),
  );
  const window = new BrowserWindow({
    ...(state ? { x: state.x, y: state.y, width: state.width, height: state.height } : { width: 1280, height: 800 }),
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: 'Atelier',
    icon,
    // The first frame's colour, so that opening does not flash.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#14161a' : '#ffffff',
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      safeDialogs: true,
      spellcheck: false,
    },
  });
  if (state?.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  rememberWindowState(window, statePath);
  void window.loadURL(`${origin}/index.html`);
  return window;
}
