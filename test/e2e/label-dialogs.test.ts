import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemsEverywhere } from '../support/accessibility.ts';
import { makeFlatImages } from '../support/e2e-data.ts';
import { detector, table, turned } from '../support/marker-models.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';

describe('what labelling asks', () => {
  let studio: StudioApp;
  let folder: string;
  const id = (name: string) => studio.page.getByTestId(name);
  const problems: string[] = [];
  const press = (key: string) => studio.page.keyboard.press(key);
  const pick = async (menu: string, item: string) => {
    await id(menu).click();
    await id(item).click();
  };
  const open = async (dataset: string, kind: string) => {
    await id('label-dataset').click();
    await studio.page.getByRole('menuitem').filter({ hasText: dataset }).click();
    await id('label-dataset').getByText(dataset, { exact: true }).waitFor();
    await pick('label-dataset', `label-kind-${kind}`);
  };
  const makeClass = async (name: string) => {
    await press('+');
    await id('label-class-name').fill(name);
    await press('Enter');
    await id('label-class-dialog').waitFor({ state: 'hidden' });
  };
  /** A dialog is looked at, and gone before what comes next. */
  const dialog = (name: string, testid: string, how: () => Promise<void>) =>
    [
      name,
      async () => {
        while ((await studio.page.getByRole('dialog').count()) > 0) await press('Escape');
        await how();
        await id(testid).waitFor();
      },
    ] as const;

  const judged = async () => {
    await press('Enter');
    await id('judge-stage').waitFor();
    // The menu that the dialog came from has the focus again, and tells what it is: the window's own focus ends that.
    await id('judge-answer').first().click();
    await id('label-dataset').blur();
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-label-dialogs-'));
    await makeFlatImages(join(folder, 'spots'), 3);
    const images = [0, 1, 2].map((i) => ({ id: i, file_name: `spot-00${i}.png`, width: 24, height: 24 }));
    const categories = ['cell', 'platelet'].map((name, i) => ({ id: i + 1, name }));
    const annotations = images.map((image) => ({ ...image, image_id: image.id, category_id: 1, bbox: [2, 2, 9, 9] }));
    writeFileSync(join(folder, 'spots', 'annotations.json'), JSON.stringify({ images, annotations, categories }));
    const rows = Array.from({ length: 5 }, (_, i) => `Which number is it? No. ${i},first ${i},second ${i}`);
    writeFileSync(join(folder, 'chats.csv'), `prompt,answer_a,answer_b\n${rows.join('\n')}\n`);
    studio = await launchStudio({ folder });
    studio.page.on('pageerror', (error) => problems.push(error.message));
    for (const name of ['spots', 'chats.csv']) {
      await studio.drop([join(folder, name)]);
      await id('import-confirm').click();
      await id(name === 'spots' ? 'image-grid' : 'sample-table').waitFor({ timeout: 60_000 });
    }
    await id('rail-label').click();
    await id('label-standing').waitFor({ timeout: 30_000 });
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('and how answers are judged can be seen and reached, in both languages, dark and light, at twice the size', async () => {
    await open('chats', 'single');
    for (const name of ['question', 'remark']) await makeClass(name);
    await pick('label-suggest', 'label-suggest-rule');
    await id('label-rule-pattern').fill('number');
    await id('label-rule-confirm').click();
    await id('label-rule-dialog').waitFor({ state: 'hidden' });
    const output0 = turned(table([1, 15 * 15 + 8 * 8 + 4 * 4, 6], () => {}));
    const metadata = { names: "{0: 'platelet', 1: 'cell'}" };
    const model = detector({ shape: [1, 3, 120, 120], outputs: { output0 }, metadata, name: 'cells-yolo', folder });
    await studio.app.evaluate(
      ({ dialog }, filePaths) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths });
      },
      [model],
    );
    const found = await problemsEverywhere(
      studio,
      [
        dialog('model', 'label-model-classes', async () => {
          await open('spots', 'objects');
          await pick('label-suggest', 'label-suggest-model');
        }),
        dialog('export', 'label-export-dialog', () => pick('label-files', 'label-export')),
        dialog('row-class', 'label-progress', () => open('chats', 'single')),
        dialog('class-new', 'label-class-dialog', () => press('+')),
        dialog('class', 'label-merge', () => id('label-class-edit').first().click()),
        dialog('note', 'label-note', () => press('n')),
        dialog('keys', 'label-keys-dialog', () => id('label-keys').click()),
        dialog('rule', 'label-rule-dialog', () => pick('label-suggest', 'label-suggest-rule')),
        dialog('accept', 'label-accept-dialog', () => pick('label-suggest', 'label-suggest-accept')),
        dialog('pair-columns', 'judge-dialog', () => pick('label-dataset', 'label-kind-pair')),
        ['pair', judged],
        dialog('rating-columns', 'judge-dialog', () => pick('label-dataset', 'label-kind-rating')),
        ['rating', judged],
      ],
      true,
    );
    expect(found, found.join('\n')).toEqual([]);
    expect(problems).toEqual([]);
  });
});
