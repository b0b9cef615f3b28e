import { mkdtempSync, rmSync } from 'node:fs';
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
});
