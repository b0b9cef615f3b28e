/** Every screen by name: how to get there from a fresh window. */
const at = (page, id) => page.getByTestId(id);
const place = async (page, name) => at(page, `rail-${name}`).click();
const dataset = async (page, name) => page.getByTestId('dataset').filter({ hasText: name }).click();

async function openRun(page, n) {
  await place(page, 'runs');
  await page.locator('[data-testid=runs-table] [role=row][data-key]').nth(n).dblclick();
  await at(page, 'run-page').waitFor();
}
async function select(page, rows) {
  await place(page, 'runs');
  const all = page.locator('[data-testid=runs-table] [role=row][data-key]');
  for (const [i, n] of rows.entries()) await all.nth(n).click({ modifiers: i === 0 ? [] : ['Control'] });
}
async function selectThrough(page, last) {
  await place(page, 'runs');
  const all = page.locator('[data-testid=runs-table] [role=row][data-key]');
  await all.nth(0).click();
  await all.nth(last).click({ modifiers: ['Shift'] });
}
async function drop(page, name, type = 'drop') {
  await page.evaluate(
    ([name, type]) => {
      const data = new DataTransfer();
      data.items.add(new File(['a,b\n1,2\n'], name));
      const send = (kind) =>
        document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
      send('dragenter');
      send('dragover');
      if (type === 'drop') send('drop');
    },
    [name, type],
  );
}

async function openNamed(page, name) {
  await place(page, 'runs');
  await at(page, 'runs-filter').fill(name);
  await page.locator('[data-testid=runs-table] [role=row][data-key]').first().dblclick();
  await at(page, 'run-page').waitFor();
}

const study = async (page, tab) => {
  await place(page, 'tune');
  await at(page, 'study-page').waitFor();
  if (tab) await page.getByTestId('study-page').getByTestId(`tab-${tab}`).click();
};

async function write(page, text) {
  await page.locator('[data-testid=prompt-editor][data-ready]').waitFor();
  await at(page, 'prompt-editor').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}

