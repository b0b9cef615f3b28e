// Frames while a large table and a large grid of images are scrolled in the window, and how soon they open.
//   npm run bench -- scroll            BENCH_ROWS=10000000  BENCH_IMAGES=60000
// By the clock, as people see it; beside it the longest task of the page by its own processor time, which a busy machine does not change.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { _electron } from 'playwright-core';
import { describe, electronAtHand, electronEnv } from '../../scripts/setup/electron.mjs';
import { isRoot, root } from '../../scripts/setup/paths.mjs';
import { startScreen } from '../../scripts/setup/screen.mjs';

const rows = Number(process.env.BENCH_ROWS ?? 10_000_000);
const images = Number(process.env.BENCH_IMAGES ?? 60_000);

export default async function bench() {
  const runtime = electronAtHand();
  if (!runtime) throw new Error('No Electron is set up. Run npm test or npm start first.');
  const screen = process.env.DISPLAY ? null : await startScreen();
  const folder = mkdtempSync(path.join(tmpdir(), 'atelier-scroll-'));
  const workspace = path.join(folder, 'work');
  try {
    await writeTable(path.join(folder, 'rows.csv'));
    writeImages(path.join(folder, 'train-images-idx3-ubyte'), path.join(folder, 'train-labels-idx1-ubyte'));
    const imported = (...paths) => {
      const args = ['scripts/atelier.mjs', 'import', ...paths.map((each) => path.join(folder, each))];
      const { status } = spawnSync(process.execPath, [...args, '--workspace', workspace], {
        cwd: root,
        stdio: 'ignore',
      });
      if (status !== 0) throw new Error(`${paths[0]} was not imported.`);
    };
    imported('rows.csv');
    imported('train-images-idx3-ubyte', 'train-labels-idx1-ubyte');
    const app = await _electron.launch({
      executablePath: runtime.binary,
      args: [...(isRoot() ? ['--no-sandbox'] : []), `--user-data-dir=${path.join(folder, 'user')}`, '--lang=en', root],
      env: { ...process.env, ...electronEnv(runtime), ...screen?.env, ATELIER_WORKSPACE: workspace },
    });
    const page = await app.firstWindow();
    await page.getByTestId('rail-data').click();
    console.log(describe(runtime));
    const sets = page.getByTestId('dataset');
    await sets.nth(1).waitFor();
    for (const [name, place, shown] of [
      [`${rows.toLocaleString('en')} rows × 20 columns`, 'sample-table', '.row [data-cell="1"]:not(:empty)'],
      [`${images.toLocaleString('en')} images 28 × 28`, 'image-grid', 'canvas'],
    ]) {
      const began = performance.now();
      await sets.filter(place === 'sample-table' ? { hasText: 'rows' } : { hasNotText: 'rows' }).click();
      const list = page.getByTestId(place);
      await list.locator(shown).first().waitFor({ timeout: 60_000 });
      console.log(`${name}: opens in ${((performance.now() - began) / 1000).toFixed(2)} s`);
      const box = await list.boundingBox();
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await report(page, 'wheel', async () => {
        for (let i = 0; i < 120; i++) {
          await page.mouse.wheel(0, 240);
          await page.waitForTimeout(16);
        }
      });
      await report(page, 'scroll bar', () =>
        list.evaluate(async (element) => {
          for (let i = 0; i < 60; i++) {
            element.scrollTop = (element.scrollHeight * ((i * 37) % 60)) / 60;
            await new Promise((later) => setTimeout(later, 50));
          }
        }),
      );
    }
    await app.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
    screen?.stop();
  }
}

/** Does something while frames are timed in the page, and its main thread is traced. */
async function report(page, what, work) {
  const client = await page.context().newCDPSession(page);
  const events = [];
  client.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await client.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'disabled-by-default-devtools.timeline', '__metadata'] },
  });
  await page.evaluate(() => {
    globalThis.frames = [];
    globalThis.framing = true;
    let last = performance.now();
    const frame = (now) => {
      globalThis.frames.push(now - last);
      last = now;
      if (globalThis.framing) globalThis.requestAnimationFrame(frame);
    };
    globalThis.requestAnimationFrame(frame);
  });
  await work();
  const frames = await page.evaluate(() => {
    globalThis.framing = false;
    return globalThis.frames.slice(1);
  });
  const ended = new Promise((done) => client.once('Tracing.tracingComplete', done));
  await client.send('Tracing.end');
  await ended;
  await client.detach();
  frames.sort((a, b) => a - b);
  const late = frames.filter((each) => each > 50).length;
  console.log(
    `  ${what.padEnd(10)} ${frames.length} frames: median ${at(frames, 0.5)} ms, 99th percentile ${at(frames, 0.99)} ms, ` +
      `longest ${at(frames, 1)} ms, ${late} over 50 ms; longest task ${longestTask(events).toFixed(0)} ms of processor time`,
  );
}

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(0);

/** Milliseconds, by the clock of the page's own main thread. */
function longestTask(events) {
  const threads = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = events.filter(({ pid, tid, tdur }) => tdur !== undefined && threads.has(`${pid} ${tid}`));
  return Math.max(0, ...tasks.map(({ tdur }) => tdur)) / 1000;
}

async function writeTable(to) {
  const columns = [
    'i AS id',
    ...Array.from({ length: 12 }, (_, k) => `(hash(i * 31 + ${k}) % 100000) / 1000 AS n${k}`),
    ...Array.from({ length: 6 }, (_, k) => `'c' || hash(i * 7 + ${k}) % ${5 + k * 20} AS s${k}`),
    `CASE WHEN hash(i) % 3 = 0 THEN 'yes' ELSE 'no' END AS label`,
  ];
  const duck = await DuckDBInstance.create(':memory:');
  const connection = await duck.connect();
  await connection.run(`COPY (SELECT ${columns.join(', ')} FROM range(${rows}) t(i)) TO '${to}' (HEADER)`);
  connection.closeSync();
  duck.closeSync();
}

/** The format of MNIST: a header of big-endian numbers, then bytes. */
function writeImages(to, labels) {
  const side = 28;
  const header = (magic, ...sizes) => {
    const bytes = Buffer.alloc(4 + 4 * sizes.length);
    [magic, ...sizes].forEach((number, i) => bytes.writeUInt32BE(number, 4 * i));
    return bytes;
  };
  const pixels = Buffer.alloc(images * side * side);
  for (let i = 0; i < pixels.length; i++)
    pixels[i] = (i * 7 + Math.floor(i / side) * 13 + Math.floor(i / 784) * 29) & 255;
  writeFileSync(to, Buffer.concat([header(0x0803, images, side, side), pixels]));
  const classes = Buffer.from(Array.from({ length: images }, (_, i) => i % 10));
  writeFileSync(labels, Buffer.concat([header(0x0801, images), classes]));
}
