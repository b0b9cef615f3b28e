import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { done } from '../support/built-cli.ts';
import { locales } from '../support/locales.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';

/** Two numbers decide the class, but in the north, where chance does. */
function points(): string {
  const lines = ['u,v,region,kind'];
  for (let i = 0; i < 600; i++) {
    const [x, y] = [Math.sin(i * 1.7), Math.cos(i * 2.3)];
    const north = i % 4 === 0;
    const up = north ? (i / 4) % 2 === 0 : x + 0.5 * y > 0;
    lines.push(`${x.toFixed(4)},${y.toFixed(4)},${north ? 'north' : 'south'},${up ? 'up' : 'down'}`);
  }
  return `${lines.join('\n')}\n`;
}

const words = {
  en: { looks: (n: number) => `Looks at the test split: ${n}`, taken: 'up taken for down' },
  'zh-CN': { looks: (n: number) => `测试集查看次数：${n}`, taken: 'up 被当作 down' },
};

/** Evaluation and comparison through the real window: the runs are made on the command line, in the same workspace. */
describe.each(locales)('evaluation in %s', (locale) => {
  let studio: StudioApp;
  let folder: string;
  const id = (name: string) => studio.page.getByTestId(name);
  const problems: string[] = [];
  const shots = async (name: string) => {
    for (const theme of ['light', 'dark'] as const) {
      await studio.page.emulateMedia({ colorScheme: theme });
      await studio.page.waitForTimeout(150);
      await studio.shot(`${locale}-${theme}-${name}`);
    }
  };
  const samplesTotal = async () => `${await id('filter-chips').innerText()} ${await id('sample-count').innerText()}`;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-e2e-'));
    writeFileSync(join(folder, 'points.csv'), points());
    const workspace = ['--workspace', join(folder, 'workspace')];
    await done(folder, 'import', 'points.csv', '--target', 'kind', ...workspace);
    for (const [architecture, epochs] of [
      ['mlp', '20'],
      ['linear', '1'],
    ])
      await done(
        folder,
        ...['train', '--data', 'points', '--architecture', architecture, '--epochs', epochs],
        ...['--name', `points ${architecture}`, '--seed', '1', '--threads', '1', ...workspace],
      );
    studio = await launchStudio({ locale, folder });
    studio.page.on('pageerror', (error) => problems.push(error.message));
  }, 120_000);
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows curves, thresholds, calibration and the worst slice of the validation split', async () => {
    await id('rail-runs').click();
    await studio.page.getByText('points mlp', { exact: true }).first().dblclick();
    await id('tab-confusion').click();
    await id('slices').waitFor({ timeout: 60_000 });
    expect(await id('test-looks').innerText()).toBe(words[locale].looks(1));
    for (const chart of ['roc', 'precision-recall', 'reliability'])
      await id(chart).locator('canvas[data-drawn]').waitFor();
    expect(await id('slices').locator('tbody tr').first().innerText()).toContain('north');
    await shots('evaluation');

    // A dear false alarm moves the threshold up, and the circle on the curves with it.
    const before = await id('threshold-value').innerText();
    await id('threshold-by').click();
    await studio.page.getByRole('option').last().click();
    await id('threshold').locator('input[inputmode=decimal]').first().fill('20');
    await expect.poll(() => id('threshold-value').innerText()).not.toBe(before);
    await id('threshold').scrollIntoViewIfNeeded();
    await shots('evaluation-threshold');
  });

  it('has files of rows predicted, where the dialogs say, with the id of each', async () => {
    const [rows, out] = ['new.csv', 'answers.csv'].map((name) => join(folder, name));
    const [head, ...lines] = points().split('\n').slice(0, 30);
    const kind = head.split(',').indexOf('kind');
    const unlabelled = (line: string) => line.split(',').toSpliced(kind, 1).join(',');
    const ids = lines.map((line, i) => `n${i},${unlabelled(line)}`);
    writeFileSync(rows, [`point_id,${unlabelled(head)}`, ...ids].join('\n'));
    await studio.app.evaluate(
      ({ dialog }, [from, to]) => {
        dialog.showOpenDialog = (() => Promise.resolve({ canceled: false, filePaths: [from] })) as never;
        dialog.showSaveDialog = (() => Promise.resolve({ canceled: false, filePath: to })) as never;
      },
      [rows, out],
    );
    await id('run-more').click();
    await id('run-predict').click();
    await studio.page.getByText('answers.csv').waitFor({ timeout: 60_000 });
    const written = readFileSync(out, 'utf8').trim().split('\r\n');
    expect(written[0]).toBe('point_id,kind');
    expect(written).toHaveLength(lines.length + 1);
    expect(written.slice(1).every((line, i) => line.startsWith(`n${i},`) && /,(up|down)$/.test(line))).toBe(true);
  });

  it('saves its charts as pictures and with their values', async () => {
    for (const [chart, ending, begins] of [
      ['roc', 'csv', 'class,false_positive_rate,true_positive_rate\r\n'],
      ['reliability', 'svg', '<svg xmlns="http://www.w3.org/2000/svg"'],
      ['confusion', 'csv', 'actual,predicted,samples,share_of_actual\r\n'],
      ['confusion', 'png', '\x89PNG'],
    ]) {
      const file = join(folder, `${chart}.${ending}`);
      await studio.app.evaluate(({ session }, to) => {
        session.defaultSession.once('will-download', (_event, item) => item.setSavePath(to));
      }, file);
      await id(`${chart}-export`).click();
      await id(`${chart}-${ending}`).click();
      await expect
        .poll(() => (existsSync(file) ? readFileSync(file, 'latin1').slice(0, begins.length) : ''))
        .toBe(begins);
    }
  });

  it('shows what was predicted of the same samples after the first epoch and the last', async () => {
    await id('tab-predictions').click();
    const right = async () => Number(/\d+/.exec(await id('predictions-right').innerText())![0]);
    await id('predictions-table').waitFor();
    const last = await right();
    expect(await id('predictions-table').locator('tbody tr').count()).toBe(24);
    await shots('predictions');
    await id('run-predictions').getByRole('slider').fill('0');
    await expect.poll(() => id('prediction-epoch').innerText()).toMatch(/1\D+20/);
    await expect.poll(right).toBeLessThanOrEqual(last);
    await id('tab-confusion').click();
    await id('slices').waitFor();
  });

  it('opens the samples of a cell and of a slice', async () => {
    await id('confusion').locator('[data-cell="1-0"]').click();
    const count = Number(await id('confusion').locator('[data-cell="1-0"]').innerText());
    expect(count).toBeGreaterThan(0);
    await id('cell-samples').click();
    await expect.poll(samplesTotal).toContain(words[locale].taken);
    await expect.poll(samplesTotal).toMatch(new RegExp(`\\b${count}\\b`));
    await id('rail-runs').click();
    await id('slices').locator('tbody button').first().click();
    await expect.poll(samplesTotal).toContain('north');
    await id('rail-runs').click();
  });

  it('looks at the test split by a press alone, and counts it', async () => {
    await id('evaluate-split').getByRole('radio').last().click();
    await id('test-gate').waitFor();
    await shots('evaluation-gate');
    await id('look-at-test').click();
    await id('slices').waitFor({ timeout: 60_000 });
    expect(await id('test-looks').innerText()).toBe(words[locale].looks(2));
    // What was seen is seen again without another look.
    await id('evaluate-split').getByRole('radio').nth(1).click();
    await id('evaluate-split').getByRole('radio').last().click();
    await id('slices').waitFor();
    expect(await id('test-looks').innerText()).toBe(words[locale].looks(2));
  });

  it('compares two runs sample by sample', async () => {
    await id('back-to-runs').click();
    const table = id('place-runs').getByRole('grid').or(id('place-runs').getByRole('table')).first();
    await table.getByText('points mlp', { exact: true }).first().click();
    await table
      .getByText('points linear', { exact: true })
      .first()
      .click({ modifiers: ['ControlOrMeta'] });
    await studio.page.keyboard.press('c');
    await id('tab-per-sample').click();
    await id('differences').waitFor({ timeout: 60_000 });
    await id('mcnemar').waitFor();
    await id('cell-onlySecond').click();
    const count = Number(await id('cell-onlySecond').locator('b').innerText());
    await expect.poll(() => id('compared-table').locator('tbody tr').count()).toBe(count);
    await shots('compared-samples');
    await id('compared-open').click();
    await expect.poll(samplesTotal).toMatch(new RegExp(`\\b${count}\\b`));
    expect(problems).toEqual([]);
  });
});
