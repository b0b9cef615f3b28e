import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityProblems, problemsEverywhere } from '../support/accessibility.ts';
import { makeFlatImages } from '../support/e2e-data.ts';
import { writeFiles } from '../support/data-import.ts';
import { toneFolders } from '../support/data-sounds.ts';
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
    await id('label-saved').locator('[data-saved]', { hasText: 'All saved' }).waitFor();
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
    expect(problems).toEqual([]);
  });

  it('can be seen and reached in every view, in both languages, dark and light, at twice the size', async () => {
    const found = await problemsEverywhere(studio, [
      [
        'agreement',
        async () => {
          await choose('label-kind-single');
          await choose('label-agree');
          await id('agree-row').waitFor();
        },
      ],
      ['one-class', () => choose('label-pass-first')],
      ['grid', () => press('g')],
      ['second-pass', () => choose('label-pass-second')],
      ['several-classes', () => choose('label-kind-multiple')],
      ['objects', () => choose('label-kind-objects')],
    ]);
    expect(found, found.join('\n')).toEqual([]);
  });

  it('and so can sounds and their segments', async () => {
    await writeFiles(folder, toneFolders('tones', [300, 700], 1));
    await studio.drop([join(folder, 'tones')]);
    await id('import-confirm').click();
    await id('sound-grid').waitFor({ timeout: 60_000 });
    const found = await problemsEverywhere(studio, [
      [
        'sound',
        async () => {
          await id('label-dataset').click();
          await studio.page.getByRole('menuitem').filter({ hasText: 'tones' }).click();
          await choose('label-kind-single');
          await id('label-sound').waitFor({ timeout: 30_000 });
        },
      ],
      [
        'segments',
        async () => {
          await choose('label-kind-segments');
          await id('label-sound').waitFor({ state: 'detached' });
        },
      ],
    ]);
    expect(found, found.join('\n')).toEqual([]);
    expect(problems).toEqual([]);
  });

  it('is looked at by a check that finds what is wrong', async () => {
    await studio.page.evaluate(() => {
      const wrong = document.createElement('div');
      wrong.innerHTML = `<button></button><p style="position:fixed;inset:0 auto auto 0;z-index:999;color:#999;background:#fff">pale</p><i role="checkbox" aria-checked="maybe" tabindex="0">x</i>
        <ul><b>no item</b></ul><div style="height:40px;overflow:auto"><p>long<br>long<br>long<br>long<br>long</p></div>
        <button style="position:fixed;left:-200px">away</button>`;
      document.body.append(wrong);
    });
    const found = (await accessibilityProblems(studio.page)).join('\n');
    for (const words of [
      'button-name',
      'color-contrast',
      'aria-valid-attr-value',
      'list: ',
      'scrollable-region-focusable',
      'outside of the window',
    ])
      expect(found).toContain(words);
  });
});
