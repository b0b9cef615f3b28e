// How long the main process and the page stall while the sample is imported, trained and exported in the window.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron } from 'playwright-core';
import { describe, electronAtHand, electronEnv } from '../../scripts/setup/electron.mjs';
import { isRoot, root } from '../../scripts/setup/paths.mjs';
import { startScreen } from '../../scripts/setup/screen.mjs';

export default async function bench() {
  const runtime = electronAtHand();
  if (!runtime) throw new Error('No Electron is set up. Run npm test or npm start first.');
  const screen = process.env.DISPLAY ? null : await startScreen();
  const folder = mkdtempSync(path.join(tmpdir(), 'atelier-bench-'));
  try {
    const app = await _electron.launch({
      executablePath: runtime.binary,
      args: [...(isRoot() ? ['--no-sandbox'] : []), `--user-data-dir=${path.join(folder, 'user')}`, '--lang=en', root],
      env: { ...process.env, ...electronEnv(runtime), ...screen?.env, ATELIER_WORKSPACE: path.join(folder, 'work') },
    });
    const page = await app.firstWindow();
    await page.getByTestId('welcome-sample').waitFor();
    await page.waitForTimeout(3000);
    await app.evaluate(() => {
      const { monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks');
      globalThis.delays = monitorEventLoopDelay({ resolution: 2 });
      globalThis.delays.enable();
    });
    await page.evaluate(() => {
      globalThis.longest = 0;
      let last = performance.now();
      setInterval(() => {
        const now = performance.now();
        globalThis.longest = Math.max(globalThis.longest, now - last - 5);
        last = now;
      }, 5);
    });
    const began = performance.now();
    await page.getByTestId('welcome-sample').click();
    await page.getByTestId('rail-runs').click();
    const exported = () =>
      page.evaluate(async () => (await globalThis.studio.invoke('exports.list', undefined)).value?.length ?? 0);
    while ((await exported()) === 0) {
      if (performance.now() - began > 300_000) throw new Error('The sample was not exported within five minutes.');
      await page.waitForTimeout(500);
    }
    const seconds = (performance.now() - began) / 1000;
    const main = await app.evaluate(() => {
      const { max, mean } = globalThis.delays;
      return { max: max / 1e6, mean: mean / 1e6, p99: globalThis.delays.percentile(99) / 1e6 };
    });
    const page_ = await page.evaluate(() => globalThis.longest);
    console.log(`${describe(runtime)}; the whole sample in the window: ${seconds.toFixed(1)} s`);
    console.log(`  main process, event loop delay: p99 ${main.p99.toFixed(1)} ms, longest ${main.max.toFixed(1)} ms`);
    console.log(`  page, longest timer gap: ${page_.toFixed(0)} ms`);
    await app.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
    screen?.stop();
  }
}
