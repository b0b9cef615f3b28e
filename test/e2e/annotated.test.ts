import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locales } from '../support/locales.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';
import { png } from '../support/data-pictures.ts';

const words = { en: '1 of 4 samples', 'zh-CN': '1' };

/** Images with boxes through the real window: dropped, drawn, listed, filtered. */
describe.each(locales)('annotated images in %s', (locale) => {
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
    mkdirSync(join(data, 'cells'));
    const images = [0, 1, 2, 3].map((i) => ({ id: i, file_name: `${i}.png`, width: 300, height: 200 }));
    for (const { id: i, file_name: name } of images) {
      writeFileSync(
        join(data, 'cells', name),
        await png({ width: 300, height: 200, colour: { r: 200, g: 40 * i, b: 90 } }),
      );
    }
    const annotations = images.flatMap(({ id: i }) => [
      { id: 2 * i, image_id: i, category_id: 1, bbox: [30, 20, 90, 60] },
      { id: 2 * i + 1, image_id: i, category_id: 2, bbox: i === 2 ? [200, 90, 0, 10] : [200, 90, 50, 60] },
    ]);
    const categories = [
      { id: 1, name: 'round' },
      { id: 2, name: 'long' },
    ];
    writeFileSync(join(data, 'cells', 'annotations.json'), JSON.stringify({ images, annotations, categories }));
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

  it('are offered as what they are, and imported', async () => {
    await id('welcome').waitFor();
    await studio.drop([join(data, 'cells')]);
    await id('import-confirm').waitFor();
    expect(await id('import-sentence').innerText()).toContain('COCO');
    await shots('annotated-offer');
    await id('import-confirm').click();
    await id('image-grid').waitFor({ timeout: 60_000 });
    await expect.poll(() => id('mark-layer').count(), { timeout: 10_000 }).toBe(4);
  });

  it('are drawn sharp, each mark where it lies', async () => {
    await id('image-grid').focus();
    await studio.page.keyboard.press('ArrowRight');
    await id('original').waitFor({ timeout: 10_000 });
    expect(await id('mark-list').locator('li').count()).toBe(2);
    const painted = await id('marked-picture')
      .getByTestId('mark-layer')
      .evaluate((canvas: HTMLCanvasElement) => {
        const pen = canvas.getContext('2d')!;
        const scale = canvas.width / 300;
        const { data: pixels } = pen.getImageData(0, 0, canvas.width, canvas.height);
        const alpha = (x: number, y: number) =>
          pixels[(Math.round(y * scale) * canvas.width + Math.round(x * scale)) * 4 + 3];
        return { left: alpha(30, 50), top: alpha(70, 20), inside: alpha(70, 50), outside: alpha(150, 50) };
      });
    expect(painted.left).toBeGreaterThan(60);
    expect(painted.top).toBeGreaterThan(60);
    expect([painted.inside, painted.outside]).toEqual([0, 0]);
    await shots('annotated-sample');
  });

  it('are counted by class, and a click shows those with what is wrong', async () => {
    await id('tab-profile').click();
    const bars = id('mark-profile').getByRole('button');
    expect(await bars.count()).toBe(3);
    await shots('annotated-profile');
    await bars.last().click();
    await expect.poll(() => id('sample-count').innerText()).toContain(words[locale]);
    await expect.poll(() => id('mark-layer').count()).toBe(1);
    expect(problems).toEqual([]);
  });
});
