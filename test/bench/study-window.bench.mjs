// A study at scale in real Electron: 10,000 trials of 12 settings, each plot beside its goal.
//   npm run bench -- study-window      BENCH_TRIALS=10000   BENCH_FOLDER=/tmp/atelier-bench-study-10000
// By the clock of the page, from the click until the plot has been painted; so a machine that does other work makes it slower than it is: beside
// it stands what the page and the process behind it took of the processor.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron } from 'playwright-core';
import { describe, electronAtHand, electronEnv } from '../../scripts/setup/electron.mjs';
import { isRoot, root } from '../../scripts/setup/paths.mjs';
import { startScreen } from '../../scripts/setup/screen.mjs';
import { studyWorkspace } from './study-workspace.ts';

export default async function bench() {
  const runtime = electronAtHand();
  if (!runtime) throw new Error('No Electron is set up. Run npm test or npm start first.');
  const workspace = studyWorkspace();
  const screen = process.env.DISPLAY ? null : await startScreen();
  const user = mkdtempSync(path.join(tmpdir(), 'atelier-bench-'));
  try {
    const app = await _electron.launch({
      executablePath: runtime.binary,
      args: [...(isRoot() ? ['--no-sandbox'] : []), `--user-data-dir=${user}`, '--lang=en', root],
      env: { ...process.env, ...electronEnv(runtime), ...screen?.env, ATELIER_WORKSPACE: workspace },
    });
    const page = await app.firstWindow();
    console.log(describe(runtime));
    await page.getByTestId('rail-tune').waitFor({ timeout: 120_000 });
    await page.evaluate(helpers);
    await measure(page, app);
    await app.close();
  } finally {
    screen?.stop();
    rmSync(user, { recursive: true, force: true });
  }
}

function told(what, goal, reached) {
  console.log(`${what.padEnd(44)} ${goal.padStart(16)}   ${reached}`);
}

/** In the page: what it takes from a click until what is waited for is painted, and how frames follow one another. */
function helpers() {
  const frame = () => new Promise((done) => globalThis.requestAnimationFrame(() => done()));
  const all = (selector) => [...globalThis.document.querySelectorAll(selector)];
  globalThis.bench = {
    painted: (selector) => {
      const plots = all(`${selector} canvas`);
      return plots.length > 0 && plots.every(({ dataset }) => dataset.drawn);
    },
    some: (selector) => all(selector).length > 0,
    async open(click, done) {
      const began = performance.now();
      all(click)[0].click();
      await frame();
      while (!done()) {
        if (performance.now() - began > 60_000) throw new Error(`Nothing came of ${click}`);
        await frame();
      }
      await frame();
      return performance.now() - began;
    },
    /** Frames for three seconds, whatever is done meanwhile. */
    async frames() {
      const times = [];
      const end = performance.now() + 3000;
      let last = performance.now();
      while (performance.now() < end) {
        await frame();
        times.push(performance.now() - last);
        last = performance.now();
      }
      return times;
    },
  };
}

const rate = (times) => {
  const sorted = times.slice(1).sort((a, b) => a - b);
  const mean = sorted.reduce((sum, each) => sum + each, 0) / sorted.length;
  return `${(1000 / mean).toFixed(0)} frames/s, 99th percentile ${sorted[Math.floor(0.99 * (sorted.length - 1))].toFixed(0)} ms`;
};

const plots = [
  ['slice', 'tune-slices'],
  ['pairs', 'tune-pairs'],
  ['reports', 'tune-reports'],
  ['edf', 'tune-edf'],
  ['timeline', 'tune-timeline'],
];

/** Seconds of the processor so far. */
const spent = (app) =>
  app.evaluate(({ app: electron }) => {
    const of = (type) => electron.getAppMetrics().find((one) => one.type === type)?.cpu.cumulativeCPUUsage ?? NaN;
    return { page: of('Tab'), main: of('Browser') };
  });

async function measure(page, app) {
  const open = async (click, selector) => {
    const before = await spent(app);
    const took = await page.evaluate(
      ([what, plot]) => globalThis.bench.open(what, () => globalThis.bench.painted(plot)),
      [click, selector],
    );
    const after = await spent(app);
    const ms = (of) => (1000 * (after[of] - before[of])).toFixed(0);
    return `${took.toFixed(0)} ms (processor: page ${ms('page')}, main ${ms('main')})`;
  };
  told('the window', 'goal', 'reached');
  const first = await open('[data-testid=rail-tune]', '[data-testid=tune-history]');
  told('the place, with its history', '< 1000 ms', first);
  const weighed = await page.evaluate(async () => {
    const began = performance.now();
    while (!globalThis.bench.some('[data-testid=tune-importance]'))
      await new Promise((done) => globalThis.requestAnimationFrame(done));
    return performance.now() - began;
  });
  told('  its importance, after that', '< 1000 ms', `${weighed.toFixed(0)} ms`);
  await pointAt(page, 'tune-history');
  for (const [tab, testid] of plots) {
    const took = await open(`[data-testid=tab-${tab}]`, `[data-testid=${testid}]`);
    told(tab, '< 1000 ms', took);
    await pointAt(page, testid);
  }
  const took = await open('[data-testid=tab-parallel]', '[data-testid=parallel]');
  told('parallel', '< 1000 ms', took);
  await pointAt(page, 'parallel', false);
}

/** The pointer goes over the plot, then a stretch is drawn, then the wheel turns. */
async function pointAt(page, testid, zooms = true) {
  const box = await page.locator(`[data-testid=${testid}] svg[role=application]`).first().boundingBox();
  const over = async (act) => {
    let done = false;
    const frames = page.evaluate(() => globalThis.bench.frames()).finally(() => (done = true));
    for (let i = 0; !done; i++)
      await act(
        i,
        box.x + box.width * (0.5 + 0.4 * Math.sin(i / 9)),
        box.y + box.height * (0.5 + 0.4 * Math.cos(i / 7)),
      );
    return rate(await frames);
  };
  told('  pointer', '≥ 30 frames/s', await over((_, x, y) => page.mouse.move(x, y)));
  if (!zooms) return;
  told('  wheel', '≥ 30 frames/s', await over((i) => page.mouse.wheel(0, i % 30 < 15 ? -60 : 60)));
  await page.mouse.move(box.x + 12, box.y + 12);
  await page.mouse.down();
  told('  a stretch', '≥ 30 frames/s', await over((_, x, y) => page.mouse.move(x, y)));
  await page.mouse.up();
}