export const screens = {
  'playground-hub': {
    go: async (page) => {
      await place(page, 'playground');
      await at(page, 'model-chooser').click();
      await page.getByRole('option', { name: /Hugging Face/ }).click();
      await at(page, 'hub-name').fill('HuggingFaceTB/SmolLM2-135M-Instruct');
      await at(page, 'hub-ask').click();
      await at(page, 'hub-variant').waitFor();
    },
  },
  'playground-remote': {
    go: async (page) => {
      await place(page, 'playground');
      await at(page, 'model-chooser').click();
      await page.getByRole('option', { name: /service.large-2/ }).click();
      await at(page, 'prompt-leaves').waitFor();
      await at(page, 'prompt-run').click();
      await at(page, 'leaving-dialog').waitFor();
    },
  },
  'playground-offer': {
    go: async (page) => {
      await place(page, 'playground');
      await write(page, 'What the makers write with.');
      // In a narrow window the settings are folded away.
      if (page.viewportSize().width < 1000) return at(page, 'prompt-tokens').waitFor();
      await at(page, 'own-settings-use').waitFor();
      await at(page, 'gen-n').fill('3');
      await page.locator('details summary', { hasText: /Advanced|高级/ }).click();
      await at(page, 'gen-beams').fill('2');
      await at(page, 'beams-too-few').scrollIntoViewIfNeeded();
    },
  },
  'playground-unstored': {
    go: async (page) => {
      await place(page, 'playground');
      await write(page, 'The disk is full!');
      await page.getByTestId('prompt-saved').getByRole('status').waitFor();
    },
  },
  'playground-encoders': {
    go: async (page) => {
      await place(page, 'playground');
      await page.getByTestId('prompt').filter({ hasText: 'Mood' }).click();
      await at(page, 'verdict').first().waitFor();
      await at(page, 'mask-view').first().waitFor();
    },
  },
  'playground-translator': {
    go: async (page) => {
      await place(page, 'playground');
      await page.getByTestId('prompt').filter({ hasText: 'To German' }).click();
      // Where there is little room the settings are folded away.
      await at(page, page.viewportSize().width < 1000 ? 'completion' : 'own-settings-use').waitFor();
    },
  },
  'playground-names': {
    go: async (page) => {
      await place(page, 'playground');
      await page.getByTestId('prompt').filter({ hasText: 'Mood' }).click();
      await at(page, 'verdict-none').scrollIntoViewIfNeeded();
    },
  },
  'playground-encoders-below': {
    go: async (page) => {
      await place(page, 'playground');
      await page.getByTestId('prompt').filter({ hasText: 'Mood' }).click();
      await at(page, 'verdict').first().waitFor();
      await at(page, 'completions').evaluate((list) => list.scrollTo(0, list.scrollHeight));
      await at(page, 'verdict-cut').waitFor();
      await at(page, 'model-chooser').click();
    },
  },
  'playground-compare': {
    go: async (page) => {
      await place(page, 'playground');
      await at(page, 'bench-view-compare').click();
      await at(page, 'grid-cell').nth(1).click();
      await page.keyboard.press('c');
      await page.keyboard.press('ArrowRight');
      await at(page, 'grid-prefer-A').waitFor();
    },
  },
  'playground-documents': {
    go: async (page) => {
      await place(page, 'playground');
      await at(page, 'bench-view-documents').click();
      await at(page, 'documents-question').fill('How is the filter changed?');
      await at(page, 'passage').nth(1).waitFor();
    },
  },
  'playground-new-grid': {
    go: async (page) => {
      await place(page, 'playground');
      await at(page, 'bench-view-compare').click();
      await at(page, 'grid-new').click();
      await at(page, 'grid-count').waitFor();
    },
  },
  'playground-test': {
    go: async (page) => {
      await place(page, 'playground');
      await at(page, 'bench-view-test').click();
      await at(page, 'evaluation-pick').nth(0).click();
      await at(page, 'evaluation-pick').nth(1).click();
      await at(page, 'test-comparison').waitFor();
    },
  },
  'tune-history': { go: async (page) => study(page) },
  'tune-parallel': { go: async (page) => study(page, 'parallel') },
  'tune-reports': { go: async (page) => study(page, 'reports') },
  'tune-trials': { go: async (page) => study(page, 'trials') },
  'tune-slices': { go: async (page) => study(page, 'slice') },
  'tune-contour': { go: async (page) => study(page, 'pairs') },
  'tune-rank': {
    go: async (page) => {
      await study(page, 'pairs');
      await at(page, 'pairs-kind-rank').click();
    },
  },
  'tune-distribution': { go: async (page) => study(page, 'edf') },
  'tune-timeline': { go: async (page) => study(page, 'timeline') },
  'tune-front': {
    go: async (page) => {
      await study(page);
      await at(page, 'study').nth(1).click();
      await at(page, 'tab-front').click();
    },
  },
  'tune-empty': { scenario: 'empty', go: async (page) => place(page, 'tune') },
  'train-tune': {
    go: async (page) => {
      await dataset(page, 'glyphs');
      await at(page, 'data-train').click();
      await at(page, 'tune-learningRate').click();
      await at(page, 'tune-optimizer').click();
      await at(page, 'tune-batchSize').click();
      await at(page, 'tune-button').click();
      await at(page, 'tune-dialog').waitFor();
    },
  },
  'train-tune-form': {
    go: async (page) => {
      await dataset(page, 'glyphs');
      await at(page, 'data-train').click();
      await at(page, 'tune-hidden').click();
      await at(page, 'tune-learningRate').click();
    },
  },
  welcome: { scenario: 'empty', go: async () => {} },
  'welcome-busy': { scenario: 'empty', wait: 1500, go: async (page) => at(page, 'welcome-sample').click() },
  'drop-over': { go: async (page) => drop(page, 'penguins.csv', 'over') },
  'import-table': { go: async (page) => drop(page, 'penguins.csv') },
  'import-images': { go: async (page) => drop(page, 'birds') },
  'import-class-table': { go: async (page) => drop(page, 'lesions') },
  'import-error': { go: async (page) => drop(page, 'notes.txt') },
  'data-table': { go: async (page) => dataset(page, 'adult') },
  'data-table-export': {
    go: async (page) => {
      await dataset(page, 'adult');
      await at(page, 'data-export').click();
      await at(page, 'export-data').waitFor();
    },
  },
  'data-table-sample': {
    go: async (page) => {
      await dataset(page, 'adult');
      await page.locator('[data-testid=sample-table] [role=row][data-key]').nth(3).click();
    },
  },
  'data-images-export': {
    go: async (page) => {
      await dataset(page, 'glyphs');
      await at(page, 'data-export').click();
      await at(page, 'export-data').waitFor();
    },
  },
  'data-images': { go: async (page) => dataset(page, 'glyphs') },
  'label-images': {
    go: async (page) => {
      await dataset(page, 'glyphs');
      await at(page, 'data-label').click();
      await at(page, 'label-standing').waitFor();
    },
  },
  'label-learning': {
    go: async (page) => {
      await dataset(page, 'glyphs');
      await at(page, 'data-label').click();
      await at(page, 'label-learn').click();
      await at(page, 'label-learn-stop').waitFor();
    },
  },
  'label-agreement': {
    go: async (page) => {
      await dataset(page, 'glyphs');
      await at(page, 'data-label').click();
      await at(page, 'label-standing').waitFor();
      await at(page, 'label-dataset').click();
      await at(page, 'label-agree').click();
      await at(page, 'agree-row').first().waitFor();
    },
  },
  'label-grid': {
    go: async (page) => {
      await dataset(page, 'glyphs');
      await at(page, 'data-label').click();
      await at(page, 'label-standing').waitFor();
      await page.keyboard.press('g');
      await at(page, 'label-cell').nth(2).click();
      await at(page, 'label-cell')
        .nth(6)
        .click({ modifiers: ['Shift'] });
    },
  },
  'label-keys': {
    go: async (page) => {
      await dataset(page, 'glyphs');
      await at(page, 'data-label').click();
      await at(page, 'label-keys').click();
      await at(page, 'label-keys-dialog').waitFor();
    },
  },
  'label-class': {
    go: async (page) => {
      await dataset(page, 'glyphs');
      await at(page, 'data-label').click();
      await at(page, 'label-class-edit').first().click();
      await at(page, 'label-class-dialog').waitFor();
    },
  },
  'label-model': {
    go: async (page) => {
      await dataset(page, 'glyphs');
      await at(page, 'data-label').click();
      await at(page, 'label-dataset').click();
      await page.getByRole('menuitem').last().click();
      await at(page, 'object-tools').waitFor();
      await at(page, 'label-suggest').click();
      await at(page, 'label-suggest-model').click();
      await at(page, 'label-model-classes').waitFor();
      await page.locator('details summary').click();
    },
  },
  'label-rows': {
    go: async (page) => {
      await dataset(page, 'adult');
      await at(page, 'data-label').click();
      await at(page, 'label-standing').waitFor();
    },
  },
  'label-texts': {
    go: async (page) => {
      await dataset(page, 'reviews');
      await at(page, 'data-label').click();
      await at(page, 'label-standing').waitFor();
    },
  },
  'label-spans': {
    go: async (page) => {
      await dataset(page, 'letters');
      await at(page, 'data-label').click();
      await at(page, 'span-text').waitFor();
    },
  },
  'label-segments': {
    wait: 800,
    go: async (page) => {
      await place(page, 'label');
      await at(page, 'label-dataset').click();
      await page.getByRole('menuitem', { name: 'bird calls' }).click();
      await at(page, 'segment-wave').waitFor();
      await page.keyboard.press(']');
    },
  },
  'label-sound': {
    wait: 800,
    go: async (page) => {
      await place(page, 'label');
      await at(page, 'label-dataset').click();
      await page.getByRole('menuitem', { name: 'bird calls' }).click();
      await at(page, 'segment-wave').waitFor();
      await at(page, 'label-dataset').click();
      await page.getByRole('menuitem').nth(-2).click();
      await at(page, 'label-sound').waitFor();
    },
  },
  'data-flowers': {
    go: async (page) => {
      await dataset(page, 'flowers');
      await page.locator('[data-testid=image-grid] [role=option]').nth(7).click();
    },
  },
  'data-filtered': {
    go: async (page) => {
      await dataset(page, 'glyphs');
      await at(page, 'sample-filter').click();
      await page.getByRole('menuitem').nth(1).click();
      await page.getByRole('menuitem').nth(5).click();
    },
  },
  'recipe-file': {
    go: async (page) => {
      await dataset(page, 'adult');
      await at(page, 'tab-recipe').click();
      await at(page, 'recipe-file').click();
      await at(page, 'recipe-file-open').click();
      await at(page, 'recipe-lacks').waitFor();
    },
  },
  'recipe-file-menu': {
    go: async (page) => {
      await dataset(page, 'adult');
      await at(page, 'tab-recipe').click();
      await at(page, 'recipe-file').click();
    },
  },
  'data-profile': {
    go: async (page) => {
      await dataset(page, 'adult');
      await at(page, 'tab-profile').click();
    },
  },
  'data-profile-images': {
    go: async (page) => {
      await dataset(page, 'flowers');
      await at(page, 'tab-profile').click();
    },
  },
  'data-schema': {
    go: async (page) => {
      await dataset(page, 'adult');
      await at(page, 'tab-schema').click();
      await page.locator('[data-testid=schema-table] .choice').nth(4).click();
      await page.getByRole('option').first().click();
    },
  },
  'data-splits': {
    go: async (page) => {
      await dataset(page, 'flowers');
      await at(page, 'tab-splits').click();
      await page.getByRole('textbox').nth(1).fill('95');
    },
  },
  'data-source': {
    go: async (page) => {
      await dataset(page, 'flowers');
      await at(page, 'tab-source').click();
    },
  },
  'train-images': {
    wait: 1800,
    go: async (page) => {
      await dataset(page, 'glyphs');
      await at(page, 'data-train').click();
    },
  },
  'train-table': {
    go: async (page) => {
      await dataset(page, 'adult');
      await at(page, 'data-train').click();
      await at(page, 'setting-epochs').fill('0');
      await at(page, 'setting-learningRate').fill('0.01');
      await at(page, 'advanced').click();
    },
  },
  'train-autoencoder': {
    go: async (page) => {
      await dataset(page, '传感器');
      await at(page, 'data-train').click();
      await at(page, 'architecture-autoencoder').click();
    },
  },
  'train-dcgan': {
    go: async (page) => {
      await dataset(page, 'glyphs');
      await at(page, 'data-train').click();
      await at(page, 'architecture-dcgan').click();
      await at(page, 'advanced').click();
      await at(page, 'setting-beta1').scrollIntoViewIfNeeded();
    },
  },
  'run-dcgan': { go: async (page) => openNamed(page, 'dcgan') },
  'run-dcgan-pictures': {
    go: async (page) => {
      await openNamed(page, 'dcgan');
      await at(page, 'tab-pictures').click();
      await at(page, 'run-pictures').getByRole('slider').fill('9');
    },
  },
  'run-dcgan-evaluation': {
    go: async (page) => {
      await openNamed(page, 'dcgan');
      await at(page, 'tab-confusion').click();
    },
  },
  'run-autoencoder-pictures': {
    go: async (page) => {
      await openNamed(page, 'glyphs · autoencoder');
      await at(page, 'tab-pictures').click();
    },
  },
  'run-autoencoder-errors': {
    wait: 900,
    go: async (page) => {
      await openNamed(page, 'glyphs · autoencoder');
      await at(page, 'tab-confusion').click();
    },
  },
  'run-autoencoder-errors-table': {
    wait: 900,
    go: async (page) => {
      await openNamed(page, 'census · autoencoder');
      await at(page, 'tab-confusion').click();
    },
  },
  'data-text': { go: async (page) => dataset(page, 'film reviews') },
  'data-text-sample': {
    wait: 700,
    go: async (page) => {
      await dataset(page, 'film reviews');
      await page.locator('[data-testid=sample-table] [role=row][data-key]').nth(3).click();
    },
  },
  'data-text-profile': {
    go: async (page) => {
      await dataset(page, 'film reviews');
      await at(page, 'tab-profile').click();
    },
  },
  'train-text': {
    go: async (page) => {
      await dataset(page, 'film reviews');
      await at(page, 'data-train').click();
      await at(page, 'architecture-textcnn').click();
    },
  },
  'train-text-tokenizer': {
    go: async (page) => {
      await dataset(page, 'film reviews');
      await at(page, 'data-train').click();
      await at(page, 'architecture-text-gru').click();
      await at(page, 'setting-tokenizer').click();
      await page.getByRole('option').last().click();
      await at(page, 'advanced').click();
    },
  },
  'train-no-target': {
    go: async (page) => {
      await dataset(page, '传感器');
      await at(page, 'data-train').click();
    },
  },
  'train-deep': {
    go: async (page) => {
      await dataset(page, 'glyphs');
      await at(page, 'data-train').click();
      await at(page, 'architecture-resnet').click();
    },
  },
  'train-too-much': {
    wait: 2500,
    go: async (page) => {
      await dataset(page, 'glyphs');
      await at(page, 'data-train').click();
      await at(page, 'setting-batchSize').fill('65536');
    },
  },
  'train-empty': { scenario: 'empty', go: async (page) => place(page, 'train') },
  runs: { go: async (page) => place(page, 'runs') },
  'runs-selected': { wait: 900, go: async (page) => select(page, [5]) },
  'runs-many': { wait: 900, go: async (page) => select(page, [3, 5, 6]) },
  'runs-empty': { scenario: 'empty', go: async (page) => place(page, 'runs') },
  'run-live': { scenario: 'full', wait: 1800, go: async (page) => openRun(page, 0) },
  'run-curves': {
    wait: 900,
    go: async (page) => {
      await openRun(page, 5);
      const chart = page.locator('.overlay').first();
      await chart.waitFor();
      const box = await chart.boundingBox();
      await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.5);
    },
  },
  'run-confusion': {
    wait: 900,
    go: async (page) => {
      await openRun(page, 3);
      await at(page, 'tab-confusion').click();
      await page.locator('[data-cell="2-2"]').click();
    },
  },
  'run-weights': {
    wait: 600,
    go: async (page) => {
      await openRun(page, 3);
      await at(page, 'tab-weights').click();
      await at(page, 'weights').locator('figure').first().waitFor();
    },
  },
  'run-log': {
    go: async (page) => {
      await openRun(page, 3);
      await at(page, 'tab-log').click();
    },
  },
  'run-failed': { wait: 900, go: async (page) => openRun(page, 7) },
  compare: {
    wait: 900,
    go: async (page) => {
      await select(page, [3, 5, 6, 9]);
      await at(page, 'compare-button').click();
      await at(page, 'smoothing').click();
      await page.getByRole('option').nth(3).click();
      const chart = page.locator('[data-testid=compare] .overlay').nth(2);
      await chart.waitFor();
      const box = await chart.boundingBox();
      await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.5);
    },
  },
  'compare-groups': {
    wait: 900,
    go: async (page) => {
      await selectThrough(page, 18);
      await at(page, 'compare-button').click();
      await at(page, 'curves-group').last().click();
      await page.getByRole('option').filter({ hasText: 'rchitecture' }).click();
      const chart = page.locator('[data-testid=compare] .overlay').nth(2);
      const box = await chart.boundingBox();
      await page.mouse.move(box.x + box.width / 3, box.y + box.height / 2);
    },
  },
  'compare-bars': {
    go: async (page) => {
      await selectThrough(page, 18);
      await at(page, 'compare-button').click();
      await at(page, 'compare').getByTestId('tab-groups').click();
      const box = await at(page, 'groups').boundingBox();
      await page.mouse.move(box.x + box.width / 3, box.y + box.height / 2);
    },
  },
  'compare-boxes': {
    go: async (page) => {
      await selectThrough(page, 12);
      await page.keyboard.press('Control+a');
      await at(page, 'compare-button').click();
      await at(page, 'compare').getByTestId('tab-groups').click();
      await at(page, 'groups-kind-boxes').click();
      await at(page, 'groups-by').click();
      await page
        .getByRole('option')
        .filter({ hasText: /earning rate|学习率/ })
        .first()
        .click();
      await at(page, 'groups').locator('svg').focus();
      for (const key of ['ArrowRight', 'ArrowRight', 'ArrowDown']) await page.keyboard.press(key);
    },
  },
  'compare-runs': {
    go: async (page) => {
      await selectThrough(page, 18);
      await at(page, 'compare-button').click();
      await at(page, 'compare').getByTestId('tab-groups').click();
      await at(page, 'groups-by').click();
      await page.getByRole('option').first().click();
    },
  },
  'compare-importance': {
    go: async (page) => {
      await selectThrough(page, 12);
      await page.keyboard.press('Control+a');
      await at(page, 'compare-button').click();
      await at(page, 'compare').getByTestId('tab-importance').click();
      await at(page, 'importance').waitFor();
    },
  },
  'compare-parallel': {
    go: async (page) => {
      await selectThrough(page, 18);
      await at(page, 'compare-button').click();
      await at(page, 'compare').getByTestId('tab-parallel').click();
      const axis = page.locator('[data-testid^=axis-metric]').first();
      const box = await axis.boundingBox();
      await page.mouse.move(box.x + box.width / 2, box.y + 30);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.mouse.up();
      await page.mouse.move(box.x - 60, box.y + 60);
    },
  },
  'compare-scatter': {
    go: async (page) => {
      await selectThrough(page, 18);
      await at(page, 'compare-button').click();
      await at(page, 'compare').getByTestId('tab-scatter').click();
      await at(page, 'scatter').locator('svg').focus();
      await page.keyboard.press('ArrowRight');
    },
  },
  'compare-settings': {
    go: async (page) => {
      await select(page, [3, 5, 6]);
      await at(page, 'compare-button').click();
      await at(page, 'compare').getByTestId('tab-settings').click();
    },
  },
  'compare-metrics': {
    go: async (page) => {
      await select(page, [3, 5, 6]);
      await at(page, 'compare-button').click();
      await at(page, 'compare').getByTestId('tab-metrics').click();
    },
  },
  'compare-outputs': {
    go: async (page) => {
      await place(page, 'runs');
      await at(page, 'runs-filter').fill('glyphs');
      const rows = page.locator('[data-testid=runs-table] [role=row][data-key]');
      await rows.first().click();
      await page.keyboard.press('Control+a');
      await at(page, 'compare-button').click();
      await at(page, 'compare').getByTestId('tab-outputs').click();
      await page.locator('[data-testid=compared-output] canvas').first().waitFor();
      await page.waitForTimeout(500);
    },
  },
  export: { go: async (page) => place(page, 'export') },
  'export-empty': { scenario: 'empty', go: async (page) => place(page, 'export') },
  settings: { wait: 1000, go: async (page) => place(page, 'settings') },
  'settings-remote': {
    wait: 1000,
    go: async (page) => {
      await place(page, 'settings');
      await at(page, 'settings-remote').click();
      await at(page, 'remote-endpoint').first().waitFor();
      await at(page, 'remote-test').first().click();
      await at(page, 'remote-said').waitFor();
    },
  },
  'settings-remote-endpoint': {
    wait: 1000,
    go: async (page) => {
      await place(page, 'settings');
      await at(page, 'settings-remote').click();
      await at(page, 'remote-edit').nth(2).click();
      await at(page, 'endpoint-key').fill('0123456789');
      await at(page, 'endpoint-ask').click();
      await at(page, 'endpoint-said').waitFor();
    },
  },
  'settings-devices': {
    wait: 1000,
    go: async (page) => {
      await place(page, 'settings');
      await at(page, 'settings-devices').click();
    },
  },
  'settings-devices-cuda': {
    wait: 1000,
    go: async (page) => {
      await place(page, 'settings');
      await at(page, 'settings-devices').click();
      await at(page, 'cuda-get').click();
    },
  },
  'settings-devices-cuda-busy': {
    wait: 2500,
    go: async (page) => {
      await place(page, 'settings');
      await at(page, 'settings-devices').click();
      await at(page, 'cuda-get').click();
      await at(page, 'cuda-download').click();
    },
  },
  'settings-devices-testing': {
    wait: 2500,
    go: async (page) => {
      await place(page, 'settings');
      await at(page, 'settings-devices').click();
      await at(page, 'devices-test').click();
    },
  },
  'settings-about': {
    wait: 1000,
    go: async (page) => {
      await place(page, 'settings');
      await at(page, 'settings-storage').click();
    },
  },
  'runs-many-listed': {
    scenario: 'many',
    wait: 2500,
    go: async (page) => {
      await place(page, 'runs');
      await page.locator('[data-testid=runs-table] [role=row][data-key]').nth(2).dblclick();
    },
  },
  'wide-columns': {
    scenario: 'wide',
    go: async (page) => {
      await dataset(page, 'plant sensors');
      await at(page, 'columns-menu').click();
      await page.keyboard.type('r_51');
    },
  },
  'wide-sample': {
    scenario: 'wide',
    go: async (page) => {
      await dataset(page, 'plant sensors');
      await page.locator('[data-testid=sample-table] [role=row][data-key]').nth(2).click();
    },
  },
  'wide-choice': {
    scenario: 'wide',
    go: async (page) => {
      await dataset(page, 'plant sensors');
      await at(page, 'tab-splits').click();
      await at(page, 'split-way').click();
      await page.getByRole('option', { name: /group|分组|组/i }).click();
      await at(page, 'split-column').click();
      await page.keyboard.press('ArrowDown');
    },
  },
  palette: { go: async (page) => page.keyboard.press('Control+k') },
  'palette-query': {
    go: async (page) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type('th');
    },
  },
  keys: {
    go: async (page) => {
      await place(page, 'runs');
      await page.keyboard.press('?');
    },
  },
  jobs: {
    scenario: 'full',
    go: async (page) => {
      await at(page, 'status-jobs').click();
      await page.locator('[data-testid=job][data-status=failed] [aria-expanded]').first().click();
    },
  },
  toast: {
    wait: 600,
    go: async (page) => {
      await dataset(page, 'glyphs');
      await at(page, 'dataset-more').click();
      await page.getByRole('menuitem').nth(1).click();
    },
  },
  'menu-columns': {
    go: async (page) => {
      await place(page, 'runs');
      await page.getByTestId('place-runs').getByTestId('columns-menu').click();
    },
  },
};
