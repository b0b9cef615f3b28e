import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeTable } from '../support/e2e-data.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';

/** What people drop by mistake, through the real window: one clear word each, and the window works on. */
describe('bad input', () => {
  let studio: StudioApp;
  let data: string;
  const id = (name: string) => studio.page.getByTestId(name);
  const at = (name: string, content: string | Uint8Array) => {
    const path = join(data, name);
    writeFileSync(path, content);
    return path;
  };
  const alert = () => studio.page.getByRole('alert').first();

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'atelier-bad-'));
    studio = await launchStudio();
    await id('welcome').waitFor();
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(data, { recursive: true, force: true });
  });
  beforeEach(async () => {
    await studio.page.keyboard.press('Escape');
    await id('import-dialog').waitFor({ state: 'detached' });
  });

  const refused: [string, () => string[], RegExp][] = [
    ['an empty file', () => [at('nothing.csv', '')], /nothing\.csv is empty/],
    ['blank lines', () => [at('blank.csv', '\n\n  \n')], /blank\.csv holds nothing but blank lines/],
    [
      'an unknown kind of file',
      () => [
        at(
          'noise.bin',
          new Uint8Array(2000).map((_, i) => i * 37),
        ),
      ],
      /noise\.bin/,
    ],
    [
      'an empty folder',
      () => {
        mkdirSync(join(data, 'hollow'), { recursive: true });
        return [join(data, 'hollow')];
      },
      /hollow/,
    ],
    [
      'IDX images cut short',
      () => [at('cut-images-idx3-ubyte', Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 5, 0, 0, 0, 4, 0, 0, 0, 4, 1, 2))],
      /cut-images-idx3-ubyte/,
    ],
  ];
  it.each(refused)('says what is wrong with %s, in the dialog, before anything is imported', async (_, make, words) => {
    await studio.drop(make());
    await id('import-dialog').waitFor();
    await alert().waitFor();
    expect(await alert().innerText()).toMatch(words);
    expect(await id('import-confirm').count()).toBe(0);
  });

  it('says so when the file is gone by the time it is imported', async () => {
    const path = join(data, 'passing.csv');
    makeTable(path, 100);
    await studio.drop([path]);
    // The button is there while the file is still looked at.
    await id('import-sentence').waitFor();
    rmSync(path);
    await id('import-confirm').click();
    const toast = studio.page.locator('[data-sonner-toast]').filter({ hasText: 'passing.csv' });
    await toast.first().waitFor();
    expect(await toast.first().innerText()).toMatch(/passing\.csv.*(gone|no longer|not there)/s);
    await studio.shot('bad-input-vanished');
  });

  it('shows why a table of one class cannot be trained on, and keeps it', async () => {
    await studio.drop([at('single.csv', `x,y,kind\n${'1,0.5,same\n2,0.1,same\n3,0.7,same\n'.repeat(20)}`)]);
    await id('import-target').click();
    await studio.page.getByRole('option', { name: 'kind' }).click();
    await id('import-confirm').click();
    await id('sample-table').waitFor({ timeout: 30_000 });
    await id('rail-train').click();
    await expect.poll(() => id('train-button').getAttribute('aria-disabled')).toBe('true');
    // What stands beside the button may still come, and move it from under a pointer that rests.
    const why = studio.page.getByText('there is only one class').filter({ visible: true });
    await expect
      .poll(async () => (await id('train-button').hover(), why.count()), { timeout: 30_000, interval: 500 })
      .toBeGreaterThan(0);
    await studio.shot('bad-input-single-class');
  });

  it('works on: a good table is imported, trained on, and its chart saved as a picture', async () => {
    const path = join(data, 'good.csv');
    makeTable(path, 200);
    await studio.drop([path]);
    await id('import-confirm').click();
    await expect.poll(() => id('sample-count').innerText(), { timeout: 30_000 }).toContain('200');
    await id('rail-train').click();
    await id('train-dataset').click();
    await studio.page.getByRole('option', { name: /good/ }).click();
    await id('train-button').click();
    await studio.page.locator('[data-testid=run-page][data-status=finished]').waitFor({ timeout: 60_000 });
    const picture = join(data, 'loss.png');
    await studio.app.evaluate(({ session }, to) => {
      session.defaultSession.once('will-download', (_event, item) => item.setSavePath(to));
    }, picture);
    await id('chart-loss').hover();
    await id('chart-loss-export').click();
    await studio.page.getByRole('menuitem', { name: 'PNG' }).click();
    await expect.poll(() => statSync(picture, { throwIfNoEntry: false })?.size ?? 0).toBeGreaterThan(5000);
    expect(readFileSync(picture).subarray(1, 4).toString()).toBe('PNG');

    for (const [ending, begins] of [
      ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"'],
      ['CSV', 'series,Step,value\r\n'],
    ]) {
      const file = join(data, `loss.${ending.toLowerCase()}`);
      await studio.app.evaluate(({ session }, to) => {
        session.defaultSession.once('will-download', (_event, item) => item.setSavePath(to));
      }, file);
      await id('chart-loss-export').click();
      await studio.page.getByRole('menuitem', { name: ending }).click();
      await expect.poll(() => (existsSync(file) ? readFileSync(file, 'utf8') : '')).toMatch(/\n$/);
      expect(readFileSync(file, 'utf8').startsWith(begins)).toBe(true);
    }
  });
});
