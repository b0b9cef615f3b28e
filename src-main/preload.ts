import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { StudioBridge, StudioEvent } from './shared/contract.ts';

/** All that the page gets of the outside: one request, one drop, one stream of events. */
const bridge: StudioBridge = {
  platform: process.platform as StudioBridge['platform'],

  invoke(channel, input) {
    // Paths come only from files a person dropped, below; the page itself cannot name one.
    if ((channel as string) === 'imports.offer')
      return Promise.reject(new TypeError('imports.offer is not for the page'));
    return ipcRenderer.invoke('studio', channel, input);
  },

  offerDropped(files) {
    const paths = files.map((file) => webUtils.getPathForFile(file)).filter((path) => path !== '');
    return ipcRenderer.invoke('studio', 'imports.offer', { paths });
  },

  onEvents(listener) {
    const relay = (_event: unknown, events: StudioEvent[]) => listener(events);
    ipcRenderer.on('studio-events', relay);
    return () => ipcRenderer.off('studio-events', relay);
  },
};

contextBridge.exposeInMainWorld('studio', bridge);
