import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFlatImages } from '../support/e2e-data.ts';
import { launchStudio } from '../support/studio-app.ts';
import type { StudioApp } from '../support/studio-app.ts';

describe('labelling by keyboard', () => {
  let studio: StudioApp;
  let folder: string;
  const id = (name: string) => studio.page.getByTestId(name);
  const standing = () => id('label-standing');
  const problems: string[] = [];
  const launch = async () => {
    studio = await launchStudio({ folder });
    studio.page.on('pageerror', (error) => problems.push(error.message));
  };
  const makeClass = async (name: string) => {
    await studio.page.keyboard.press('+');
    await id('label-class-name').waitFor();
    await studio.page.keyboard.type(name);
    await studio.page.keyboard.press('Enter');
    await id('label-class-dialog').waitFor({ state: 'hidden' });
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-label-'));
    await makeFlatImages(join(folder, 'spots'), 40);
    await launch();
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('names classes, labels ten images, and takes one back', async () => {
    await studio.drop([join(folder, 'spots')]);
    await id('import-confirm').click();
    await id('image-grid').waitFor({ timeout: 60_000 });
    await id('data-label').click();
    await standing().waitFor({ timeout: 30_000 });
    for (const [keys, words] of [
      ['Control+z', /Nothing to undo/],
      ['Alt+z', /Nothing to undo/],
      ['Control+Shift+z', /Nothing to redo/],
    ] as const) {
      await studio.page.keyboard.press(keys);
      await studio.page.locator('[data-sonner-toast]', { hasText: words }).last().waitFor();
      await studio.page.locator('[data-sonner-toast]').last().waitFor({ state: 'detached' });
    }
    await makeClass('dark');
    await makeClass('light');
    for (let i = 0; i < 10; i++) {
      expect(await standing().getAttribute('data-sample')).toBe(String(i));
      await studio.page.keyboard.press(i % 2 === 0 ? '1' : '2');
    }
    await id('label-saved').locator('[data-saved]', { hasText: 'All saved' }).waitFor();
    expect(await id('label-progress').innerText()).toContain('10 of 40');
    await studio.page.keyboard.press('Control+z');
    await studio.page.waitForFunction(
      () => document.querySelector('[data-testid=label-standing]')?.getAttribute('data-state') === 'new',
    );
    expect(await standing().getAttribute('data-sample')).toBe('9');
    expect(await id('label-progress').innerText()).toContain('9 of 40');
    await studio.shot('label');
  });

  it('is all there after a restart, undo and redo too', async () => {
    await studio.close();
    await launch();
    await id('rail-label').click();
    await standing().waitFor({ timeout: 30_000 });
    expect(await id('label-progress').innerText()).toContain('9 of 40');
    await studio.page.keyboard.press('Control+Shift+z');
    await id('label-progress').getByText('10 of 40').waitFor();
  });

  it('renames and merges classes and changes keys without a mouse', async () => {
    const { page } = studio;
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const classes = () => id('label-class').locator('.cut').allInnerTexts();
    const palette = async (words: string) => {
      await press('Control+k');
      await id('palette').waitFor();
      await page.keyboard.type(words);
      await page.getByRole('option', { name: words }).first().waitFor();
      await press('Enter');
    };
    await press('F2');
    await id('label-class-name').waitFor();
    await press('Control+a');
    // The sample in front is light.
    await page.keyboard.type('night');
    await press('Enter');
    await expect.poll(classes).toEqual(['dark', 'night']);
    await press('Control+z');
    await expect.poll(classes).toEqual(['dark', 'light']);
    await makeClass('pale');
    await palette('Edit class pale');
    await id('label-class-name').waitFor();
    for (let i = 0; i < 2; i++) await press('Tab');
    await press('Enter');
    await page.getByRole('option', { name: 'light' }).waitFor();
    await page.keyboard.type('light');
    await press('Enter', 'Tab', 'Enter');
    await expect.poll(classes).toEqual(['dark', 'light']);

    await palette('Keys for labelling');
    const told = id('label-keys-told');
    const skip = id('label-rebind-skip');
    await skip.focus();
    await press('Enter', '1');
    await told.getByText('1 was “dark”, which has S now.').waitFor();
    await press('Enter', 'Control+k');
    await told.getByText('Choose another key').waitFor();
    await studio.shot('label-keys');
    expect(await skip.innerText()).toContain('1');
    await id('label-keys-reset').focus();
    await press('Enter');
    await expect.poll(() => skip.innerText()).toContain('S');
    await press('Escape');
    await id('label-keys-dialog').waitFor({ state: 'hidden' });
    expect(problems).toEqual([]);
  });

  it('presses a focused button by Enter and Space, and leaves the keys alone where one is clicked', async () => {
    const at = () => standing().getAttribute('data-sample');
    const skip = id('label-act-skip');
    await studio.page.keyboard.press('ArrowRight');
    const before = Number(await at());
    await skip.focus();
    await studio.page.keyboard.press('Enter');
    expect(await at()).toBe(String(before + 1));
    await studio.page.keyboard.press('Space');
    expect(await at()).toBe(String(before + 2));
    await skip.evaluate((button) => (button as HTMLElement).blur());
    await skip.click();
    expect(await at()).toBe(String(before + 3));
    expect(await skip.evaluate((button) => button === document.activeElement)).toBe(false);
    for (let i = 0; i < 3; i++) await studio.page.keyboard.press('Control+z');
    await id('label-progress').getByText('10 of 40').waitFor();
  });

  it('labels what is chosen in the grid at once, and trains on it', async () => {
    await studio.page.keyboard.press('g');
    await id('label-cell').first().focus();
    await studio.page.keyboard.press('Control+a');
    await studio.page.keyboard.press('2');
    await id('label-progress').getByText('40 of 40').waitFor();
    await id('label-train').click();
    await id('architecture-linear').click({ timeout: 60_000 });
    await id('setting-epochs').fill('2');
    await id('train-button').click();
    await studio.page.locator('[data-testid=run-page][data-status=finished]').waitFor({ timeout: 120_000 });
    expect(problems).toEqual([]);
  });

  it('judges which of two answers is better, whichever side each is on', async () => {
    const rows = Array.from(
      { length: 8 },
      (_, i) => `Which number is it? No. ${i},first answer ${i},second answer ${i}`,
    );
    writeFileSync(join(folder, 'chats.csv'), `prompt,answer_a,answer_b\n${rows.join('\n')}\n`);
    await studio.drop([join(folder, 'chats.csv')]);
    await id('import-confirm').click();
    await id('sample-table').waitFor({ timeout: 60_000 });
    await id('data-label').click();
    await id('label-dataset').getByText('chats').waitFor();
    await studio.page.keyboard.press('g');
    await standing().waitFor();
    await id('label-dataset').click();
    await id('label-kind-pair').click();
    await id('judge-dialog').waitFor();
    expect(await id('judge-column-0').innerText()).toBe('answer_a');
    await studio.page.keyboard.press('Enter');
    await id('judge-answer').first().waitFor({ timeout: 30_000 });
    const left: string[] = [];
    for (let i = 0; i < 4; i++) {
      const shown = studio.page.locator(`[data-testid=judge-answer]:has-text("answer ${i}")`);
      await shown.first().waitFor();
      expect(await shown.count()).toBe(2);
      left.push((await shown.first().innerText()).startsWith('first') ? 'A' : 'B');
      await studio.page.keyboard.press('1');
    }
    await studio.page.keyboard.press('4');
    await id('label-saved').locator('[data-saved]', { hasText: 'All saved' }).waitFor();
    await studio.shot('label-pair');
    await id('label-classes').getByText('Left is better').waitFor();
    await studio.page.keyboard.press('g');
    const better = (letter: string) => id('label-class').filter({ hasText: `${letter} is better` });
    for (const letter of ['A', 'B']) {
      const count = left.filter((side) => side === letter).length;
      expect((await better(letter).innerText()).replace(/\s+/g, ' ')).toContain(`${letter} is better ${count}`);
    }
    expect(await id('label-progress').innerText()).toContain('5 of 8');
    expect(problems).toEqual([]);
  });
});
