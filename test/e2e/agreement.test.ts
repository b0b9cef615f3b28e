import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFlatImages } from '../support/e2e-data.ts';
import { launchStudio } from '../support/studio-app.ts';
import type { StudioApp } from '../support/studio-app.ts';

describe('labelling twice', () => {
  let studio: StudioApp;
  let folder: string;
  const id = (name: string) => studio.page.getByTestId(name);
  const press = async (...keys: string[]) => {
    for (const key of keys) await studio.page.keyboard.press(key);
  };
  const problems: string[] = [];
  const launch = async () => {
    studio = await launchStudio({ folder });
    studio.page.on('pageerror', (error) => problems.push(error.message));
  };
  const choose = async (item: string) => {
    await id('label-dataset').click();
    await id(item).click();
  };
  const progress = (words: string) => id('label-progress').getByText(words).waitFor({ timeout: 30_000 });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-agreement-'));
    await makeFlatImages(join(folder, 'spots'), 12);
    await launch();
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows a second pass nothing of the first, nor suggestions, after a restart too', async () => {
    await studio.drop([join(folder, 'spots')]);
    await id('import-confirm').click();
    await id('data-label').click({ timeout: 60_000 });
    await id('label-standing').waitFor({ timeout: 30_000 });
    for (const name of ['dark', 'light']) {
      await press('+');
      await id('label-class-name').waitFor();
      await studio.page.keyboard.type(name);
      await press('Enter');
      await id('label-class-dialog').waitFor({ state: 'hidden' });
    }
    for (let i = 0; i < 6; i++) await press(i % 2 === 0 ? '1' : '2');
    await progress('6 of 12');
    await choose('label-pass-second');
    await id('label-blind').waitFor();
    await progress('0 of 12');
    expect(await id('label-standing').getAttribute('data-sample')).toBe('0');
    expect(await id('label-suggest').count()).toBe(0);
    await press('1', '1', '1');
    await progress('3 of 12');
    await id('label-saved').getByText('All saved').waitFor();
    await studio.close();
    await launch();
    await id('rail-label').click();
    await id('label-blind').waitFor({ timeout: 30_000 });
    await progress('3 of 12');
    await press('2');
    await progress('4 of 12');
  });

  it('settles where both differ, by keys, and takes it back', async () => {
    await choose('label-agree');
    await id('agree-front').waitFor();
    await id('agree-left').getByText('1 of 1').waitFor({ timeout: 30_000 });
    expect((await id('agree-row').innerText()).replace(/\s+/g, ' ')).toBe('1 light ≠ dark');
    expect(await id('agree-numbers').innerText()).toMatch(/3 of 4/);
    await id('agree-second').getByText('dark').waitFor();
    await studio.shot('agreement');
    await press('ArrowRight');
    await id('agree-left').getByText('0 of 1').waitFor();
    expect(await id('agree-numbers').innerText()).toMatch(/3 of 4/);
    await press('Control+z');
    await id('agree-left').getByText('1 of 1').waitFor();
    await press('ArrowLeft');
    await id('agree-left').getByText('0 of 1').waitFor();
    await choose('label-pass-first');
    await progress('6 of 12');
    await studio.page.locator('[data-testid=label-history]').waitFor({ state: 'attached' });
    expect(problems).toEqual([]);
  });
});
