import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeImageFolder } from '../support/e2e-data.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';

const count = 6000;
/** Sharp warns beforehand, wherever it is loaded by an Electron on Linux. */
const ofSharp = /.*\[SharpElectronLinux\] Warning: .*\n(\(Use `.*\n)?/g;

/**
 * Electron brings the system's GLib along, sharp one of its own. Where the two were mixed up, each decoded picture was complained of and
 * some 100 KB of it never let go of.
 */
describe('decoding pictures in Electron', () => {
  let studio: StudioApp;
  let data: string;
  const id = (name: string) => studio.page.getByTestId(name);

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'atelier-pictures-'));
    studio = await launchStudio();
    await id('welcome').waitFor();
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(data, { recursive: true, force: true });
  });

  it('complains of nothing and takes no more memory for thousands than for some', async () => {
    const script = resolve(import.meta.dirname, '../support/decode-many.mjs');
    const { said, sizes } = await studio.app.evaluate(
      async ({ app, utilityProcess }, { script, count }) => {
        const modules = `${app.getAppPath()}/node_modules`;
        const child = utilityProcess.fork(script, [modules, String(count)], { stdio: 'pipe' });
        let said = '';
        const listen = (chunk: Buffer) => (said = said.length < 2000 ? said + chunk.toString() : said);
        child.stdout!.on('data', listen);
        child.stderr!.on('data', listen);
        const sizes = await new Promise<number[] | string>((done) => {
          child.once('message', done);
          child.once('exit', (code) => done(`ended with ${code}`));
        });
        child.kill();
        return { said, sizes };
      },
      { script, count },
    );
    expect(said.replace(ofSharp, '')).toBe('');
    expect(sizes).toHaveLength(4);
    const [, warm, , end] = sizes as number[];
    // Of 4,000 pictures; mixed up it were 400 MB.
    expect((end - warm) / 2 ** 20).toBeLessThan(60);
  });

  it('leaves nothing in the log of an import', async () => {
    await makeImageFolder(join(data, 'shapes'));
    await studio.drop([join(data, 'shapes')]);
    await id('import-confirm').click();
    await expect.poll(() => id('sample-count').innerText(), { timeout: 60_000 }).toContain('120');
    const logs = readdirSync(studio.workspace, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.log'),
    );
    const said = logs.map((name) => readFileSync(join(studio.workspace, name), 'utf8')).join('');
    expect(said.replace(ofSharp, '')).not.toMatch(/GLib|CRITICAL|Warning/);
  });
});
