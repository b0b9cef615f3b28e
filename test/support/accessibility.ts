import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';
import { screenshots, type StudioApp } from './studio-app.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What an accessibility check of a view finds, each as a sentence; none where all is well: every rule of axe-core for WCAG 2.2 A and AA and for good
 * practice, and that no control lies outside of the window (1.4.4, 1.4.10), of which axe knows nothing.
 */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // No tip is in the way, and what is on its way has come to its place and its colour.
  await page.mouse.move(1, 1);
  await page.waitForFunction(() =>
    document.getAnimations().every(({ effect, playState }) => {
      return playState !== 'running' || effect?.getComputedTiming().endTime === Infinity;
    }),
  );
  // Read by the debugger, as a script of the page the policy of the studio's contents would refuse it.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  return page.evaluate(audit);
}

/**
 * The same for views of labelling: in both languages, dark and light, as they are and at 200 %; `briefly`: at 200 %, in
 * either language and theme once. Pictures of one of each are saved as
 * `label-<view>-<zoom>`.
 * The window is opened anew for each, and each view from the one before.
 */
export async function problemsEverywhere(
  { app, page }: StudioApp,
  views: readonly (readonly [name: string, open: () => Promise<void>])[],
  briefly = false,
): Promise<string[]> {
  const zoomTo = async (factor: number): Promise<void> => {
    await app.evaluate(
      ({ BrowserWindow }, factor) => BrowserWindow.getAllWindows()[0].webContents.setZoomFactor(factor),
      factor,
    );
    await page.waitForFunction((factor) => window.devicePixelRatio === factor, factor);
  };
  // Playwright's own pictures of a page at 200 % are of its first quarter.
  const picture = async (name: string): Promise<void> => {
    const png = await app.evaluate(async ({ BrowserWindow }) =>
      (await BrowserWindow.getAllWindows()[0].webContents.capturePage()).toPNG().toString('base64'),
    );
    mkdirSync(screenshots, { recursive: true });
    writeFileSync(join(screenshots, `${name}.png`), Buffer.from(png, 'base64'));
  };
  const found: string[] = [];
  for (const theme of ['dark', 'light'] as const) {
    for (const locale of ['en', 'zh-CN'] as const) {
      if (briefly && (theme === 'dark') !== (locale === 'en')) continue;
      await page.evaluate((wish) => window.studio!.invoke('preferences.set', wish), { theme, locale });
      await page.reload();
      await page.getByTestId('rail-label').click();
      await page.getByTestId('label-progress').waitFor();
      for (const [name, open] of views) {
        await open();
        for (const zoom of briefly ? [2] : [1, 2]) {
          await zoomTo(zoom);
          const where = `${name}, ${theme}, ${locale}, ${zoom * 100} %`;
          found.push(...(await accessibilityProblems(page)).map((problem) => `${where}: ${problem}`));
          if (theme === 'light' && locale === 'zh-CN') await picture(`label-${name}-${zoom}`);
        }
        await zoomTo(1);
      }
    }
  }
  return found;
}

/** Runs in the page. */
async function audit(): Promise<string[]> {
  const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, {
    resultTypes: ['violations'],
  });
  const problems = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, html, any }) => {
      const why = any.map(({ message }) => message).join('; ');
      return `${id}: ${help}: ${target.join(' ')} ${html.slice(0, 160)}${why && ` (${why})`}`;
    }),
  );
  for (const element of document.querySelectorAll('button')) {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const box = element.getBoundingClientRect();
    let scroller: Element | null = element.parentElement;
    while (scroller && !/auto|scroll/.test(getComputedStyle(scroller).overflow)) scroller = scroller.parentElement;
    if (!scroller && (box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || box.left < -1 || box.top < -1))
      problems.push(`outside of the window: ${element.outerHTML.slice(0, 160)}`);
  }
  return problems;
}
