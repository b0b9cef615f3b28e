// Two hundred images by keys alone, one pressed after the other: each label is its own image's, and none is lost.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Random } from '../../src-main/shared/random.ts';
import { done } from '../support/built-cli.ts';
import { makeFlatImages } from '../support/e2e-data.ts';
import { launchStudio } from '../support/studio-app.ts';
import type { StudioApp } from '../support/studio-app.ts';

const images = 200;
const classes = ['dark', 'grey', 'light', 'white'];
let studio: StudioApp;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'atelier-pace-'));
  await makeFlatImages(join(folder, 'spots'), images);
  studio = await launchStudio({ folder });
});
afterAll(async () => {
  await studio?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('two hundred images are classified by keys, five a second at least, each as it was told', async () => {
  const { page } = studio;
  const id = (name: string) => page.getByTestId(name);
  await studio.drop([join(folder, 'spots')]);
  await id('import-confirm').click();
  await id('image-grid').waitFor({ timeout: 60_000 });
  await id('data-label').click();
  await id('label-standing').waitFor({ timeout: 30_000 });
  for (const name of classes) {
    await page.keyboard.press('+');
    await id('label-class-name').waitFor();
    await page.keyboard.type(name);
    await page.keyboard.press('Enter');
    await id('label-class-dialog').waitFor({ state: 'hidden' });
  }
  const random = new Random(11);
  const said = Array.from({ length: images }, () => random.below(classes.length));
  const began = Date.now();
  for (const one of said) await page.keyboard.press(String(one + 1));
  await id('label-progress').getByText(`${images} of ${images}`).waitFor();
  await id('label-saved').locator('[data-saved]', { hasText: 'All saved' }).waitFor();
  const perSecond = (1000 * images) / (Date.now() - began);
  expect(perSecond).toBeGreaterThan(5);
  const { workspace } = studio;
  await studio.close();

  const { lines } = await done(workspace, 'labels', 'list', 'spots', '--samples', '--json');
  const kept = lines.filter((line) => 'sample' in line);
  expect(kept.map(({ sample }) => sample)).toEqual(said.map((_, i) => i));
  expect(kept.map(({ labels }) => labels)).toEqual(said.map((one) => [classes[one]]));
});
