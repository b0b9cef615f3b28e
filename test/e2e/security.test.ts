import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchStudio } from '../support/studio-app.ts';
import type { StudioApp } from '../support/studio-app.ts';

/** The security floor, each item tried from inside the real window: the page is assumed to be hostile. */
describe('a hostile page', () => {
  let studio: StudioApp;
  let server: Server;
  let outside: string;
  const visits: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      visits.push(request.url ?? '');
      response.setHeader('access-control-allow-origin', '*').end('reached');
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    outside = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    studio = await launchStudio();
    await studio.page.waitForLoadState('load');
  });
  afterAll(async () => {
    await studio?.close();
    server?.close();
  });

  it('has no Node, no Electron and no way to name a path', async () => {
    const found = await studio.page.evaluate(async () => {
      const globals = globalThis as unknown as Record<string, unknown>;
      const studio = globals.studio as { invoke(channel: string, input: unknown): Promise<unknown> };
      const asked = (channel: string, input: object) =>
        studio.invoke(channel, { ...input, paths: ['/etc/passwd'] }).then(
          () => 'answered',
          () => 'refused',
        );
      const offered = await asked('imports.offer', {});
      const added = await asked('documents.add', { id: 'co_0000000000000000' });
      return {
        globals: ['require', 'process', 'module', 'Buffer', 'electron', 'ipcRenderer'].filter(
          (name) => name in globals,
        ),
        bridge: Object.keys(studio as object).sort(),
        offered,
        added,
      };
    });
    expect(found).toEqual({
      globals: [],
      bridge: ['addDropped', 'invoke', 'offerDropped', 'onEvents', 'platform'],
      offered: 'refused',
      added: 'refused',
    });
  });

  it('is sandboxed and isolated', async () => {
    const preferences = await studio.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0].webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>;
      };
      const { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag } = contents.getLastWebPreferences();
      return { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag: webviewTag ?? false };
    });
    expect(preferences).toEqual({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    });
  });

  it('is told its policy in a header, and cannot run a string as code', async () => {
    const header = await studio.page.evaluate(async () =>
      (await fetch(location.href)).headers.get('content-security-policy'),
    );
    expect(header).toContain("default-src 'none'");
    // page.evaluate itself is above the policy, a timer's string is not.
    const ran = await studio.page.evaluate(
      () =>
        new Promise<boolean>((answer) => {
          setTimeout('globalThis.__ranString = true' as unknown as () => void, 0);
          setTimeout(() => answer('__ranString' in globalThis), 100);
        }),
    );
    expect(ran).toBe(false);
    const injected = await studio.page.evaluate(
      () =>
        new Promise<boolean>((answer) => {
          const script = document.createElement('script');
          script.textContent = 'globalThis.__ranInline = true';
          document.head.append(script);
          setTimeout(() => answer('__ranInline' in globalThis), 100);
        }),
    );
    expect(injected).toBe(false);
  });

  it('reaches no server by fetch, image, frame, socket or form', async () => {
    await studio.page.evaluate(async (url) => {
      await fetch(`${url}/fetch`).catch(() => {});
      await fetch(`${url}/no-cors`, { mode: 'no-cors' }).catch(() => {});
      navigator.sendBeacon(`${url}/beacon`, 'x');
      new Image().src = `${url}/image`;
      const frame = document.createElement('iframe');
      frame.src = `${url}/frame`;
      document.body.append(frame);
      try {
        new WebSocket(url.replace('http', 'ws') + '/socket');
      } catch {
        // Refused at once is fine too.
      }
      const form = document.createElement('form');
      form.action = `${url}/form`;
      form.method = 'post';
      document.body.append(form);
      form.submit();
      await new Promise((later) => setTimeout(later, 500));
      frame.remove();
      form.remove();
    }, outside);
    expect(visits).toEqual([]);
  });

  it('stays where it is and opens nothing', async () => {
    const before = studio.page.url();
    const opened = await studio.page.evaluate(async (url) => {
      const child = window.open(`${url}/open`);
      const link = document.createElement('a');
      link.href = `${url}/link`;
      link.target = '_blank';
      document.body.append(link);
      link.click();
      link.remove();
      location.href = `${url}/navigate`;
      await new Promise((later) => setTimeout(later, 300));
      return child !== null;
    }, outside);
    expect(opened).toBe(false);
    expect(studio.page.url()).toBe(before);
    expect(studio.app.windows()).toHaveLength(1);
    expect(visits).toEqual([]);
  });

  it('cannot read files, neither by file: nor by climbing out of its bundle', async () => {
    const answers = await studio.page.evaluate(async () => {
      const attempt = (url: string) =>
        fetch(url).then(
          (response) => (response.ok ? 'read' : `status ${response.status}`),
          () => 'refused',
        );
      return {
        file: await attempt('file:///etc/hostname'),
        climb: await attempt('app://bundle/..%2f..%2f..%2fpackage.json'),
        host: await attempt('app://elsewhere/index.html'),
      };
    });
    expect(answers.file).toBe('refused');
    expect(answers.climb).toBe('status 403');
    expect(answers.host).not.toBe('read');
  });

  it('is granted no permission', async () => {
    const states = await studio.page.evaluate(async () => {
      const query = (name: string) =>
        navigator.permissions.query({ name: name as PermissionName }).then(
          (status) => status.state,
          () => 'denied',
        );
      const camera = await navigator.mediaDevices?.getUserMedia({ video: true }).then(
        () => 'granted',
        () => 'denied',
      );
      return [await query('geolocation'), await query('notifications'), await query('clipboard-read'), camera];
    });
    expect(states).not.toContain('granted');
  });

  it('gets a coded refusal for unknown channels and wrong input, and the app lives on', async () => {
    const replies = await studio.page.evaluate(async () => {
      const studio = (globalThis as unknown as { studio: { invoke(c: string, i: unknown): Promise<unknown> } }).studio;
      return Promise.all([
        studio.invoke('shell.exec', { command: 'id' }),
        studio.invoke('__proto__', undefined),
        studio.invoke('datasets.get', { id: '../../etc/passwd' }),
        studio.invoke('datasets.samples', { version: 'dv_0123456789abcdef', offset: -1, limit: 1e9 }),
        studio.invoke('app.info', undefined),
      ]) as Promise<{ ok: boolean; error?: { code: string } }[]>;
    });
    expect(replies.slice(0, 4).map((reply) => reply.error?.code)).toEqual([
      'unknown_channel',
      'unknown_channel',
      'invalid_input',
      'invalid_input',
    ]);
    expect(replies[4].ok).toBe(true);
  });
});
