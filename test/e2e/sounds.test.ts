import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFiles } from '../support/data-import.ts';
import { tone, toneFolders, wav } from '../support/data-sounds.ts';
import { locales } from '../support/locales.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';

const words = {
  en: { offer: '41 sounds in 3 folders', clipped: 'clipped', passed: /agrees|same/i, filtered: '11 of 41' },
  'zh-CN': { offer: '41 段声音', clipped: '削波', passed: /一致/, filtered: '11' },
};

/** Sounds through the real window: dropped, seen, heard, trained on, exported. */
describe.each(locales)('sounds in %s', (locale) => {
  let studio: StudioApp;
  let data: string;
  const id = (name: string) => studio.page.getByTestId(name);
  const shots = async (name: string) => {
    for (const theme of ['light', 'dark'] as const) {
      await studio.page.emulateMedia({ colorScheme: theme });
      await studio.page.waitForTimeout(150);
      await studio.shot(`${locale}-${theme}-${name}`);
    }
  };
  const problems: string[] = [];

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'atelier-data-'));
    const long = (hertz: number, level: number) =>
      wav([tone({ hertz, seconds: 3, level }).map((x) => Math.min(0.999999, x))]);
    await writeFiles(data, {
      ...toneFolders('tones', [300, 700, 1500], 10),
      ...Object.fromEntries(
        Array.from({ length: 8 }, (_, i) => [`tones/300/copy${i}.wav`, wav([tone({ hertz: 300 })])]),
      ),
      'tones/1500/-long.wav': long(1500, 0.8),
      'tones/300/z-long.wav': long(300, 0.5),
      'tones/700/z-loud.wav': wav([tone({ hertz: 700, level: 1.8 })]),
    });
    studio = await launchStudio({ locale });
    studio.page.on('pageerror', (error) => problems.push(error.message));
    studio.page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
    });
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(data, { recursive: true, force: true });
  });

  it('are offered by what they are, and imported', async () => {
    await id('welcome').waitFor();
    await studio.drop([join(data, 'tones')]);
    await id('import-confirm').waitFor();
    expect(await id('import-sentence').innerText()).toContain(words[locale].offer);
    await id('import-confirm').click();
    await id('sound-grid').waitFor({ timeout: 60_000 });
  });

  it('are seen by their waveforms, with class, length and what is wrong', async () => {
    const grid = id('sound-grid');
    await expect.poll(() => grid.locator('canvas').count(), { timeout: 10_000 }).toBeGreaterThan(6);
    const painted = await grid
      .locator('canvas')
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data: pixels } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        const alpha = (x: number, y: number) => pixels[(y * canvas.width + x) * 4 + 3];
        const middle = canvas.height >> 1;
        return { middle: alpha(3, middle), top: alpha(3, 0), early: alpha(3, (middle >> 1) | 0) };
      });
    // Loud at its beginning, and not up to the edge.
    expect([painted.middle, painted.early, painted.top]).toEqual([255, 255, 0]);
    await grid.focus();
    await studio.page.keyboard.press('End');
    await expect.poll(() => grid.innerText()).toContain(words[locale].clipped);
    await id('sound-details').waitFor();
    await shots('sounds');
  });

  it('are heard by Space, with a line that goes along, and stopped by it', async () => {
    await id('sound-grid').focus();
    await studio.page.keyboard.press('Home');
    const button = id('sound-details').getByTestId('play');
    await studio.page.keyboard.press('Space');
    await expect.poll(() => button.getAttribute('aria-pressed')).toBe('true');
    await shots('sound-heard');
    await id('sound-grid').focus();
    await studio.page.keyboard.press('Space');
    await expect.poll(() => button.getAttribute('aria-pressed')).toBe('false');
    // A short one ends by itself.
    await studio.page.keyboard.press('ArrowRight');
    await button.click();
    await expect.poll(() => button.getAttribute('aria-pressed'), { timeout: 10_000 }).toBe('false');
  });

  it('are measured, and a class is shown alone by a click', async () => {
    await id('tab-profile').click();
    await id('sound-lengths').waitFor();
    await shots('sounds-profile');
    await studio.page.getByRole('button', { name: /^700/ }).first().click();
    await expect.poll(() => id('sample-count').innerText()).toContain(words[locale].filtered);
  });

  it('that are copies of each other are found across splits, seen, and brought together', async () => {
    await id('tab-quality').click();
    await id('leaks-check').click();
    await id('leak-exact').click({ timeout: 30_000 });
    const line = id('quality-lines').locator('li').first();
    await line.waitFor();
    expect(await line.locator('canvas').count()).toBe(2);
    await shots('sounds-copies');
    await id('mend-exact').first().click();
    await studio.page
      .getByText(/cop(?:y|ies) moved into the training split|个副本移入训练集/)
      .first()
      .waitFor({ timeout: 60_000 });
    await id('leaks-check').click();
    await id('leaks-none').waitFor({ timeout: 60_000 });
  });

  it('lie well in a narrow window and in a wide one', async () => {
    await id('tab-samples').click();
    for (const [width, height] of [
      [760, 560],
      [1600, 1000],
      [1280, 800],
    ]) {
      await studio.app.evaluate(
        ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0].setContentSize(size[0], size[1]),
        [width, height] as const,
      );
      await studio.page.waitForTimeout(300);
      await studio.shot(`${locale}-${width}-sounds`);
    }
  });

  it('train a net, whose file takes a sound of any length', async () => {
    await id('rail-train').click();
    await id('architecture-cnn').click();
    await studio.page.waitForTimeout(500);
    await shots('sounds-train');
    await id('setting-epochs').fill('40');
    await id('run-name').fill('tones cnn');
    await id('train-button').click();
    await studio.page.locator('[data-testid=run-page][data-status=finished]').waitFor({ timeout: 120_000 });
    await id('export-run').click();
    const folder = join(studio.workspace, 'exports');
    const files = () => {
      try {
        return readdirSync(folder).filter((name) => name.endsWith('.onnx'));
      } catch {
        return [];
      }
    };
    await expect.poll(() => files().length, { timeout: 60_000 }).toBe(1);
    await id('rail-export').click();
    await id('export').first().click();
    await id('export-page').waitFor();
    expect(await id('parity').innerText()).toMatch(words[locale].passed);
    await shots('sounds-export');
    const session = await ort.InferenceSession.create(join(folder, files()[0]));
    for (const hertz of [300, 700, 1500]) {
      const sound = tone({ hertz, seconds: 0.13 });
      const result = await session.run({
        [session.inputNames[0]]: new ort.Tensor('float32', sound, [1, sound.length]),
      });
      expect(result.label.data[0]).toBe(String(hertz));
    }
    await session.release();
    expect(problems).toEqual([]);
  });
});
