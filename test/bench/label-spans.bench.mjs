// Spans of a text of a megabyte with 10,000 of them already, and relations, marked by keyboard in the window (goal: 50 ms an edit).
//   npm run bench -- label-spans       BENCH_SPANS=10000  BENCH_CHARACTERS=1000000  BENCH_RELATIONS=3000  BENCH_EDITS=60
// From the key to the next frame by the clock, as people see it; beside it the page's own processor time, the answer of the store drawn as well,
// which a busy machine does not change.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron } from 'playwright-core';
import { describe, electronAtHand, electronEnv } from '../../scripts/setup/electron.mjs';
import { isRoot, root } from '../../scripts/setup/paths.mjs';
import { startScreen } from '../../scripts/setup/screen.mjs';

const spans = Number(process.env.BENCH_SPANS ?? 10_000);
const characters = Number(process.env.BENCH_CHARACTERS ?? 1_000_000);
const relations = Number(process.env.BENCH_RELATIONS ?? 3000);
const edits = Number(process.env.BENCH_EDITS ?? 60);

export default async function bench() {
  const runtime = electronAtHand();
  if (!runtime) throw new Error('No Electron is set up. Run npm test or npm start first.');
  const screen = process.env.DISPLAY ? null : await startScreen();
  const folder = mkdtempSync(path.join(tmpdir(), 'atelier-label-spans-'));
  const workspace = path.join(folder, 'work');
  try {
    const file = path.join(folder, 'letters.jsonl');
    writeFileSync(file, `${line('A short text.', 1, 0)}\n${line(longText(), spans, relations)}\n`);
    const args = ['scripts/atelier.mjs', 'import', file, '--workspace', workspace];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    if (status !== 0) throw new Error(`The text was not imported: ${stderr}`);
    const app = await _electron.launch({
      executablePath: runtime.binary,
      args: [...(isRoot() ? ['--no-sandbox'] : []), `--user-data-dir=${path.join(folder, 'user')}`, '--lang=en', root],
      env: { ...process.env, ...electronEnv(runtime), ...screen?.env, ATELIER_WORKSPACE: workspace },
    });
    const page = await app.firstWindow();
    console.log(describe(runtime));
    const id = (name) => page.getByTestId(name);
    await id('rail-label').click();
    const began = performance.now();
    await id('label-filter').click();
    await page.getByRole('option', { name: /^All/ }).click();
    await id('span-text').waitFor({ timeout: 60_000 });
    await page.keyboard.press('.');
    await id('span-count').getByText(spans.toLocaleString('en')).waitFor({ timeout: 60_000 });
    console.log(
      `${spans.toLocaleString('en')} spans with ${relations.toLocaleString('en')} relations in ${characters.toLocaleString('en')} characters are shown in ${((performance.now() - began) / 1000).toFixed(2)} s`,
    );
    await id('span-text').focus();
    const client = await page.context().newCDPSession(page);
    await client.send('Performance.enable', { timeDomain: 'threadTicks' });
    await page.evaluate(() => {
      globalThis.frames = [];
      const channel = new MessageChannel();
      let pressed = 0;
      channel.port1.onmessage = () => globalThis.frames.push(performance.now() - pressed);
      globalThis.addEventListener(
        'keydown',
        () => {
          pressed = performance.now();
          globalThis.requestAnimationFrame(() => channel.port2.postMessage(0));
        },
        true,
      );
    });
    await report(page, client, 'a move by a word', [], 'Control+ArrowRight');
    await report(page, client, 'a new span', ['Control+ArrowRight', 'Control+ArrowRight'], '1');
    await report(page, client, 'another class', [']'], '2', '3');
    await report(page, client, 'a deletion', [']'], 'Delete');
    await report(page, client, 'an undo', [], 'Control+z');
    await page.keyboard.press('Control+End');
    await report(page, client, 'a new span at the end', ['Control+ArrowLeft'], '2');
    await app.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
    screen?.stop();
  }
}

/** Presses `keys` in turn, each after `before`, and waits until all is saved. */
async function report(page, client, what, before, ...keys) {
  const saved = page.getByTestId('label-saved').locator('[data-saved]');
  const frames = [];
  const busy = [];
  for (let i = 0; i < edits; i++) {
    for (const key of before) await page.keyboard.press(key);
    await page.waitForTimeout(30);
    await page.evaluate(() => (globalThis.frames.length = 0));
    const start = await taskTime(client);
    await page.keyboard.press(keys[i % keys.length]);
    await page.waitForFunction(() => globalThis.frames.length > 0, null, { polling: 5 });
    await saved.waitFor();
    busy.push(1000 * ((await taskTime(client)) - start));
    frames.push((await page.evaluate(() => globalThis.frames))[0]);
  }
  const at = (values, share) => values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))].toFixed(1);
  console.log(
    `${what}: seen after ${at(frames, 0.5)} ms, ${at(frames, 0.95)} ms at the 95th percentile; ${at(busy, 0.5)} ms of the page's processor time`,
  );
}

async function taskTime(client) {
  const { metrics } = await client.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration').value;
}

function longText() {
  const words = 'Marie Curie was born in Warsaw and studied at the University of Paris in 1891'.split(' ');
  let state = 7;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  let text = '';
  while (text.length < characters) {
    const line = Array.from(
      { length: 5 + Math.floor(random() * 100) },
      () => words[Math.floor(random() * words.length)],
    );
    text += `${line.join(' ')}\n`;
  }
  return text.slice(0, characters);
}

/** As the studio itself writes them; every relation joins neighbours. */
function line(text, count, joined) {
  const marked = Array.from({ length: count }, (_, i) => {
    const start = Math.floor((i * text.length) / count);
    const end = Math.min(text.length, start + 4 + (i % 23));
    return { type: 'span', class: ['person', 'place', 'group', 'year'][i % 4], start, end, id: i };
  });
  const between = Array.from({ length: joined }, (_, i) => {
    const from = Math.floor((i * (count - 1)) / joined);
    return { type: 'relation', class: 'of', from, to: from + 1 };
  });
  return JSON.stringify({ text, annotations: [...marked, ...between] });
}
