import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { DropChannel, StudioBridge, StudioEvent } from './shared/contract.ts';

/** Paths come only from files a person dropped; the page itself cannot name one. */
const forDrops = new Set<string>(['imports.offer', 'documents.add'] satisfies DropChannel[]);
const pathsOf = (files: readonly File[]): string[] =>
  files.map((file) => webUtils.getPathForFile(file)).filter((path) => path !== '');

/** All that the page gets of the outside: one request, one drop, one stream of events. */
const bridge: StudioBridge = {
  platform: process.platform as StudioBridge['platform'],

  invoke(channel, input) {
    if (forDrops.has(channel as string)) return Promise.reject(new TypeError(`${channel} is not for the page`));
    return ipcRenderer.invoke('studio', channel, input);
  },

  offerDropped(files) {
    return ipcRenderer.invoke('studio', 'imports.offer', { paths: pathsOf(files) });
  },

  addDropped(collection, files) {
    return ipcRenderer.invoke('studio', 'documents.add', { id: collection, paths: pathsOf(files) });
  },

  onEvents(listener) {
    const relay = (_event: unknown, events: StudioEvent[]) => listener(events);
    ipcRenderer.on('studio-events', relay);
    return () => ipcRenderer.off('studio-events', relay);
  },
};

contextBridge.exposeInMainWorld('studio', bridge);
