import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { providerPackage, providerServer, providerVersion } from '../support/provider-package.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';

const utility = resolve(import.meta.dirname, '../../.vite/build/utility/provider.cjs');

/** What unit tests show under Node, once more inside Electron: its utilities have another Node, and load libraries their own way. */
describe.runIf(process.platform === 'linux' && !process.env.ATELIER_TEST_BINARY)('CUDA’s provider in Electron', () => {
  let studio: StudioApp;
  let data: string;
  const before = process.env.XDG_DATA_HOME;
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'atelier-data-'));
    process.env.XDG_DATA_HOME = data;
    studio = await launchStudio();
  });
  afterAll(async () => {
    await studio?.close();
    if (before === undefined) delete process.env.XDG_DATA_HOME;
    else process.env.XDG_DATA_HOME = before;
    rmSync(data, { recursive: true, force: true });
  });

  it('is downloaded and installed, and then what every utility loads', async () => {
    const { feed, asked } = await providerServer(providerPackage(), { behaviours: [{ cutAfter: 100_000 }] });
    const folder = join(data, 'atelier', 'onnxruntime', providerVersion);
    const last = await studio.app.evaluate(
      ({ utilityProcess }, { file, env, params }) =>
        new Promise<unknown>((done) => {
          const child = utilityProcess.fork(file, [], { env: { ...process.env, ...env } });
          const start = { type: 'start', job: 'job_0', kind: 'provider', params };
          child.on('message', (message: { type: string }) => {
            if (message.type === 'ready') child.postMessage(start);
            else if (message.type !== 'progress' && message.type !== 'log') done(message);
          });
        }),
      { file: utility, env: { ATELIER_NUGET_FEED: feed }, params: { folder, install: true } },
    );
    expect(last).toMatchObject({ type: 'result', value: { installed: true, folder } });
    expect(asked.map(({ range }) => range)).toEqual([undefined, expect.stringMatching(/^bytes=[1-9]\d*-$/)]);

    // What was running has the library that knows no provider.
    await studio.close();
    studio = await launchStudio();
    await studio.page.getByTestId('rail-settings').click();
    await studio.page.getByTestId('settings-devices').click();
    await studio.page.getByTestId('devices').waitFor({ timeout: 60_000 });
    const own = await studio.app.evaluate(() => process.pid);
    const loaded = descendants(own).flatMap((pid) =>
      librariesOf(pid).filter((path) => path.includes('/libonnxruntime.so')),
    );
    expect(loaded.length).toBeGreaterThan(0);
    for (const path of loaded) expect(path).toBe(join(folder, 'libonnxruntime.so.1'));
    expect(await studio.page.getByTestId('device-cpu').count()).toBe(1);
  });
});

/** Or what stands in its place where the process has ended since it was listed: Electron's helpers come and go. */
function ifAlive<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** Chromium starts its processes from a thread of its own, so every thread's children count. */
function descendants(pid: number): number[] {
  const children = ifAlive(() => readdirSync(`/proc/${pid}/task`), []).flatMap((task) =>
    ifAlive(() => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8'), '')
      .split(' ')
      .filter(Boolean),
  );
  return children.map(Number).flatMap((child) => [child, ...descendants(child)]);
}

const librariesOf = (pid: number): string[] => [
  ...new Set(ifAlive(() => readFileSync(`/proc/${pid}/maps`, 'utf8'), '').match(/\/\S+[.]so\S*/g) ?? []),
];
