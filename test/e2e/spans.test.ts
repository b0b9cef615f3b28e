import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemsEverywhere } from '../support/accessibility.ts';
import { launchStudio } from '../support/studio-app.ts';
import type { StudioApp } from '../support/studio-app.ts';

describe('spans', () => {
  let studio: StudioApp;
  let folder: string;
  const id = (name: string) => studio.page.getByTestId(name);
  const press = async (...keys: string[]) => {
    for (const key of keys) await studio.page.keyboard.press(key);
  };
  const count = (words: string) => id('span-count').getByText(words).waitFor({ timeout: 30_000 });
  const problems: string[] = [];
  const launch = async () => {
    studio = await launchStudio({ folder });
    studio.page.on('pageerror', (error) => problems.push(error.message));
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-spans-'));
    writeFileSync(join(folder, 'curie.txt'), 'Marie Curie was born in Warsaw.\n居里夫人出生于华沙。\n');
    await launch();
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are made, related and taken back in a text that nothing was said of', async () => {
    await studio.drop([join(folder, 'curie.txt')]);
    await id('import-confirm').click();
    await id('data-label').click({ timeout: 60_000 });
    await id('label-dataset').click();
    await studio.page.getByRole('menuitem', { name: 'Spans of a text' }).click();
    await id('span-text').waitFor({ timeout: 30_000 });
    for (const name of ['person', 'place', 'born in']) {
      await press('+');
      await id('label-class-name').waitFor();
      await studio.page.keyboard.type(name);
      await press('Enter');
      await id('label-class-dialog').waitFor({ state: 'hidden' });
    }
    await id('span-text').focus();
    await press('Control+Home', 'Shift+Control+ArrowRight', 'Shift+Control+ArrowRight', '1');
    await press('Control+ArrowRight', 'Control+ArrowRight', 'Control+ArrowRight', 'Control+ArrowRight', '2');
    await count('2 spans');
    expect(await id('span-said').innerText()).toBe('Warsaw: place, 2 of 2');
    await press('[', 'r', ']', '3');
    await id('relation').waitFor();
    expect((await id('relation').innerText()).replace(/\s+/g, ' ')).toBe('Marie Curie born in Warsaw');
    await id('label-saved').locator('[data-saved]', { hasText: 'All saved' }).waitFor();
    // It is drawn above the text, and chosen there.
    await id('span-arcs').getByText('born in').click();
    await studio.page.locator('[data-testid=span-arcs] .chosen').waitFor();
    await studio.shot('spans-arc');
    await press('Delete');
    await id('span-arcs').waitFor({ state: 'detached' });
    await press('Control+z');
    await id('span-arcs').waitFor();
    await press('Control+z');
    await id('relation').waitFor({ state: 'detached' });
    await press('Control+z');
    await count('1 span');
    await press('Control+Shift+z');
    await count('2 spans');
    await studio.shot('spans');
  });

  it('are there after a restart, with what was taken back', async () => {
    await studio.close();
    await launch();
    await id('rail-label').click();
    await id('span-text').waitFor({ timeout: 30_000 });
    await count('2 spans');
    await press('Control+Shift+z');
    await id('relation').waitFor();
    expect(problems).toEqual([]);
  });

  it('can be seen and reached in both languages, dark and light, at twice the size', async () => {
    const found = await problemsEverywhere(studio, [['spans', () => id('span-text').waitFor()]]);
    expect(found, found.join('\n')).toEqual([]);
  });

  it('go with their texts through a recipe, shown before it is applied', async () => {
    const text = 'Write to <b>Marie Curie</b> at marie@mail.example, or to Pierre in Paris.';
    const spans = ['Marie Curie', 'marie@mail.example', 'mail', 'Pierre', 'Paris'].map((piece, i) => ({
      start: text.indexOf(piece),
      end: text.indexOf(piece) + piece.length,
      label: ['PER', 'MAIL', 'HOST', 'PER', 'LOC'][i],
    }));
    const others = Array.from({ length: 5 }, (_, i) => JSON.stringify({ text: `Nobody is here ${i}`, spans: [] }));
    const lines = [JSON.stringify({ text, spans }), ...others].join('\n');
    await studio.app.evaluate(({ clipboard }, copied) => clipboard.writeText(copied), lines);
    await id('rail-data').click();
    await studio.page.keyboard.press('Control+v');
    await id('import-confirm').click();
    await expect.poll(() => id('sample-count').innerText(), { timeout: 60_000 }).toContain('6');
    await id('tab-recipe').click();
    const add = async (kind: string) => {
      await id('recipe-add').click();
      await id('step-search').fill(kind);
      await id(`add-${kind}`).click();
      await studio.page.locator('[data-testid=recipe-diff][aria-busy=false]').waitFor({ timeout: 30_000 });
    };
    await add('html');
    await add('personal');
    const shown = id('recipe-diff').locator('td.texts').first();
    await shown.getByText('[email]').waitFor({ timeout: 30_000 });
    expect(await shown.locator('mark').allInnerTexts()).toEqual([
      ...['Marie Curie', 'marie@', 'mail', '.example', 'Pierre', 'Paris'],
      ...['Marie Curie', '[email]', 'Pierre', 'Paris'],
    ]);
    expect(await id('recipe-spans').innerText()).toContain('5');
    await studio.shot('recipe-spans');
    await id('recipe-apply').click();
    await expect.poll(() => id('recipe-apply').getAttribute('aria-disabled'), { timeout: 60_000 }).toBe('true');
    await id('tab-source').click();
    await studio.page
      .getByText(/spans 1,|1 个片段/)
      .first()
      .waitFor({ timeout: 30_000 });
    await studio.shot('recipe-spans-source');
    expect(problems).toEqual([]);
  });
});
