import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTable } from '../support/e2e-data.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';

describe('a drop that holds more than one thing', () => {
  let studio: StudioApp;
  let data: string;
  const id = (name: string) => studio.page.getByTestId(name);

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'atelier-drop-'));
    studio = await launchStudio();
    await id('welcome').waitFor();
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(data, { recursive: true, force: true });
  });

  it('offers each, and imports the one that is chosen', async () => {
    const paths = ['north.csv', 'south.csv'].map((name) => join(data, name));
    makeTable(paths[0], 50);
    makeTable(paths[1], 70);
    await studio.drop(paths);
    await id('import-which').click();
    await studio.shot('import-which');
    await studio.page.getByRole('option', { name: /south/ }).click();
    await expect.poll(() => id('import-name').inputValue()).toBe('south');
    await id('import-confirm').click();
    await expect.poll(() => id('sample-count').innerText(), { timeout: 30_000 }).toContain('70');
  });

  it('takes a training table for what is meant, and tells of the rows beside it that are to be predicted', async () => {
    const folder = join(data, 'houses');
    mkdirSync(folder);
    const rows = (from: number, priced: boolean) =>
      Array.from({ length: 40 }, (_, i) => [from + i, (i * 7) % 31, ...(priced ? [i * 2.5] : [])].join(','));
    writeFileSync(join(folder, 'train.csv'), ['Id,Area,Sold', ...rows(0, true)].join('\n'));
    writeFileSync(join(folder, 'test.csv'), ['Id,Area', ...rows(40, false)].join('\n'));
    writeFileSync(join(folder, 'sample_submission.csv'), ['Id,Sold', '40,0', '41,0'].join('\n'));
    await studio.drop([folder]);
    await expect.poll(() => id('import-unlabelled').innerText()).toContain('test.csv');
    expect(await id('import-target').innerText()).toContain('Sold');
    await expect.poll(() => id('import-name').inputValue()).toBe('houses');
    await studio.shot('import-unlabelled');
    await id('import-confirm').click();
    await expect.poll(() => id('sample-count').innerText(), { timeout: 30_000 }).toContain('40');
  });
});
