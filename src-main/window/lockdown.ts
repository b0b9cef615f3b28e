import { app, session } from 'electron';
import type { Session } from 'electron';
import { isOwn, isOwnBlob } from './bundle.ts';

/** What the page saves besides pictures: charts' drawings and numbers, and reports. */
const savedTypes = ['image/svg+xml', 'text/csv', 'text/html'];

/**
 * Electron's security checklist for every page there is or will be: it stays where it is, opens nothing, is granted
 * nothing and reaches no network. Must run before the first window.
 */
export function lockDown(): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event) => {
      if (!isOwn(event.url)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-frame-navigate', (event) => {
      if (!isOwn(event.url)) event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
  lockSession(session.defaultSession);
  app.on('session-created', lockSession);
}

function lockSession(target: Session): void {
  target.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  target.setPermissionCheckHandler(() => false);
  target.setDevicePermissionHandler(() => false);
  // The page has no reason to reach anything but its own bundle; the CSP says so too, this holds without it.
  target.webRequest.onBeforeRequest((details, answer) => {
    const { url } = details;
    answer({
      cancel: ![isOwn(url), isOwnBlob(url), url.startsWith('data:'), url.startsWith('devtools:')].some(Boolean),
    });
  });
  // A chart or a report is the page's own; the system's dialog asks where to. Nothing else is written.
  target.on('will-download', (event, item) => {
    const url = item.getURL();
    const made = isOwnBlob(url) && savedTypes.includes(item.getMimeType().split(';')[0]);
    if (!made && !url.startsWith('data:image/png')) event.preventDefault();
  });
  target.setSpellCheckerEnabled(false);
}
