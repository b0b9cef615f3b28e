// Frames while an image with thousands of polygons is moved and zoomed in the label place, how soon it is there, and how long an edit takes.
//   npm run bench -- label-canvas            BENCH_POLYGONS=5000  BENCH_CORNERS=20
// By the clock, as people see it; beside it the page's own work, which a busy machine does not change.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron } from 'playwright-core';
import sharp from 'sharp';
import { describe, electronAtHand, electronEnv } from '../../scripts/setup/electron.mjs';
import { isRoot, root } from '../../scripts/setup/paths.mjs';
import { startScreen } from '../../scripts/setup/screen.mjs';

const polygons = Number(process.env.BENCH_POLYGONS ?? 5000);
const corners = Number(process.env.BENCH_CORNERS ?? 20);
const [width, height] = [4000, 3000];

export default async function bench() {
  const runtime = electronAtHand();
  if (!runtime) throw new Error('No Electron is set up. Run npm test or npm start first.');
  const screen = process.env.DISPLAY ? null : await startScreen();
  const folder = mkdtempSync(path.join(tmpdir(), 'atelier-canvas-'));
  const workspace = path.join(folder, 'work');
  try {
    await writeSet(path.join(folder, 'set'));
    const { status } = spawnSync(
      process.execPath,
      ['scripts/atelier.mjs', 'import', path.join(folder, 'set'), '--workspace', workspace],
      { cwd: root, stdio: 'ignore' },
    );
    if (status !== 0) throw new Error('The images were not imported.');
    const app = await _electron.launch({
      executablePath: runtime.binary,
      args: [...(isRoot() ? ['--no-sandbox'] : []), `--user-data-dir=${path.join(folder, 'user')}`, '--lang=en', root],
      env: { ...process.env, ...electronEnv(runtime), ...screen?.env, ATELIER_WORKSPACE: workspace },
    });
    const page = await app.firstWindow();
    console.log(describe(runtime));
    const exact = () => page.locator('[data-testid=object-picture][data-exact=true]').waitFor({ timeout: 120_000 });
    const began = performance.now();
    await page.getByTestId('rail-label').click();
    await page.getByTestId('object-row').first().waitFor({ timeout: 120_000 });
    const listed = performance.now();
    await exact();
    const seconds = (from) => ((performance.now() - from) / 1000).toFixed(2);
    console.log(
      `${polygons} polygons of ${corners} corners on ${width} × ${height}: listed in ${((listed - began) / 1000).toFixed(2)} s, ` +
        `painted exactly in ${seconds(began)} s`,
    );
    const box = await page.getByTestId('object-canvas').boundingBox();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await report(page, 'zoom', async () => {
      for (let i = 0; i < 150; i++) {
        await page.mouse.wheel(0, i % 50 < 25 ? -100 : 100);
        await page.waitForTimeout(16);
      }
    });
    await page.keyboard.press('Shift+z');
    await exact();
    await report(page, 'pan', async () => {
      for (let n = 0; n < 3; n++) {
        await page.mouse.move(x, y);
        await page.mouse.down({ button: 'middle' });
        for (let i = 1; i <= 60; i++) {
          await page.mouse.move(x + 300 * Math.sin(i / 8), y + 200 * Math.cos(i / 8) - 200);
          await page.waitForTimeout(16);
        }
        await page.mouse.up({ button: 'middle' });
      }
    });
    await page.keyboard.press('z');
    await exact();
    await page.keyboard.press(']');
    await report(page, 'move one', async () => {
      for (let i = 0; i < 40; i++) {
        await page.keyboard.down('ArrowRight');
        await page.waitForTimeout(16);
      }
      await page.keyboard.up('ArrowRight');
    });
    const edit = performance.now();
    await page.getByTestId('label-saved').locator('[data-saved]').waitFor();
    console.log(`  on disk ${(performance.now() - edit).toFixed(0)} ms after the key was let go`);
    await app.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
    screen?.stop();
  }
}

/** Does something while frames are timed in the page, and its main thread's work is counted. */
async function report(page, what, work) {
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable');
  const busy = async () => {
    const { metrics } = await client.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value;
  };
  const before = await busy();
  const began = performance.now();
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
  const took = (performance.now() - began) / 1000;
  const worked = (await busy()) - before;
  await client.detach();
  frames.sort((a, b) => a - b);
  const total = frames.reduce((sum, each) => sum + each, 0);
  const at = (share) => frames[Math.min(frames.length - 1, Math.floor(share * frames.length))].toFixed(0);
  console.log(
    `  ${what.padEnd(10)} ${((1000 * frames.length) / total).toFixed(0)} frames a second: median ${at(0.5)} ms, ` +
      `95th percentile ${at(0.95)} ms, longest ${at(1)} ms; page busy ${((100 * worked) / took).toFixed(0)} % of the time`,
  );
}

/** COCO: stars all over the image, three classes. */
async function writeSet(folder) {
  mkdirSync(folder, { recursive: true });
  const pixels = Buffer.alloc(width * height * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = ((i >> 8) ^ (i * 7)) & 127;
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toFile(path.join(folder, '0.jpg'));
  const annotations = Array.from({ length: polygons }, (_, id) => {
    const [cx, cy] = [40 + ((id * 7919) % (width - 80)), 40 + ((id * 104_729) % (height - 80))];
    const ring = Array.from({ length: corners }, (_, k) => {
      const angle = (2 * Math.PI * k) / corners;
      const away = k % 2 === 0 ? 34 : 22;
      return [cx + away * Math.cos(angle), cy + away * Math.sin(angle)];
    });
    return {
      id,
      image_id: 0,
      category_id: 1 + (id % 3),
      bbox: [cx - 34, cy - 34, 68, 68],
      segmentation: [ring.flat().map((each) => Math.round(each * 100) / 100)],
      iscrowd: 0,
    };
  });
  const images = [{ id: 0, file_name: '0.jpg', width, height }];
  const categories = ['nucleus', 'platelet', 'cell'].map((name, i) => ({ id: i + 1, name }));
  writeFileSync(path.join(folder, 'annotations.json'), JSON.stringify({ images, annotations, categories }));
}
